import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import type { Log } from '../log/types.ts';
import { AdmissionPool } from './admission/pool.ts';
import { createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { createHealth } from './health.ts';
import type { RequestLine } from './http/exchange.ts';
import type { Logger } from './logging/logger.ts';
import { readConsoleFiles } from './pages/console-files.ts';
import type { OpenApiDocument } from './pages/mount.ts';
import type { Settings } from './settings/table.ts';
import { startLog } from './start.ts';

export interface ComposeOptions {
  readonly logger: Logger;
  /** Called when the outcome of a write is unknown. The process must end. */
  readonly fatal: (reason: unknown) => void;
  readonly observe?: (line: RequestLine) => void;
}

/** A log and its HTTP face, listening to nothing yet. Disposing of it finishes what was accepted. */
export interface Server extends AsyncDisposable {
  readonly app: Express;
  readonly log: Log;
}

/** Time that a heartbeat may take before `/readyz` says that the log cannot write, in milliseconds. */
const HEARTBEAT_PATIENCE = 2000;

/** Where the rooms are furnished: every choice of engine, kind and key is made below here. @throws LogRefused, StoreRefused */
export async function composeServer(settings: Settings, options: ComposeOptions): Promise<Server> {
  const { logger } = options;
  const clock = systemClock(settings.clockTolerance / 1000);
  const now = (): number => performance.now();
  await using cleanup = new AsyncDisposableStack();

  const { opened } = cleanup.use(
    await startLog(
      { ...settings, limits: settings },
      { clock, fatal: options.fatal, announce: (sentence) => logger.info(sentence) },
    ),
  );
  const admission = cleanup.use(
    new AdmissionPool({
      threads: settings.admissionThreads,
      maxQueued: settings.admissionQueue,
      settings: admissionSettings(settings),
      lost: (error) => logger.error('an admission thread ended, and another takes its place', { error }),
    }),
  );
  const health = createHealth({
    heartbeat: () => opened.log.heartbeat(),
    refusal: () => opened.log.refusal(),
    within: settings.readyWithin,
    patience: HEARTBEAT_PATIENCE,
    now,
  });
  const app = createApp({
    log: opened.log,
    admission,
    health,
    settings,
    document: readDocument(),
    consoleFiles: await readConsoleFiles(),
    dev: settings.dev,
    now,
    report: {
      request: (line) => logger.info('request', { ...line }),
      error: (error) => logger.error('a request failed', { error }),
    },
    ...(options.observe && { observe: options.observe }),
  });
  const parts = cleanup.move();
  return { app, log: opened.log, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function admissionSettings(settings: Settings) {
  return {
    rules: {
      algorithms: new Set<string>(settings.algorithms),
      kinds: new Set(settings.kinds),
      maxBody: settings.maxCanonicalBody,
      maxAttestation: settings.attestations ? settings.maxAttestationSize : 0,
    },
    json: { depth: settings.maxJsonDepth, values: settings.maxJsonValues },
    maxRetrieve: settings.maxRetrieve,
    verifier: 'auto',
  } as const;
}

function readDocument(): OpenApiDocument {
  const file = new URL('../openapi/openapi.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument;
}
