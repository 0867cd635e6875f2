import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import { DEFAULT_ALGORITHMS } from '../../entries/algorithm-policy.ts';
import { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import type { EntryBundle } from '../../storage/entries.ts';
import { type AppParts, type AppSettings, createApp } from '../../server/app.ts';
import { KeptBytes } from '../../server/http/kept-bytes.ts';
import type { OpenApiDocument } from '../../server/operations/document.ts';
import { directAdmission } from '../support/admission.ts';

export const document = JSON.parse(
  readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'),
) as OpenApiDocument;

export const SETTINGS: AppSettings = {
  maxRequestBody: 1024 * 1024,
  maxV2RequestBody: 1024 * 1024,
  apis: ['rekor-v1', 'rekor-v2'],
  maxBodiesInFlight: 4 * 1024 * 1024,
  maxSmallBodiesInFlight: 1024 * 1024,
  searchPage: 1000,
  maxCanonicalBody: 65_535,
  searchLimit: 10_000,
  duplicates: 'conflict',
  operations: [
    'createLogEntry',
    'getLogEntryByIndex',
    'getLogEntryByUUID',
    'searchLogQuery',
    'getLogInfo',
    'getPublicKey',
    'getLogProof',
    'searchIndex',
    'createEntry',
  ],
  kinds: ['hashedrekord:0.0.1', 'hashedrekord:0.0.2', 'intoto:0.0.2', 'dsse:0.0.1'],
  algorithms: DEFAULT_ALGORITHMS,
  publicUrl: undefined,
  trustedProxies: [],
  requestIdHeader: 'x-request-id',
  maxUnsentAnswers: 64 * 1024 * 1024,
  unsentTimeout: 30_000,
};

export type Variant = Partial<Omit<AppParts, 'settings'>> & { readonly settings?: Partial<AppSettings> };

/** The app over `log`, but for what the test is about. */
export function variantOf(log: Log, { settings, ...parts }: Variant = {}): Express {
  return createApp({
    shards: new LogShards([log]),
    witness: undefined,
    admission: directAdmission(),
    health: { ready: async () => ({ ready: true, checks: { write: 'ok' } }) },
    document,
    consoleFiles: new Map(),
    bundles: new KeptBytes(),
    dev: false,
    now: () => performance.now(),
    report: {
      request: () => undefined,
      error: (thrown) => {
        throw thrown;
      },
    },
    ...parts,
    settings: { ...SETTINGS, ...settings },
  });
}

/** A bundle that is made in one piece each time. */
export function bundleOf(make: () => Uint8Array): EntryBundle {
  const { length } = make();
  return { encoding: 'identity', length, plainLength: length, largestPiece: length, pieces: () => [make()] };
}

/** The log, but for some of what it does. */
export function instead(log: Log, other: Partial<Log>): Log {
  const get = (real: Log, name: keyof Log): unknown => {
    const value: unknown = other[name] ?? real[name];
    return typeof value === 'function' ? (value.bind(real) as unknown) : value;
  };
  return new Proxy(log, { get: (real, name) => get(real, name as keyof Log) });
}
