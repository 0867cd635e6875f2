import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import { chooseVerifier } from '../entries/signatures/verifiers/choose.ts';
import type { Clock } from '../log/clock.ts';
import type { LogShards } from '../log/shards.ts';
import type { MetricRegistry } from '../metrics/registry.ts';
import type { WitnessReport } from '../witness/contract.ts';
import { AdmissionPool } from './admission/pool.ts';
import { type AppParts, createApp } from './app.ts';
import { clockOf } from '../host/clock/clock.ts';
import { DamageReport } from '../host/damage.ts';
import { createHealth, createReadingHealth, type Health } from '../host/health.ts';
import type { RequestLine } from './http/request-line.ts';
import type { Logger } from '../host/logging/logger.ts';
import { logRequest } from './log-request.ts';
import { readConsoleFiles } from './pages/console-files.ts';
import type { OpenApiDocument } from './pages/mount.ts';
import type { Settings } from '../host/settings/table.ts';
import { startLog } from '../host/start/start-log.ts';
import { startReadOnly } from '../host/start/start-read-only.ts';
import { startOwnWitness, verifyOwnWitness, watchedLogs } from '../host/witness/own-witness.ts';
import { publicationOf } from '../host/witness/publication.ts';

export interface ComposeOptions {
  readonly logger: Logger;
  /** Called when the outcome of a write is unknown. The process must end. */
  readonly fatal: (reason: unknown) => void;
  readonly observe?: (line: RequestLine) => void;
  /** Gets what is measured of this server. */
  readonly metrics?: MetricRegistry;
}

/** A log and its HTTP server, listening to nothing yet. Disposing of it finishes what was accepted. */
export interface Server extends AsyncDisposable {
  readonly app: Express;
  readonly shards: LogShards;
}

/** Time that a heartbeat may take before `/readyz` says that the log cannot write, in milliseconds. */
const HEARTBEAT_PATIENCE = 2000;

/** Where the rooms are furnished: every choice of engine, kind and key is made below here. @throws LogRefused, StoreRefused */
export async function composeServer(settings: Settings, options: ComposeOptions): Promise<Server> {
  const { logger, fatal } = options;
  const clock = clockOf(settings);
  await using cleanup = new AsyncDisposableStack();

  const damage = new DamageReport(logger);
  options.metrics?.add({ stele_damaged_reads_total: () => damage.count });
  const voices = voicesOf(logger, damage);
  const { announce, warn, alarm } = voices;
  const apis = settings.apis === 'both' ? (['rekor-v1', 'rekor-v2'] as const) : [settings.apis];
  const genesis = settings.genesis ? apis[0] : undefined;
  const watched = watchedLogs(settings);
  const tell = ({ name, state }: WitnessReport): void =>
    state === 'ok' ? logger.info(`witness ${name} cosigns`) : logger.warn(`witness ${name} ${state}`);
  const { name: verifier } = chooseVerifier(settings.verifier); // the threads choose alike: one that could not would end, and the next as well
  if (settings.readOnly) return await composeReader(settings, { options, damage, clock, apis });
  const log = cleanup.use(
    await startLog(
      { ...settings, mayBegin: true, genesis, limits: settings },
      {
        clock,
        fatal,
        ...voices,
        verify: watched && ((first) => verifyOwnWitness(settings, first)),
        publication: publicationOf(settings, clock, { tell, alarm }),
      },
    ),
  );
  const { shards, witnessState: state, journals } = log;
  announce(`ECDSA signatures are checked by ${verifier}`);
  const { origin } = (shards.all[0] ?? shards.active).shard; // a witness keeps its name when the log goes on in another shard
  const witness =
    watched &&
    cleanup.use(await startOwnWitness(watched, { settings, state, journals, origin, clock, fatal, announce }));
  const admission = cleanup.use(admissionOf(settings, logger));
  const app = await createFront(settings, { shards, witness, admission, apis }, options, damage);
  await log.publish(); // last: a start that is refused has shown nothing
  warnOfRefusal(shards, warn);
  const parts = cleanup.move();
  return { app, shards, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

interface ReaderParts {
  readonly options: ComposeOptions;
  readonly damage: DamageReport;
  readonly clock: Clock;
  readonly apis: AppParts['settings']['apis'];
}

/** A server of a log that it only reads. @throws LogRefused, StoreRefused */
async function composeReader(settings: Settings, { options, damage, clock, apis }: ReaderParts): Promise<Server> {
  await using cleanup = new AsyncDisposableStack();
  const { shards } = cleanup.use(await startReadOnly(settings, clock));
  const admission = cleanup.use(admissionOf(settings, options.logger));
  const app = await createFront(settings, { shards, witness: undefined, admission, apis }, options, damage);
  const parts = cleanup.move();
  return { app, shards, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function admissionOf(settings: Settings, logger: Logger): AdmissionPool {
  return new AdmissionPool({
    threads: settings.admissionThreads,
    maxQueued: settings.admissionQueue,
    settings: admissionSettings(settings),
    lost: (error) => logger.error('an admission thread ended, and another takes its place', { error }),
  });
}

function warnOfRefusal({ active }: LogShards, warn: (sentence: string) => void): void {
  const refusal = active.isClosed ? undefined : active.refusal();
  if (refusal !== undefined) warn(`no entries are taken: ${refusal}`);
}

/** How the parts below say something to the operator. */
function voicesOf(logger: Logger, damage: DamageReport) {
  return {
    announce: (sentence: string): void => logger.info(sentence),
    warn: (sentence: string): void => logger.warn(sentence),
    alarm: (sentence: string): void => logger.error(sentence),
    damaged: (sentence: string): void => damage.found(sentence),
  };
}

async function createFront(
  settings: Settings,
  { apis, ...rooms }: Pick<AppParts, 'shards' | 'witness' | 'admission'> & Pick<AppParts['settings'], 'apis'>,
  { logger, observe }: ComposeOptions,
  damage: DamageReport,
): Promise<Express> {
  const now = (): number => performance.now();
  return createApp({
    ...rooms,
    health: healthOf(rooms.shards, settings, { logger, damage }, now),
    settings: { ...settings, apis },
    document: readDocument(),
    consoleFiles: await readConsoleFiles(),
    dev: settings.dev,
    now,
    report: {
      request: (line) => logRequest(logger, line),
      error: (error) => damage.failed(error),
    },
    ...(observe && { observe }),
  });
}

function healthOf(
  { active, size }: LogShards,
  { readyWithin }: Settings,
  { logger, damage }: { readonly logger: Logger; readonly damage: DamageReport },
  now: () => number,
): Health {
  const damagedReads = (): number => damage.count;
  if (active.isClosed) return createReadingHealth(() => active.byIndex(size - 1), damagedReads);
  return createHealth({
    heartbeat: () => active.heartbeat(),
    refusal: () => active.refusal(),
    witnesses: () => active.witnesses(),
    droppedLines: () => logger.dropped(),
    damagedReads,
    within: readyWithin,
    patience: HEARTBEAT_PATIENCE,
    now,
  });
}

function admissionSettings(settings: Settings) {
  return {
    rules: {
      algorithms: new Set<string>(settings.algorithms),
      kinds: new Set(settings.kinds),
      maxBody: settings.maxCanonicalBody,
      keysForCertificates: settings.v2KeyAsCertificate,
      maxAttestation: settings.attestations ? settings.maxAttestationSize : 0,
    },
    json: { depth: settings.maxJsonDepth, values: settings.maxJsonValues },
    maxRetrieve: settings.maxRetrieve,
    verifier: settings.verifier,
  } as const;
}

function readDocument(): OpenApiDocument {
  const file = new URL('../openapi/openapi.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument;
}
