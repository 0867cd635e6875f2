import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { c2spKeyOf } from '../../host/keys/keys.ts';
import { Follower } from '../../log/follow.ts';
import { HeadVerifier } from '../../log/signers/head-verifier.ts';
import type { OpenStore } from '../../storage/engine.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import {
  DamagedRecord,
  EMPTY_LIST,
  LENGTH_BYTES,
  type ListEnd,
  packRecord,
  readRecord,
} from '../../storage/records/record.ts';
import type { CommitStep, Step } from '../../storage/records/step.ts';
import { ListWriter } from '../../storage/shared/list-writer.ts';
import { RecordList } from '../../storage/shared/record-list.ts';
import { sharedStore } from '../../storage/shared/shared-store.ts';
import { addMany, C2SP_KEY, KEY, openLogFixture, useFolder } from '../log/log-fixture.ts';
import { memoryRecords, type MemoryRecords } from '../support/memory-records.ts';

const PARTS = { now: () => 0, patience: 0 };
const folder = useFolder();
let records: MemoryRecords;
let identity: LogIdentity;

/** A real log whose every write goes through a list. */
beforeEach(async () => {
  records = memoryRecords();
  const list = new RecordList({ log: records, ...PARTS }, EMPTY_LIST);
  const parts = { list, term: new Uint8Array(16), lease: 1, now: () => 0, applied: () => undefined };
  const writer = new ListWriter(parts, 0);
  await using fixture = await openLogFixture(join(folder(), 'leader'), {
    store: (real) => ({
      ...sharedStore(real as OpenStore, () => writer),
      create: (created) => writer.write({ op: 'create', identity: created }, () => real.create(created)),
    }),
  });
  for (const [from, to] of [
    [0, 3],
    [3, 300],
    [300, 301],
  ] as const)
    await addMany(fixture.log, from, to);
  ({ identity } = fixture.opened);
});

async function follow(
  name: string,
): Promise<AsyncDisposable & { readonly follower: Follower; readonly store: OpenStore }> {
  const data = join(folder(), name);
  mkdirSync(data, { recursive: true });
  const store = await openSqliteStore(data, { owner: 'a test' });
  if ((await store.identity()) === undefined) await store.create(identity);
  const c2spPublicKey = createPublicKey(C2SP_KEY.publicKey).export({ type: 'spki', format: 'pem' });
  const verifier = new HeadVerifier({
    ...identity,
    publicKey: KEY.publicKey,
    c2spKey: c2spKeyOf(identity.origin, C2SP_KEY.publicKey),
    c2spPublicKey,
  });
  const follower = await Follower.open({ store, verifier, document: () => undefined });
  return { follower, store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

async function takeAll(follower: Follower, from = records): Promise<number> {
  const list = new RecordList({ log: from, ...PARTS }, EMPTY_LIST);
  for (let next = await list.next(); next !== undefined; next = await list.next()) {
    for (const step of next.steps) await follower.take(step);
    list.passed(next.end);
  }
  return list.end.records;
}

/** Everything that the log answers from. */
async function contents(store: OpenStore): Promise<string> {
  const { size = 0, root } = (await store.head()) ?? {};
  const entries = [];
  for (let at = 0; at < size; at += 1) entries.push(await store.entry(at as never));
  return JSON.stringify({ size, root: root && toHex(root), entries, heads: await store.heads(1e9, 100) });
}

/** The list with the steps of one record changed, and packed as any other. */
function changed(change: (step: Step) => Step | undefined): MemoryRecords {
  const other = memoryRecords();
  let [end, out]: [ListEnd, ListEnd] = [EMPTY_LIST, EMPTY_LIST];
  for (const bytes of records.records) {
    const read = readRecord(end, bytes);
    const packed = packRecord(
      out,
      read.steps.flatMap((step) => change(step) ?? []),
    );
    other.records.push(packed.bytes.subarray(LENGTH_BYTES));
    [end, out] = [read.end, packed.end];
  }
  return other;
}

const inCommit =
  (change: (step: CommitStep) => CommitStep, size: number) =>
  (step: Step): Step =>
    step.op === 'commit' && step.head.size === size ? change(step) : step;

describe('a machine that follows', () => {
  it('has the log of the machine that leads, and the same again if it takes records a second time', async () => {
    await using first = await follow('follower');
    expect(await takeAll(first.follower)).toBe(records.records.length);
    expect(first.follower.head.size).toBe(301);
    const once = await contents(first.store);
    expect(await takeAll(first.follower)).toBe(records.records.length);
    expect(await contents(first.store)).toBe(once);
    await first[Symbol.asyncDispose]();
    await using again = await follow('follower');
    await takeAll(again.follower);
    expect(await contents(again.store)).toBe(once);
  });

  it('stops at a record in which one bit is not as it was, wherever that is', async () => {
    await using one = await follow('follower'); // has what stands before, and takes it again
    for (const [n, record] of records.records.entries()) {
      for (const at of [0, 33, 40, 50, 77, record.length - 1]) {
        const flipped = { ...records, records: [...records.records], read: async (i: number) => flipped.records[i] };
        const bytes = record.slice();
        bytes[at % record.length] = (bytes[at % record.length] ?? 0) ^ 4;
        flipped.records[n] = bytes;
        await expect(takeAll(one.follower, flipped)).rejects.toBeInstanceOf(DamagedRecord);
      }
    }
  });

  it('stops at a record that follows another than the one it has: the hash chain', async () => {
    const other = changed((step) => (step.op === 'create' ? { ...step, identity: { ...identity, created: 1 } } : step));
    const mixed = memoryRecords();
    mixed.records.push(...records.records.slice(0, 2), ...other.records.slice(2));
    await using one = await follow('follower');
    await expect(takeAll(one.follower, mixed)).rejects.toThrow('does not follow the one before it');
    expect(one.follower.head.size).toBe(3);
  });

  it('stops before a head whose root is not that of the entries, and keeps none of them: the root check', async () => {
    const other = changed(
      inCommit(({ entries: [first, ...rest], ...step }) => {
        const body = Buffer.from('another body');
        return { ...step, entries: first === undefined ? [] : [{ ...first, body }, ...rest] };
      }, 300),
    );
    await using one = await follow('follower');
    await expect(takeAll(one.follower, other)).rejects.toThrow('the first 300 entries of the shared log have the root');
    expect([one.follower.head.size, (await one.store.head())?.size]).toStrictEqual([3, 3]);
  });

  it('stops before a head that the keys of the log have not signed', async () => {
    const { signature } = { signature: Buffer.alloc(64) };
    const other = changed(
      inCommit(
        ({ head, ...step }) => ({ ...step, head: { ...head, signatures: { ...head.signatures, c2sp: signature } } }),
        301,
      ),
    );
    await using one = await follow('follower');
    await expect(takeAll(one.follower, other)).rejects.toThrow('the c2sp signature on the head of 301 entries');
    expect(one.follower.head.size).toBe(300);
  });

  it('stops at a list that is another tree than the one it has', async () => {
    await using one = await follow('follower');
    await takeAll(one.follower);
    const root = Buffer.alloc(32) as never;
    const other = changed(inCommit(({ head, ...step }) => ({ ...step, head: { ...head, root } }), 300));
    await expect(takeAll(one.follower, other)).rejects.toThrow('a fork');
  });
});
