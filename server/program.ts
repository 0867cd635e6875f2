import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Failure } from '../base/failure.ts';
import { programVersion, settingSources } from '../host/environment.ts';
import { type Logger, createLogger } from '../host/logging/logger.ts';
import { operatorSentence } from '../host/operator-error.ts';
import { readCommand } from '../host/settings/command.ts';
import type { Settings } from '../host/settings/table.ts';
import { onSignals } from '../host/stop-signals.ts';
import type { LogShards } from '../log/shards.ts';
import { MetricRegistry } from '../metrics/registry.ts';
import { addressOf } from './bind.ts';
import { composeServer, type Server } from './compose.ts';
import { clientAuthorities } from './client-authorities.ts';
import { listen, type Listener } from './listen.ts';
import { GatedMetrics } from './metrics-guard.ts';
import { serveMetrics } from './metrics-listener.ts';
import { programReaders } from './metrics/program.ts';
import { openTelemetry } from './tracing/open-telemetry.ts';
import type { Tracing } from './tracing/submission-trace.ts';
import { connectionReaders } from './metrics/requests.ts';

/** Keeps what NODE_OPTIONS says about the room for young objects to this thread: the workers have limits of their own. */
setFlagsFromString('--max-semi-space-size=0');

/** Lines that cannot be written end nothing: the log counts its own, and nothing depends on others. */
function tolerateLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

async function serve(settings: Settings): Promise<void> {
  const logger = createLogger({ format: settings.logFormat, level: settings.logLevel, dev: settings.dev });
  process.on('exit', () => logger.flush());
  try {
    const authorities = await clientAuthorities(settings);
    await using listener = await listen(settings, (sentence) => logger.warn(sentence), authorities);
    await using cleanup = new AsyncDisposableStack();
    const metrics = cleanup.use(await metricsOf(settings, logger));
    const tracing = await tracingOf(logger);
    if (tracing !== undefined) cleanup.use(tracing);
    let opened: Server | undefined;
    const open = Promise.withResolvers<Server>();
    let reloading = Promise.resolve();
    const stopping = stopSignal(() => {
      reloading = reloading.then(async () => reload(logger, listener, await open.promise)); // not before the log is open
    });
    void stopping.then((signal) => opened ?? endBeforeOpen(logger, signal));
    await using server = await composeServer(settings, {
      logger,
      env: settingSources().env,
      ...(metrics && { metrics: metrics.registry }),
      ...(tracing && { tracing }),
      fatal: (reason) => die(logger, reason),
    });
    opened = server;
    open.resolve(server);
    metrics?.opened(server, listener);
    listener.serve(server.app);
    greet(logger, settings, server.shards, addressOf(listener.http));
    server.startScrub();
    logger.info(`stopping on ${await stopping}, what was accepted is finished first`);
    await listener.stop(settings.shutdownTimeout);
    const kept = settings.dev
      ? 'this log was a --dev log, and is gone'
      : 'every entry that was acknowledged is on disk';
    logger.info(`stopped at size ${server.shards.size}: ${kept}`);
  } catch (error) {
    const sentence = operatorSentence(error);
    if (sentence === undefined) throw error;
    logger.fatal(`cannot go on: ${sentence}`);
    process.exitCode = 1;
  }
}

/** Serves the metrics of the program itself, to which the log adds its own; undefined where they are off, and cost nothing. @throws ListenRefused */
async function metricsOf({ metricsListen: { address }, access }: Settings, logger: Logger) {
  if (address === undefined) return undefined;
  const registry = new MetricRegistry();
  registry.add(programReaders(programVersion(), () => logger.dropped()));
  const guard = access === undefined ? undefined : new GatedMetrics(address.host);
  const served = await serveMetrics(address, registry, voicesOf(logger), guard);
  return {
    registry,
    /** The log is open, and has a gate if it has an access file. */
    opened: ({ gate }: Server, { connections }: Listener): void => {
      guard?.open(gate);
      registry.add(connectionReaders(connections));
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

/** Returns what takes traces; undefined unless OpenTelemetry's variables ask for them. @throws TracingRefused */
async function tracingOf(logger: Logger): Promise<Tracing | undefined> {
  const { timeOrigin } = performance;
  const { warn } = voicesOf(logger);
  const tracing = await openTelemetry(settingSources().env, {
    version: programVersion(),
    timeOrigin,
    now: () => performance.now(),
    warn,
  });
  if (tracing !== undefined) logger.info("traces of submissions are sent, as OpenTelemetry's variables say");
  return tracing;
}

function voicesOf(logger: Logger) {
  return {
    announce: (sentence: string): void => logger.info(sentence),
    warn: (sentence: string): void => logger.warn(sentence),
  };
}

/** Resolves to the first signal that asks the server to stop. @param again - reads what may have been renewed */
function stopSignal(again: () => void): Promise<string> {
  return new Promise((stop) => onSignals({ stop, reload: again }, process.stdout.isTTY));
}

/** Reads the TLS files and the access file again, each whole or not at all. */
async function reload(logger: Logger, listener: Listener, server: Server): Promise<void> {
  const files = [
    {
      name: 'access file',
      done: 'the access file was read again',
      none: 'there is no access file to read again',
      read: () => server.reload('access'),
    },
    {
      name: 'TLS files',
      done: 'the TLS files were read again',
      none: 'there are no TLS files to read again',
      read: async () => listener.reloadTls(),
    },
    {
      name: 'policy file',
      done: 'the policy file was read again',
      none: 'there is no policy file to read again',
      read: () => server.reload('policy'),
    },
  ];
  for (const { name, done, none, read } of files) {
    try {
      logger.info(`SIGHUP: ${(await read()) ? done : none}, and the server goes on`);
    } catch (error) {
      const sentence = operatorSentence(error);
      if (sentence === undefined) throw error;
      logger.error(`SIGHUP: the server goes on with the ${name} of before: ${sentence}`);
    }
  }
}

/** Nothing was acknowledged by this process yet: as kill -9 at this point, and the next start recovers likewise. */
function endBeforeOpen(logger: Logger, signal: string): never {
  logger.info(`stopping on ${signal} before the log was open`);
  process.exit(0);
}

/** Size of a log that holds no entry of a user: its own entry 0 at most. */
const SIZE_WITHOUT_USERS = 1;

function greet(logger: Logger, settings: Settings, shards: LogShards, address: string): void {
  const url = `${settings.tlsCert === undefined ? 'http' : 'https'}://${address}`;
  const { origin, treeId } = shards.active.shard;
  const { frozenAt, isClosed } = shards.active;
  const why = frozenAt === undefined ? ', only read: no entry is taken' : ', frozen: no entry is taken any more';
  const takesNone = isClosed ? why : '';
  const apis = { both: 'Rekor v1 and v2', 'rekor-v1': 'Rekor v1', 'rekor-v2': 'Rekor v2' }[settings.apis];
  const where = settings.dev ? 'a temporary folder' : resolve(settings.data);
  if (settings.dev) logger.warn('keys are in memory only, data in a temporary folder: this log ends with this process');
  logger.info(
    `stele ${programVersion()}: log ${origin}, tree id ${treeId}, size ${shards.size}, in ${where}; ${apis}${takesNone}`,
  );
  const first = `; to send the first entry, open ${url}/ or see "A first entry" in README.md`;
  logger.info(`serving on ${url}${shards.size > SIZE_WITHOUT_USERS || takesNone !== '' ? '' : first}`);
}

/** The outcome of a write is unknown, so nothing that this process believes can be signed. Start-up recovers. */
function die(logger: Logger, reason: unknown): never {
  if (reason instanceof Failure) {
    logger.fatal(`a write failed and its outcome is unknown: the process ends. ${reason.message}`);
    process.exit(1);
  }
  logger.fatal('a write failed and its outcome is unknown: the process ends, and the next start recovers', {
    error: reason,
  });
  process.exit(1);
}

/**
 * Runs the server: reads its settings once, opens the log, serves it until it is told to stop. Sets the exit code of the process:
 * 0 after a clean stop, 2 for settings that cannot be, and 1 for everything else.
 */
export async function runServer(argv: readonly string[]): Promise<void> {
  tolerateLostOutput();
  try {
    const command = readCommand({ ...settingSources(), argv }, programVersion());
    if (command.ask === 'serve') return await serve(command.settings);
    process.stdout.write(command.text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`cannot start:\n${error.message}\n`);
    process.exitCode = 2;
  }
}
