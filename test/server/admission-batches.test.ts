import { hash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AdmittedEntry } from '../../entries/kind.ts';
import { AdmissionPool } from '../../server/admission/pool.ts';
import { Busy } from '../../server/http/failures.ts';
import { testAdmissionSettings } from '../support/admission.ts';
import { dsse, envelope } from '../entries/kinds/proposals.ts';
import { ODD_COMMANDS } from '../support/odd-worker.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { makeSigner } from '../support/signing.ts';

const submitter = newSubmitter();
const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const turn = (): Promise<void> => new Promise((next) => void setImmediate(next));
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

/** @param odd - a word that the thread finds in the request, and nobody else */
const proposal = (artifact: string, odd = ''): Uint8Array => bytesOf({ ...hashedrekord(artifact, submitter), odd });
/** So long that it is not for the quick lane. */
const long = (body: Uint8Array): Uint8Array => new Uint8Array(Buffer.concat([body, Buffer.alloc(70_000, ' ')]));

/** Digest of the artifact in an entry, and whatever else it is as it is. */
const artifactIn = (result: unknown): unknown =>
  result instanceof Error
    ? result
    : /"value":"(\w+)"/.exec(Buffer.from((result as AdmittedEntry).body).toString())?.[1];

/** One quick thread and one costly one, both odd. Batches may take `maxWorkMs`. */
function oddPool(maxWorkMs?: number) {
  const settings = testAdmissionSettings();
  const program = new URL('../support/odd-worker.ts', import.meta.url);
  const lost: unknown[] = [];
  const options = {
    threads: 1,
    maxQueued: 100,
    settings,
    program,
    now: () => performance.now(),
    lost: (reason: unknown) => void lost.push(reason),
  };
  const pool = new AdmissionPool(maxWorkMs === undefined ? options : { ...options, maxWorkMs });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return { pool, lost };
}

describe('an admission thread', () => {
  it('that yields in one batch answers each request of every batch with its own outcome', async () => {
    const { pool } = oddPool();
    const publicKey = { format: 'x509', content: Buffer.from(submitter.pem).toString('base64') };
    const order: string[] = [];

    const question = bytesOf({ publicKey, subject: ODD_COMMANDS.yields });
    const searched = pool.searchQuestion(question).finally(() => order.push('searched'));
    await turn(); // the search is in a batch of its own
    await turn();
    const created = pool.create(proposal('a')).finally(() => order.push('created'));

    expect(artifactIn(await created)).toBe(hash('sha256', 'a'));
    expect((await searched).groups).toContainEqual([hash('sha256', submitter.pem)]);
    expect(order).toEqual(['created', 'searched']);
  });

  it('that dies costs only the request that it dies of: the others in its batch are answered', async () => {
    const { pool, lost } = oddPool();
    const bodies = [proposal('a'), proposal('b', ODD_COMMANDS.exits), proposal('c')];
    const [a, b, c] = await Promise.all(bodies.map((body) => outcome(pool.create(body))));
    expect([artifactIn(a), artifactIn(c)]).toEqual([hash('sha256', 'a'), hash('sha256', 'c')]);
    expect(b).toHaveProperty('message', 'an admission thread has ended');
    expect(lost).toEqual([]);
    expect(artifactIn(await pool.create(proposal('d')))).toBe(hash('sha256', 'd'));
  });

  it('that takes longer than it may is ended, and only the request that is at fault is refused', async () => {
    const { pool, lost } = oddPool(1000);
    const bodies = [proposal('a'), proposal('b', ODD_COMMANDS.endless), proposal('c')];
    const [a, b, c] = await Promise.all(bodies.map((body) => outcome(pool.create(body))));
    expect([artifactIn(a), artifactIn(c)]).toEqual([hash('sha256', 'a'), hash('sha256', 'c')]);
    expect(b).toBeInstanceOf(Busy);
    expect(b).toHaveProperty('message', expect.stringContaining('longer than 1000 ms'));
    expect(lost).toHaveLength(2);
    expect(artifactIn(await pool.create(proposal('d')))).toBe(hash('sha256', 'd'));
  });
});

/** Ten signatures by ten keys on P-384: a small body, and 0.1 s of checks. */
function manyChecks(): Uint8Array {
  const signers = Array.from({ length: 10 }, () => makeSigner('P-384'));
  const proposed = dsse(
    JSON.stringify(envelope(signers)),
    signers.map(({ pem }) => pem),
  );
  return bytesOf(proposed);
}

describe('a cheap request', () => {
  it.each(['create', 'searchQuestion'] as const)('is answered while a costly %s is worked on', async (task) => {
    const { pool } = oddPool();
    const question = { publicKey: { format: 'pgp', content: '' }, subject: ODD_COMMANDS.endless };
    const costly = task === 'create' ? long(proposal('large', ODD_COMMANDS.endless)) : bytesOf(question);
    const blocked = outcome(pool[task](costly));
    for (const artifact of ['a', 'b', 'c'])
      expect(artifactIn(await pool.create(proposal(artifact)))).toBe(hash('sha256', artifact));
    await pool[Symbol.asyncDispose]();
    expect(await blocked).toBeInstanceOf(Error);
  });

  it('is answered before a small one that came with it and has costly checks, which is answered too', async () => {
    const { pool } = oddPool();
    const order: string[] = [];
    const costly = pool.create(manyChecks()).finally(() => order.push('costly'));
    const cheap = ['a', 'b', 'c'].map((artifact) =>
      pool.create(proposal(artifact)).finally(() => order.push(artifact)),
    );
    await Promise.all([costly, ...cheap]);
    expect(order).toEqual(['a', 'b', 'c', 'costly']);
  });
});

describe('senders', () => {
  it('have turns: a costly request of one waits for one of another, however many those are', async () => {
    const { pool } = oddPool();
    const order: string[] = [];
    const send = (artifact: string, from: string): Promise<unknown> =>
      pool
        .create(long(proposal(artifact)), { from, gone: new AbortController().signal })
        .finally(() => order.push(artifact));
    const greedy = ['a', 'b', 'c', 'd', 'e', 'f'].map((artifact) => send(artifact, '192.0.2.1'));
    await Promise.all([...greedy, send('other', '192.0.2.2')]);
    expect(order).toEqual(['a', 'other', 'b', 'c', 'd', 'e', 'f']);
  });
});
