import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Failure } from '../base/failure.ts';
import { kinds, v2Kinds } from '../entries/kinds/index.ts';
import { composeServer } from './compose.ts';
import { addressOf, close, listen } from './listen.ts';
import { type Logger, createLogger } from './logging/logger.ts';
import { type Command, readCommand } from './settings/command.ts';
import type { Settings } from './settings/table.ts';

/*
 * The program: reads its settings once, opens the log, serves it until it is told to stop. The exit status is 0 after
 * a clean stop, 2 for settings that cannot be, and 1 for everything else.
 */

/** What NODE_OPTIONS says about the room for young objects is for this thread: the workers have limits of their own. */
setFlagsFromString('--max-semi-space-size=0');

function readCommandLine(): Command {
  const surroundings = {
    cores: availableParallelism(),
    terminal: process.stdout.isTTY,
    kinds: [...kinds, ...v2Kinds],
  };
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  return readCommand({ argv: process.argv.slice(2), env: process.env, readFile, surroundings }, version());
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}

/** Lines that cannot be written end nothing: the log counts its own, and nothing depends on others. */
function tolerateLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

async function serve(settings: Settings): Promise<void> {
  const logger = createLogger({ format: settings.logFormat, level: settings.logLevel, dev: settings.dev });
  process.on('exit', () => logger.flush());
  const stopping = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  try {
    await using server = await composeServer(settings, { logger, fatal: (reason) => die(logger, reason) });
    const http = await listen(server.app, settings);
    greet(logger, settings, addressOf(http));
    logger.info(`stopping on ${await stopping}, what was accepted is finished first`);
    await close(http, settings.shutdownTimeout);
  } catch (error) {
    if (!isOperational(error)) throw error;
    logger.fatal(`cannot go on: ${error.message}`);
    process.exitCode = 1;
  }
}

/** What an operator can do something about: a refusal of ours, or one of the system's, such as a port that is taken. */
function isOperational(error: unknown): error is Error {
  return error instanceof Failure || (error instanceof Error && 'code' in error && typeof error.code === 'string');
}

function greet(logger: Logger, settings: Settings, address: string): void {
  const url = `${settings.tlsCert === undefined ? 'http' : 'https'}://${address}`;
  if (settings.dev) logger.warn('keys and data are in memory only: this log ends with this process');
  logger.info(`serving on ${url}; to send the first entry, open ${url}/ or see "A first entry" in README.md`);
}

/** The outcome of a write is unknown, so nothing that this process believes can be signed. Start-up recovers. */
function die(logger: Logger, reason: unknown): never {
  logger.fatal('a write failed and its outcome is unknown: the process ends, and the next start recovers', {
    error: reason,
  });
  process.exit(1);
}

function run(): Promise<void> | void {
  tolerateLostOutput();
  try {
    const command = readCommandLine();
    if (command.ask === 'serve') return serve(command.settings);
    process.stdout.write(command.text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`cannot start:\n${error.message}\n`);
    process.exitCode = 2;
  }
}

await run();
