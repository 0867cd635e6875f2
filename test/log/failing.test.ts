import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { NotWritable } from '../../log/failures.ts';
import type { LogStore } from '../../storage/contract.ts';
import { NoRoom } from '../../storage/failures.ts';
import type { HeadJournal } from '../../storage/journal.ts';
import {
  addMany,
  admitted,
  isProven,
  KEY,
  LIMITS,
  openLogFixture,
  type LogFixture,
  type LogFixtureOptions,
  C2SP_KEY,
  useFolder,
} from './log-fixture.ts';

const folder = useFolder();

/** Whether the write that fails was made all the same: nobody who gets a rejection can know. */
type Made = 'not made' | 'made';

function failingAt(n: number, made: Made, write: (value: never) => Promise<void>) {
  let calls = 0;
  return async (value: unknown): Promise<void> => {
    calls += 1;
    if (calls !== n || made === 'made') await write(value as never);
    if (calls === n) throw new Error('the disk is gone');
  };
}

const failingStore = (n: number, made: Made): LogFixtureOptions => ({
  store: (real: LogStore): LogStore => ({ ...real, commit: failingAt(n, made, real.commit) }),
});
const failingJournal = (n: number, made: Made): LogFixtureOptions => ({
  journal: (real: HeadJournal): HeadJournal => ({ ...real, append: failingAt(n, made, real.append) }),
});

/** Sends entries one after another, and a burst at the end, and tells which were acknowledged. */
async function sendUntilFailure(fixture: LogFixture): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  const send = async (text: string): Promise<void> => {
    const { entry } = await fixture.log.add(admitted(text));
    expect(entry.head.size).toBeGreaterThan(entry.index);
    acknowledged.push(text);
  };
  for (let i = 0; i < 2; i += 1) await send(`single ${i}`);
  const burst = Array.from({ length: 12 }, (_, i) => send(`burst ${i}`));
  const reasons = (await Promise.allSettled(burst)).filter((one) => one.status === 'rejected');
  expect(reasons.length).toBeGreaterThan(0);
  expect(new Set(reasons.map(({ reason }) => String(reason)))).toEqual(new Set(['Error: the outcome is unknown']));
  return acknowledged;
}

/**
 * Returns the entries acknowledged by a log that failed in the middle of a burst: two entries, and the burst's first
 * batch.
 */
async function failOnce(options: LogFixtureOptions): Promise<readonly string[]> {
  await using fixture = await openLogFixture(folder(), options);
  const acknowledged = await sendUntilFailure(fixture);
  expect([acknowledged.length, fixture.log.head().size]).toEqual([7, 7]);
  expect(fixture.fatal.map(String)).toEqual(['Error: the disk is gone']);
  await expect(fixture.log.add(admitted('later'))).rejects.toThrow(new NotWritable('the log has failed'));
  return acknowledged;
}

describe('decision: an unknown outcome ends the process, and the next start recovers', () => {
  const cases: readonly { readonly what: string; readonly options: LogFixtureOptions; readonly size: number }[] = [
    { what: 'a commit that failed', options: failingStore(4, 'not made'), size: 7 },
    { what: 'a commit that was made and not known', options: failingStore(4, 'made'), size: 12 },
    { what: 'a head that was not journalled', options: failingJournal(4, 'not made'), size: 12 },
    { what: 'a head that was journalled and not known', options: failingJournal(4, 'made'), size: 12 },
  ];
  for (const { what, options, size } of cases) {
    it(what, async () => {
      const acknowledged = await failOnce({ ...options, limits: { ...LIMITS, batch: 5 } });
      await using next = await openLogFixture(folder());
      expect(next.log.head().size).toBeGreaterThanOrEqual(size);
      for (const text of acknowledged) {
        const found = await next.log.byLeaf(admitted(text).leafHash);
        expect(found && isProven(found)).toBe(true);
      }
      const again = await Promise.all(Array.from({ length: 12 }, (_, i) => next.log.add(admitted(`burst ${i}`))));
      expect(again.every(({ entry }) => isProven(entry))).toBe(true);
      expect(next.log.head().size).toBe(14);
    });
  }

  it('a signer that gives nothing', async () => {
    const signer = { publicKey: new Uint8Array(), sign: async () => [] };
    {
      await using fixture = await openLogFixture(folder());
      await addMany(fixture.log, 0, 1);
    }
    const keys = {
      signers: { rekor: signer, c2sp: C2SP_KEY.signer },
      publicKeys: { rekor: KEY.publicKey, c2sp: C2SP_KEY.publicKey },
    };
    await using fixture = await openLogFixture(folder(), { keys });
    await expect(fixture.log.add(admitted('x'))).rejects.toThrow('the outcome is unknown');
    expect(fixture.fatal.map(String)).toEqual(['Error: the signer gave fewer signatures than it was given messages']);
    expect(fixture.log.head().size).toBe(1);
  });
});

interface Event {
  readonly what: 'commit' | 'journal';
  readonly at: 'start' | 'end';
  readonly size: number;
  /** Size of the head that was shown at that moment. */
  readonly shown: number;
}

/** Wraps store and journal so that every write is written down, and the journal is slow. */
function recorded(events: Event[], shown: () => number): LogFixtureOptions {
  const note = async (what: Event['what'], size: number, write: () => Promise<void>): Promise<void> => {
    events.push({ what, at: 'start', size, shown: shown() });
    await write();
    events.push({ what, at: 'end', size, shown: shown() });
  };
  return {
    store: (real) => ({ ...real, commit: (value) => note('commit', value.head.size, () => real.commit(value)) }),
    journal: (real) => ({
      ...real,
      append: (head) =>
        note('journal', head.size, async () => {
          await delay(15);
          await real.append(head);
        }),
    }),
  };
}

describe('decision: commit, journal, publish', () => {
  it('no head is journalled before it is committed, and none is published before it is journalled', async () => {
    const events: Event[] = [];
    let fixture: LogFixture | undefined;
    fixture = await openLogFixture(folder(), {
      ...recorded(events, () => fixture?.log.head().size ?? 0),
      limits: { ...LIMITS, batch: 3 },
    });
    const added = await addMany(fixture.log, 0, 20);
    expect(added.every(({ entry }) => isProven(entry))).toBe(true);
    await fixture[Symbol.asyncDispose]();

    const sizes = [3, 6, 9, 12, 15, 18, 20];
    const place = (what: Event['what'], at: Event['at'], size: number): number =>
      events.findIndex((event) => event.what === what && event.at === at && event.size === size);
    for (const [i, size] of sizes.entries()) {
      expect(place('commit', 'end', size)).toBeGreaterThan(-1);
      expect(place('journal', 'start', size)).toBeGreaterThan(place('commit', 'end', size));
      expect(place('journal', 'start', size)).toBeGreaterThan(place('journal', 'end', sizes[i - 1] ?? 0));
    }
    for (const [i, { shown }] of events.entries()) {
      const journalled = events.slice(0, i + 1).filter(({ what, at }) => what === 'journal' && at === 'end');
      expect(shown).toBeLessThanOrEqual(Math.max(0, ...journalled.map(({ size }) => size)));
    }
  });

  it('the journal of one batch overlaps the commit of the next', async () => {
    const events: Event[] = [];
    await using fixture = await openLogFixture(folder(), {
      ...recorded(events, () => 0),
      limits: { ...LIMITS, batch: 3 },
    });
    await addMany(fixture.log, 0, 12);
    const order = events.map(({ what, at, size }) => `${what} ${at} ${size}`);
    for (const size of [3, 6, 9]) {
      const next = order.indexOf(`commit start ${size + 3}`);
      expect(next).toBeGreaterThan(-1);
      expect(next).toBeLessThan(order.indexOf(`journal end ${size}`));
    }
  });

  it('what stands in the journal after each answer is the head of that answer or a later one', async () => {
    await using fixture = await openLogFixture(folder());
    for (let i = 0; i < 5; i += 1) {
      const { entry } = await fixture.log.add(admitted(`entry ${i}`));
      expect(fixture.journal.last()?.size).toBe(entry.head.size);
      expect(toHex(fixture.journal.last()?.root ?? new Uint8Array())).toBe(toHex(entry.head.root));
    }
  });
});

describe('a commit for which there is no disk space', () => {
  /** Refuses commits and heartbeats while `state.full`. */
  const onDisk = (state: { full: boolean; looks: number }): LogFixtureOptions => ({
    store: (real) => ({
      ...real,
      commit: async (value) => {
        if (state.full) throw new NoRoom('the disk is full: 0 bytes are free');
        await real.commit(value);
      },
      heartbeat: async (at) => {
        state.looks += 1;
        if (state.full) throw new NoRoom('the disk is full: 0 bytes are free');
        await real.heartbeat(at);
      },
    }),
  });

  it('entries that wait and entries that come are refused, none of them is stored, and the log goes on once there is space', async () => {
    const state = { full: false, looks: 0 };
    await using fixture = await openLogFixture(folder(), { ...onDisk(state), limits: { ...LIMITS, batch: 3 } });
    await addMany(fixture.log, 0, 5);
    state.full = true;
    const refused = await Promise.allSettled(
      Array.from({ length: 300 }, (_, i) => fixture.log.add(admitted(`full ${i}`))),
    );
    expect(new Set(refused.map((one) => (one.status === 'rejected' ? String(one.reason) : '')))).toEqual(
      new Set(['NotWritable: the disk is full']),
    );
    expect([fixture.log.refusal(), fixture.log.head().size, fixture.fatal]).toEqual(['the disk is full', 5, []]);
    await expect(fixture.log.add(admitted('entry 2'))).resolves.toMatchObject({ duplicate: true });
    await expect.poll(() => state.looks, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(fixture.log.refusal()).toBe('the disk is full');

    state.full = false;
    await expect.poll(() => fixture.log.refusal(), { timeout: 10_000 }).toBeUndefined();
    const added = await Promise.all(Array.from({ length: 300 }, (_, i) => fixture.log.add(admitted(`full ${i}`))));
    expect(added.every(({ entry, duplicate }) => isProven(entry) && !duplicate)).toBe(true);
    expect(fixture.log.head().size).toBe(305);
    expect(fixture.warned).toHaveLength(2);
  });
});
