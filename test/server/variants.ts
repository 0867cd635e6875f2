import { readFileSync } from 'node:fs';
import type { Express } from 'express';
import { JSON_LIMITS } from '../../base/json-meter.ts';
import type { AdmissionRules } from '../../entries/admission.ts';
import { DEFAULT_ALGORITHMS } from '../../entries/algorithm-policy.ts';
import { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import type { Admission } from '../../server/admission/contract.ts';
import { createTasks } from '../../server/admission/tasks.ts';
import { fromOutcome, type Task } from '../../server/admission/wire.ts';
import { type AppParts, type AppSettings, createApp } from '../../server/app.ts';
import type { OpenApiDocument } from '../../server/pages/mount.ts';

export const document = JSON.parse(
  readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'),
) as OpenApiDocument;

export const SETTINGS: AppSettings = {
  maxRequestBody: 1024 * 1024,
  maxV2RequestBody: 1024 * 1024,
  faces: ['v1', 'v2'],
  maxBodiesInFlight: 4 * 1024 * 1024,
  maxJsonDepth: 100,
  maxJsonValues: 10_000,
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
  publicUrl: undefined,
  trustedProxies: [],
  requestIdHeader: 'x-request-id',
};

/** What the threads do, on this one. @param changes - of the rules that hold by default */
export function directAdmission(changes: Partial<AdmissionRules> = {}): Admission {
  const rules = {
    algorithms: new Set(DEFAULT_ALGORITHMS),
    kinds: new Set(['hashedrekord', 'intoto', 'dsse']),
    keysForCertificates: true,
    maxBody: 65_535,
    maxAttestation: 102_400,
    ...changes,
  };
  const work = createTasks({ rules, json: JSON_LIMITS, maxRetrieve: 10, verifier: 'auto' });
  const run = async (task: Task, body: Uint8Array): Promise<never> => {
    const [outcome] = await work({ tasks: [task], lengths: [body.length], bytes: new Uint8Array(body) });
    if (outcome === undefined) throw new Error('no outcome');
    if (!outcome.ok) throw fromOutcome(outcome);
    return outcome.value as never;
  };
  return {
    create: (body) => run('create', body),
    createV2: (body) => run('createV2', body),
    logQuery: (body) => run('logQuery', body),
    searchQuestion: (body) => run('searchQuestion', body),
  };
}

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
