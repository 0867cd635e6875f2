// Runs a program on another Node, with the memory settings of this project. Must run on any Node since 18.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { isatty } from 'node:tty';

/**
 * For the C library of Linux: threads share a few heaps, and what was large goes back to the system, which halves what
 * large bodies leave. For V8: half of what it would take for objects that are young; a quarter costs processor time.
 * bench/README.md says how to try others. Whoever sets one of these variables is obeyed.
 */
const MEMORY = {
  MALLOC_ARENA_MAX: '4',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  NODE_OPTIONS: '--max-semi-space-size=16',
};
/** Any of these would end this process and leave the program behind. */
const PASSED_ON =
  process.platform === 'win32' ? ['SIGTERM'] : ['SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM'];

/**
 * Becomes `node` where that is possible and nobody has to be watched; else stands before it, passing on signals and its end.
 *
 * @param compiled - folder where Node keeps erased and compiled modules for later starts; where it may not write, it keeps none
 */
export function run(node, args, compiled) {
  const env = {
    ...MEMORY,
    NODE_COMPILE_CACHE: compiled,
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const byNpm = process.env.npm_lifecycle_event !== undefined;
  const becomes = process.execve !== undefined && process.platform !== 'win32' && !byNpm;
  if (becomes) process.execve(node, [node, ...args], env);
  const child = spawn(node, args, { env, stdio: 'inherit' });
  const typed = [0, 1, 2].some((descriptor) => isatty(descriptor)); // then Ctrl-C reaches the child by itself
  process.on('SIGINT', () => typed || child.kill('SIGINT'));
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  let hungUp = false;
  process.on('SIGHUP', () => {
    hungUp = !isatty(1);
    child.kill('SIGHUP');
  });
  // A hangup ends npm, which cannot be told to ignore it. Under nohup (standard output is no terminal) the program goes on.
  if (byNpm) whenOrphaned(() => hungUp || child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** npm starts us in a shell; whoever kills npm or that shell means the program, of which neither tells it. */
function whenOrphaned(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 200).unref();
}
