import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AdmittedEntry } from '../../entries/kind.ts';
import { AdmissionPool } from '../../server/admission/pool.ts';
import { Busy, InvalidRequest } from '../../server/http/failures.ts';
import { testAdmissionSettings } from '../support/admission.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';

const lost: unknown[] = [];

/** One thread, and room for `maxQueued` requests in one turn. */
function poolOf(maxQueued: number): AdmissionPool {
  const settings = testAdmissionSettings();
  return new AdmissionPool({
    threads: 1,
    maxQueued,
    settings,
    now: () => performance.now(),
    lost: (reason) => lost.push(reason),
  });
}

/** The same, until the test ends. */
function openPool(maxQueued: number): AdmissionPool {
  const pool = poolOf(maxQueued);
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const submitter = newSubmitter();
const proposal = (artifact: string): Uint8Array => bytesOf(hashedrekord(artifact, submitter));
/** The same to whoever reads JSON, and longer than a short question. */
const padded = (body: Uint8Array): Uint8Array => Buffer.concat([body, Buffer.alloc(2048, ' ')]);
/** How a promise ended, as soon as it did. */
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

const digest = hash('sha256', 'a');
const uuid = digest.toUpperCase();
const publicKey = { format: 'x509', content: Buffer.from(submitter.pem).toString('base64') };

describe('admission threads', () => {
  it('give every request of a turn its own outcome, in one batch or several', async () => {
    const pool = openPool(200);
    const bodies = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? bytesOf({ kind: 'none' }) : proposal(`a${i}`)));
    const outcomes = await Promise.all(bodies.map((body) => outcome(pool.create(body))));
    const artifacts = outcomes.map((one) =>
      one instanceof Error
        ? one.name
        : Buffer.from((one as AdmittedEntry).body)
            .toString()
            .match(/"value":"(\w+)"/)?.[1],
    );
    expect(artifacts).toEqual(bodies.map((_, i) => (i % 7 === 3 ? 'MalformedProposal' : hash('sha256', `a${i}`))));
  });

  it('refuse what exceeds their queue, and nothing of what is in it', async () => {
    const pool = openPool(2);
    const [first, second, third] = await Promise.all(
      ['a', 'b', 'c'].map((artifact) => outcome(pool.create(proposal(artifact)))),
    );
    for (const one of [first, second]) expect(one).toHaveProperty('leafHash');
    expect(third).toBeInstanceOf(Busy);
    expect(await pool.create(proposal('d'))).toHaveProperty('leafHash');
  });

  it('refuse what they have not begun when the server stops', async () => {
    const pool = openPool(200);
    const waiting = Array.from({ length: 100 }, (_, i) => outcome(pool.create(proposal(`a${i}`))));
    await pool[Symbol.asyncDispose]();
    const outcomes = await Promise.all(waiting);
    expect(outcomes.at(-1)).toBeInstanceOf(Busy);
    expect(await outcome(pool.create(proposal('late')))).toBeInstanceOf(Busy);
    expect(lost).toEqual([]);
  });
});

describe('a short question', () => {
  let shared: AdmissionPool;
  beforeAll(() => void (shared = poolOf(10)));
  afterAll(() => shared[Symbol.asyncDispose]());

  it.each([{ hash: digest }, { email: 'a@b.example', hash: digest, operator: 'and' }, {}, { publicKey }])(
    'is understood as a long one is: %o',
    async (question) => {
      const body = bytesOf(question);
      expect(await shared.searchQuestion(body)).toEqual(await shared.searchQuestion(padded(body)));
    },
  );

  it.each([{ entryUUIDs: [uuid] }, { logIndexes: [1, 2] }, { entries: [hashedrekord('a', submitter)] }])(
    'about entries is understood as a long one is: %o',
    async (query) => {
      const body = bytesOf(query);
      const short = await shared.logQuery(body);
      expect(short).toEqual(await shared.logQuery(padded(body)));
      expect(short.leaves).toHaveLength('entries' in query ? 1 : 0);
    },
  );

  it.each([{ hash: 'x' }, { email: 'nobody' }, { operator: 'xor' }, { publicKey: { format: 'x509' } }])(
    'is refused as a long one is: %o',
    async (question) => {
      const body = bytesOf(question);
      const short = await outcome(shared.searchQuestion(body));
      expect(short).toBeInstanceOf(InvalidRequest);
      expect(short).toEqual(await outcome(shared.searchQuestion(padded(body))));
    },
  );

  it('is answered before signatures are checked that came before it, and when the queue is full', async () => {
    const pool = openPool(1);
    const order: string[] = [];
    const created = pool.create(proposal('a')).then(() => order.push('created'));
    const refused = pool.create(proposal('b'));
    await pool.searchQuestion(bytesOf({ hash: digest })).then(() => order.push('searched'));
    await expect(refused).rejects.toBeInstanceOf(Busy);
    await created;
    expect(order).toEqual(['searched', 'created']);
  });
});
