import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import { chooseVerifier } from '../entries/signatures/verifiers/choose.ts';
import { keepsAdminLog } from '../host/admin-log/admin-log.ts';
import { clockOf } from '../host/clock/clock.ts';
import { type HostedLog, type HostOptions, openHostedLog } from '../host/hosted-log.ts';
import type { Logger } from '../host/logging/logger.ts';
import type { Settings } from '../host/settings/table.ts';
import { witnessKeysOf } from '../host/witness/publication.ts';
import type { LogShards } from '../log/shards.ts';
import type { MetricRegistry } from '../metrics/registry.ts';
import type { AccessGate } from './access/access-gate.ts';
import type { EntryJudge } from './access/entry-judge.ts';
import type { EntryReads } from './access/entry-reads.ts';
import type { EntryPolicy } from './access/entry-policy.ts';
import type { Gate } from './access/gate.ts';
import { ownKeyJudge } from './access/own-key-judge.ts';
import type { PolicyCertificates } from './admission/messages.ts';
import { AdmissionPool } from './admission/pool.ts';
import { Administration, startEntering } from './administration.ts';
import { createApp } from './app.ts';
import type { RequestLine } from './http/request-line.ts';
import { proxyTest } from './http/trusted-proxies.ts';
import { listenForPeers } from './peer-listener.ts';
import { logRequest } from './log-request.ts';
import { addReaders, metersOf } from './metrics/readers.ts';
import { readConsoleFiles } from './pages/console-files.ts';
import { pageFilesReader } from './pages/page-files.ts';
import { stripTypes } from './strip-types.ts';
import type { Tracing } from './tracing/submission-trace.ts';
import type { OpenApiDocument } from './operations/document.ts';
import { KeptBytes } from './http/kept-bytes.ts';

export interface ComposeOptions extends HostOptions {
  /** For measurements: told of every request once it is over. */
  readonly observe?: (line: RequestLine) => void;
  /** Gets what is measured of this server. */
  readonly metrics?: MetricRegistry;
  /** Takes traces of submissions. */
  readonly tracing?: Tracing;
}

/** A log and its HTTP interface, listening to nothing yet. Disposing of it finishes what was accepted. */
export interface Server extends AsyncDisposable {
  readonly app: Express;
  readonly shards: LogShards;
  /** Of a log that has an access file. */
  readonly gate: Gate | undefined;
  /** Looks for damage, from now on. For when the server serves. */
  startScrub(): void;
  /** Reads the access file or the policy again; false if there is none. @throws FileRefused, RefusedByPolicy, AdminLogBroken, and what was in force stays so */
  reload(which: 'access' | 'policy'): Promise<boolean>;
}

/** Composition root: adds admission threads and HTTP to a log that `host/` opens. @throws LogRefused, StoreRefused */
export async function composeServer(settings: Settings, options: ComposeOptions): Promise<Server> {
  const { logger } = options;
  await using cleanup = new AsyncDisposableStack();
  const { name: verifier } = chooseVerifier(settings.verifier); // the threads choose alike: one that could not would end, and the next as well
  const policy = await policyOf(settings, logger); // before the log is opened: a start that is refused has written nothing
  const gate = await accessGateOf(settings, logger);
  if (gate !== undefined) cleanup.use(gate);
  const peers = settings.shared === undefined ? undefined : cleanup.use(await listenForPeers(settings, logger));
  const log = cleanup.use(await openHostedLog(settings, { ...options, peers }));
  if (log.desk !== undefined) peers?.serve(log.desk);
  if (!settings.readOnly) logger.info(`ECDSA signatures are checked by ${verifier}`);
  const admission = cleanup.use(admissionOf(settings, logger, certificatesOf(policy, gate)));
  const judges = [ownJudgeOf(settings, gate, log), policy, gate].filter((judge) => judge !== undefined);
  const mayRead = await readsOf(policy, gate);
  const app = await appOf(log, admission, { ...options, ...(gate && { gate }), ...(mayRead && { mayRead }), judges });
  const administration = new Administration(settings, { access: gate, policy });
  await administration.recordStart();
  await log.publish(); // last: a start that is refused has shown nothing
  const heads = administration.headsOf(log);
  if (heads !== undefined) cleanup.use(heads);
  await startEntering(heads);
  const parts = cleanup.move();
  return {
    app,
    shards: log.shards,
    gate,
    startScrub: () => log.scrub?.start(),
    reload: (which) => administration.reload(which),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Undefined for a log that is public. @throws FileRefused */
async function accessGateOf(settings: Settings, logger: Logger): Promise<AccessGate | undefined> {
  const { access: file, data, readOnly, dev, trustedProxies, tlsCert } = settings;
  if (file === undefined) return undefined;
  const clock = clockOf(settings);
  const { openAccessGate } = await import('./access/access-gate.ts');
  return openAccessGate({
    file,
    data,
    readOnly: readOnly || dev,
    isProxy: proxyTest(trustedProxies),
    servesTls: tlsCert !== undefined,
    now: () => performance.now(),
    time: () => clock.now() * 1000,
    warn: (sentence) => logger.warn(sentence),
    failed: (message, error) => logger.error(message, { error }),
  });
}

/** Undefined for a log without an admin log, which makes no entries beside the first. */
function ownJudgeOf({ data }: Settings, gate: Gate | undefined, { shards }: HostedLog): EntryJudge | undefined {
  return gate === undefined && !keepsAdminLog(data) ? undefined : ownKeyJudge(shards.active.shard.publicKey);
}

/** Undefined for a log that admits every entry whose signatures hold. @throws FileRefused, RefusedByPolicy */
async function policyOf({ policy: file }: Settings, logger: Logger): Promise<EntryPolicy | undefined> {
  if (file === undefined) return undefined;
  const { EntryPolicy: Policy } = await import('./access/entry-policy.ts');
  return new Policy({ file, noted: (sentence) => logger.warn(sentence) });
}

/** Certificates that chains are judged by; undefined where nobody judges entries, and no facts of them are needed. */
function certificatesOf(policy: EntryPolicy | undefined, gate: AccessGate | undefined): PolicyCertificates | undefined {
  if (policy === undefined && gate === undefined) return undefined;
  return policy?.certificates ?? { roots: [], intermediates: [] };
}

/** Undefined for a log that is public. */
async function readsOf(policy: EntryPolicy | undefined, gate: AccessGate | undefined): Promise<EntryReads | undefined> {
  if (gate === undefined) return undefined;
  const { entryReads } = await import('./access/entry-reads.ts');
  return entryReads(policy?.certificates ?? { roots: [], intermediates: [] });
}

interface AppOptions extends ComposeOptions {
  readonly gate?: Gate;
  readonly mayRead?: EntryReads;
  readonly judges: readonly EntryJudge[];
}

async function appOf(
  log: HostedLog,
  admission: AdmissionPool,
  { observe, metrics, tracing, gate, mayRead, judges }: AppOptions,
): Promise<Express> {
  const { settings, logger, shards, witness, health, damage } = log;
  const document = readDocument();
  const meters = metrics && metersOf(document);
  if (metrics && meters) addReaders(metrics, { log, meters, admission, document });
  return createApp({
    shards,
    witness,
    admission,
    health,
    settings: { ...settings, apis: settings.apis === 'both' ? ['rekor-v1', 'rekor-v2'] : [settings.apis] },
    document,
    ...(gate && { gate }),
    judges,
    ...(mayRead && { mayRead }),
    ...(meters && { meters }),
    ...(tracing && { tracing }),
    consoleFiles: await readConsoleFiles(),
    bundles: new KeptBytes(),
    ...pageParts(settings, metrics),
    dev: settings.dev,
    now: () => performance.now(),
    report: {
      request: (line) => logRequest(logger, line),
      error: (error) => damage.failed(error),
    },
    ...(observe && { observe }),
  });
}

/** Parts that only pages need. */
function pageParts(settings: Settings, metrics: MetricRegistry | undefined) {
  return {
    pageFiles: pageFilesReader(stripTypes),
    witnesses: witnessKeysOf(settings),
    ...(metrics && { figures: () => metrics.families() }),
  };
}

function admissionOf(settings: Settings, logger: Logger, policy: PolicyCertificates | undefined): AdmissionPool {
  return new AdmissionPool({
    threads: settings.admissionThreads,
    maxQueued: settings.admissionQueue,
    settings: { ...admissionSettings(settings), ...(policy && { policy }) },
    now: () => performance.now(),
    lost: (error) => logger.error('an admission thread ended, and another takes its place', { error }),
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
