import { Failure } from '../base/failure.ts';
import { systemSentence } from '../base/system-error.ts';
import type { Command, Run } from './frame/command.ts';
import { type ExitCode, exitCodeOf } from './frame/exit-codes.ts';
import type { Machine } from './frame/machine.ts';
import { Output } from './frame/output.ts';
import { type CommandLine, parseCommandLine } from './frame/parse.ts';
import { commandHelp, programHelp } from './help/text.ts';
import { programVersion } from './state/program-version.ts';

/** Runs one command line. Resolves to the exit code; says why it is not 0. */
export async function runProgram(
  argv: readonly string[],
  commands: readonly Command[],
  machine: Machine,
): Promise<ExitCode> {
  const wantsJson = machine.env['STELE_OUTPUT'] === 'json' || argv.some((word, i) => isJson(word, argv[i - 1]));
  const output = new Output(machine, { isJson: wantsJson, isQuiet: argv.some((word) => /^(--quiet|-q)$/.test(word)) });
  try {
    return await runLine(parseCommandLine(argv, commands, machine.env), commands, machine, output);
  } catch (error) {
    return tell(error, output);
  }
}

/** Found before the command line is read: what is wrong with it is told in the form that was asked for. */
function isJson(word: string, before: string | undefined): boolean {
  return word === '--output=json' || (word === 'json' && (before === '--output' || before === '-o'));
}

async function runLine(
  { command, words, options, globals }: CommandLine,
  commands: readonly Command[],
  machine: Machine,
  output: Output,
): Promise<ExitCode> {
  if (command === undefined && globals.version) {
    const version = programVersion();
    output.result({ stele: version }, `stele ${version}\n`);
    return 0;
  }
  if (command === undefined || globals.help) {
    machine.stdout.write(command === undefined ? programHelp(commands) : commandHelp(command.about));
    return command !== undefined || globals.help ? 0 : 2;
  }
  const { run } = await command.load();
  return run({ options, words, globals, output, machine, commands } as Run);
}

function tell(error: unknown, output: Output): ExitCode {
  if (error instanceof Failure) {
    output.error(String(error.code), error.message);
    return exitCodeOf(error as Failure<string>);
  }
  const isSystem = error instanceof Error && 'syscall' in error;
  if (isSystem) {
    output.error('usage', systemSentence(error));
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  output.error(
    'bug',
    `this is a fault of stele, and not of yours: ${message}. Please report it with the line that you typed`,
  );
  return 1;
}
