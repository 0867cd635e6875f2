import { COMMANDS } from './commands/registry.ts';
import { runProgram } from './run.ts';

/* The command `stele`. */

/** A reader that has gone, as `head` does, ends the program quietly. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`stele: standard output cannot be written: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});
process.stderr.on('error', () => undefined);

const { env, platform, stdout, stderr } = process;
/** npm runs a script in the folder of the project; files are meant from where npm was typed. */
const { INIT_CWD: typedIn, npm_lifecycle_event: script } = env;
if (script === 'stele' && typedIn !== undefined) process.chdir(typedIn);
process.exitCode = await runProgram(process.argv.slice(2), COMMANDS, { env, platform, stdout, stderr });
