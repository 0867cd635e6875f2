import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Admission, Sender } from '../../server/admission/pool.ts';
import { AdmissionPool } from '../../server/admission/pool.ts';
import { FairQueue } from '../../server/admission/fair-queue.ts';
import { testAdmissionSettings } from '../support/admission.ts';
import { askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { ODD_COMMANDS } from '../support/odd-worker.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { requestHead } from '../support/raw-connection.ts';
import { variantOf } from './variants.ts';

const GONE_ERROR = new Error('the sender went away');
const submitter = newSubmitter();
const turn = (): Promise<void> => new Promise((next) => void setImmediate(next));

/** @param odd - a word that the thread finds in it */
const proposal = (artifact: string, odd = ''): Uint8Array =>
  Buffer.from(JSON.stringify({ ...hashedrekord(artifact, submitter), odd }));

/** A body of the quick lane as it is, or one that is too long for it. */
const LANES = { quick: (body: Uint8Array) => body, costly: (body: Uint8Array) => longer(body) };
const longer = (body: Uint8Array): Uint8Array => new Uint8Array(Buffer.concat([body, Buffer.alloc(70_000, ' ')]));

/** Four requests that wait at most, behind work that does not end. */
async function busyPool(shaped: (body: Uint8Array) => Uint8Array) {
  const program = new URL('../support/odd-worker.ts', import.meta.url);
  const options = {
    threads: 1,
    maxQueued: 4,
    settings: testAdmissionSettings(),
    program,
    now: () => performance.now(),
    lost: () => undefined,
  };
  const pool = new AdmissionPool({ ...options, maxWorkMs: 60_000 });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  for (let batch = 0; batch < 3; batch += 1) {
    pool.create(shaped(proposal('blocks', ODD_COMMANDS.endless))).catch(() => undefined);
    for (let turns = 0; turns < 3; turns += 1) await turn(); // each in a batch of its own, as far as it is taken
  }
  return pool;
}

describe('a request whose sender goes', () => {
  it.each(['quick', 'costly'] as const)('leaves the %s queue at once, and its place is free', async (lane) => {
    const pool = await busyPool(LANES[lane]);
    for (let round = 0; round < 5; round += 1) {
      const sender = new AbortController();
      const waits = [1, 2].map((n) =>
        pool.create(LANES[lane](proposal(`${round} ${n}`)), { from: 'one', gone: sender.signal }),
      );
      const outcomes = Promise.allSettled(waits);
      await turn();
      sender.abort(GONE_ERROR);
      for (const { status, ...rest } of await outcomes)
        expect([status, rest]).toEqual(['rejected', { reason: GONE_ERROR }]);
    }
  });

  it.each(['create', 'createV2', 'logQuery', 'searchQuestion'] as const)(
    'is not begun where it is gone before: %s',
    async (task) => {
      const pool = await busyPool(LANES.quick);
      const gone = AbortSignal.abort(GONE_ERROR);
      await expect(pool[task](longer(proposal('late')), { from: 'one', gone })).rejects.toBe(GONE_ERROR);
    },
  );
});

describe('FairQueue', () => {
  it('gives up one that waits no longer, and keeps the order of the others', () => {
    const items = Array.from('aabc', (from, i) => ({ from, i }));
    const queue = new FairQueue<(typeof items)[number]>();
    for (const item of items) queue.add(item, 10);
    const removed = [items[0], items[2], items[2]].map((item) => item !== undefined && queue.remove(item));
    expect(removed).toEqual([true, true, false]);
    expect([queue.length, queue.take()?.i, queue.take()?.i, queue.take(), queue.length]).toEqual([
      2,
      1,
      3,
      undefined,
      0,
    ]);
  });
});

describe('admission', () => {
  let opened: Awaited<ReturnType<typeof openTestLog>>;
  beforeAll(async () => {
    opened = await openTestLog();
  });
  afterAll(() => opened.close());

  /** Answers nothing until nobody waits. */
  function endless() {
    const senders: Sender[] = [];
    const wait = (_body: Uint8Array, sender?: Sender): Promise<never> => {
      if (sender === undefined) return Promise.reject(new Error('no sender'));
      senders.push(sender);
      return new Promise((_, reject) => sender.gone.addEventListener('abort', () => reject(GONE_ERROR)));
    };
    const admission: Admission = { create: wait, createV2: wait, logQuery: wait, searchQuestion: wait };
    return { senders, admission };
  }

  it.each(['/api/v1/log/entries', '/api/v1/log/entries/retrieve', '/api/v1/index/retrieve', '/api/v2/log/entries'])(
    'is told when the sender of a request goes, and its body is released: %s',
    async (path) => {
      const { senders, admission } = endless();
      // Room for one body: the next is only read once the one before is released.
      const settings = { maxBodiesInFlight: 1500, maxSmallBodiesInFlight: 0 };
      await using asking = await askOf(variantOf(opened.log, { admission, settings }));
      for (let round = 0; round < 3; round += 1) {
        const socket = connect(Number(new URL(asking.base).port), '127.0.0.1');
        const body = '{}'.padEnd(1400, ' ');
        const head = requestHead('POST', path, 'Content-Type: application/json', `Content-Length: ${body.length}`);
        socket.write(head + body);
        await expect.poll(() => senders.length, { timeout: 10_000 }).toBe(round + 1);
        expect(senders[round]).toMatchObject({ from: '127.0.0.1', gone: { aborted: false } });
        socket.resetAndDestroy();
        await expect.poll(() => senders[round]?.gone.aborted, { timeout: 10_000 }).toBe(true);
      }
    },
  );

  it('is told when the time of a request of v2 is over', async () => {
    const { senders, admission } = endless();
    await using asking = await askOf(variantOf(opened.log, { admission }));
    const { status, text } = await asking.raw('POST', '/api/v2/log/entries', { 'Grpc-Timeout': '50m' }, '{}');
    expect([status, text]).toEqual([504, expect.stringContaining('context deadline exceeded')]);
    expect(senders.map(({ gone }) => gone.aborted)).toEqual([true]);
  });
});
