import { JSON_LIMITS } from '../base/json-meter.ts';
import { DEFAULT_ALGORITHMS } from '../entries/algorithm-policy.ts';
import { kinds } from '../entries/kinds/index.ts';
import { KindRegistry } from '../entries/registry.ts';
import { checkClaims } from '../entries/signatures/check.ts';
import { chooseVerifier } from '../entries/signatures/verifiers/choose.ts';
import { createTasks } from '../server/admission/tasks.ts';
import { type Batch, packReply } from '../server/admission/messages.ts';
import { cpuEach, verifications } from './cpu.ts';
import type { BenchOptions } from './options.ts';
import { makeSubmissions } from './submissions.ts';

/** Work of an admission thread for an entry, in microseconds of processor time, its collection of garbage included. */
export interface AdmitRow {
  readonly bench: string;
  readonly entries: number;
  /** From the bytes of the request to the bytes that go back to the main thread. */
  readonly whole: number;
  /** The signature checks in it. */
  readonly checks: number;
  readonly rest: number;
  /** One P-256 verification by OpenSSL, its key imported before. */
  readonly cryptoVerify: number;
  /** `rest`, as a share of that. */
  readonly restTimes: number;
}

const BATCH = 24; // as many as a thread gets at once

export async function admitRows({ kind, entries }: BenchOptions): Promise<readonly AdmitRow[]> {
  const bodies = makeSubmissions(kind, entries).map((request) => request.subarray(request.indexOf('\r\n\r\n') + 4));
  const batches = Array.from({ length: Math.ceil(entries / BATCH) }, (_, i) =>
    packed(bodies.slice(i * BATCH, (i + 1) * BATCH)),
  );
  const [whole = 0, checks = 0, cryptoVerify = 0] = await cpuEach([
    { count: entries, run: () => admitAll(batches) },
    { count: entries, run: checksOf(bodies) },
    verifications(1000),
  ]);
  const rest = whole - checks;
  return [{ bench: `admit ${kind}`, entries, whole, checks, rest, cryptoVerify, restTimes: rest / cryptoVerify }];
}

const perform = createTasks({
  rules: {
    algorithms: new Set(DEFAULT_ALGORITHMS),
    kinds: new Set(kinds.map(({ kind }) => kind)),
    maxBody: 65_535,
    maxAttestation: 102_400,
  },
  json: JSON_LIMITS,
  maxRetrieve: 10,
  verifier: 'auto',
});

async function admitAll(batches: readonly Batch[]): Promise<void> {
  for (const batch of batches) {
    const outcomes = await perform(batch);
    if (outcomes.some(({ is }) => is !== 'value')) throw new Error('a submission of our own was refused');
    packReply(batch, outcomes);
  }
}

function packed(bodies: readonly Uint8Array[]): Batch {
  const bytes = new Uint8Array(Buffer.concat(bodies));
  return { id: 0, tasks: bodies.map(() => 'create'), lengths: bodies.map(({ length }) => length), bytes };
}

/** All checks of the same submissions, and nothing else of them. */
function checksOf(bodies: readonly Uint8Array[]): () => void {
  const registry = new KindRegistry(kinds);
  const verifier = chooseVerifier('auto');
  const claims = bodies.flatMap((body) => registry.parse(JSON.parse(Buffer.from(body).toString())).claims);
  return () => {
    for (let at = 0; at < claims.length; at += BATCH) checkClaims(claims.slice(at, at + BATCH), verifier);
  };
}
