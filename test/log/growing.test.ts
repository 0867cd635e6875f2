import { describe, expect, it } from 'vitest';
import { NotWritable, Overloaded } from '../../log/failures.ts';
import { BATCH_BYTES } from '../../log/waiting-entries.ts';
import { systemClock } from '../../host/clock/clock.ts';
import type { LogStore } from '../../storage/contract.ts';
import { addMany, admitted, isProven, LIMITS, openLogFixture, testClock, useFolder } from './log-fixture.ts';

const folder = useFolder();

/** Writes down how many entries each commit has. */
function counting(sizes: number[]) {
  return (real: LogStore): LogStore => ({
    ...real,
    commit: (commit) => {
      sizes.push(commit.entries.length);
      return real.commit(commit);
    },
  });
}

describe('add: one entry, sent by many at once', () => {
  for (const times of [10, 200]) {
    it(`${times} times is one leaf, and the others are told that they are duplicates`, async () => {
      await using fixture = await openLogFixture(folder());
      const added = await Promise.all(Array.from({ length: times }, () => fixture.log.add(admitted('the same'))));
      expect(added.map(({ duplicate }) => duplicate)).toEqual([false, ...Array<boolean>(times - 1).fill(true)]);
      expect(new Set(added.map(({ entry }) => entry.index))).toEqual(new Set([0]));
      expect(added.every(({ entry }) => isProven(entry))).toBe(true);
      expect(fixture.log.head().size).toBe(1);
    });
  }

  it('among others, and again later, and after the next start', async () => {
    {
      await using fixture = await openLogFixture(folder());
      await addMany(fixture.log, 0, 5);
      const [, again] = await Promise.all([addMany(fixture.log, 5, 9), fixture.log.add(admitted('entry 3'))]);
      expect([again.duplicate, again.entry.index]).toEqual([true, 3]);
    }
    await using fixture = await openLogFixture(folder());
    const again = await fixture.log.add(admitted('entry 8'));
    expect([again.duplicate, again.entry.index, fixture.log.head().size]).toEqual([true, 8, 9]);
    expect(isProven(again.entry)).toBe(true);
  });

  it('keeps the promise of the first, whatever the time is now', async () => {
    const clock = testClock(1000);
    await using fixture = await openLogFixture(folder(), { clock });
    const first = await fixture.log.add(admitted('the same'));
    clock.time = 2000;
    const again = await fixture.log.add(admitted('the same'));
    expect(again.entry.integratedTime).toBe(1000);
    expect(new Uint8Array(again.entry.signedEntryTimestamp)).toEqual(new Uint8Array(first.entry.signedEntryTimestamp));
  });
});

describe('Sequencer: batches', () => {
  it('are as large as allowed and no larger, and what comes in one turn shares them', async () => {
    const sizes: number[] = [];
    await using fixture = await openLogFixture(folder(), { store: counting(sizes), limits: { ...LIMITS, batch: 10 } });
    const added = await addMany(fixture.log, 0, 25);
    expect(sizes).toEqual([10, 10, 5]);
    expect(added.map(({ entry }) => entry.index)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect([...new Set(added.map(({ entry }) => entry.head.size))]).toEqual([10, 20, 25]);
    expect(added.every(({ entry }) => isProven(entry))).toBe(true);
  });
  it('have at most a mebibyte of bodies and attestations, or one entry', async () => {
    const sizes: number[] = [];
    await using fixture = await openLogFixture(folder(), { store: counting(sizes) });
    const long = (i: number, bytes: number) => fixture.log.add(admitted(`entry ${i}`.padEnd(bytes)));
    await Promise.all(Array.from({ length: 40 }, (_, i) => long(i, 60_000)));
    const attested = (i: number, bytes: number) =>
      fixture.log.add({ ...admitted(`attested ${i}`), attestation: new Uint8Array(bytes).fill(i) });
    await Promise.all([400_000, 400_000, 400_000, 2 * BATCH_BYTES, 1].map((bytes, i) => attested(i, bytes)));
    expect(sizes).toEqual([17, 17, 6, 2, 1, 1, 1]);
    expect(fixture.log.head().size).toBe(45);
  });
  it('of one turn are one commit', async () => {
    const sizes: number[] = [];
    await using fixture = await openLogFixture(folder(), { store: counting(sizes) });
    await addMany(fixture.log, 0, 300);
    expect(sizes).toEqual([300]);
  });
});

describe('Sequencer: what it refuses leaves no trace', () => {
  const outcomes = async (adding: readonly Promise<unknown>[]) => {
    const settled = await Promise.allSettled(adding);
    return settled.map((one) => (one.status === 'fulfilled' ? 'added' : (one.reason as Error).name));
  };

  it('more entries than may wait', async () => {
    await using fixture = await openLogFixture(folder(), { limits: { ...LIMITS, maxWaiting: 4 } });
    const adding = Array.from({ length: 7 }, (_, i) => fixture.log.add(admitted(`entry ${i}`)));
    expect(await outcomes(adding)).toEqual([...Array<string>(4).fill('added'), ...Array<string>(3).fill('Overloaded')]);
    expect(fixture.log.head().size).toBe(4);
    expect(await fixture.log.byLeaf(admitted('entry 5').leafHash)).toBeUndefined();
    expect((await fixture.log.add(admitted('entry 5'))).duplicate).toBe(false);
  });

  it('more bytes than may wait, attestations counted', async () => {
    await using fixture = await openLogFixture(folder(), { limits: { ...LIMITS, maxWaitingBytes: 100 } });
    const large = { ...admitted('12345'), attestation: new Uint8Array(90) };
    await expect(fixture.log.add({ ...large, attestation: new Uint8Array(96) })).rejects.toBeInstanceOf(Overloaded);
    const adding = [fixture.log.add(large), fixture.log.add(admitted('123456')), fixture.log.add(admitted('abcde'))];
    expect(await outcomes(adding)).toEqual(['added', 'Overloaded', 'added']);
    expect((await fixture.log.add(admitted('123456'))).entry.index).toBe(2);
    expect((await fixture.log.add(admitted('x'.repeat(100)))).entry.index).toBe(3);
  });

  it('anything once it is stopping, and finishes what it took', async () => {
    const fixture = await openLogFixture(folder());
    const adding = addMany(fixture.log, 0, 20);
    await new Promise((resume) => setImmediate(resume));
    const stopping = fixture.opened[Symbol.asyncDispose]();
    await expect(fixture.log.add(admitted('late'))).rejects.toThrow(new NotWritable('the log is stopping'));
    expect((await adding).every(({ entry }) => isProven(entry))).toBe(true);
    await stopping;
    expect(fixture.log.head().size).toBe(20);
    await fixture[Symbol.asyncDispose]();
  });
});

describe('Sequencer: time', () => {
  const timeOf = async (fixture: Awaited<ReturnType<typeof openLogFixture>>, text: string): Promise<number> =>
    (await fixture.log.add(admitted(text))).entry.integratedTime;

  it('never goes back inside a log, also not over a start', async () => {
    const clock = testClock(1000);
    {
      await using fixture = await openLogFixture(folder(), { clock });
      expect(await timeOf(fixture, 'a')).toBe(1000);
      clock.time = 995;
      expect(await timeOf(fixture, 'b')).toBe(1000);
      clock.time = 1007;
      expect(await timeOf(fixture, 'c')).toBe(1007);
      clock.time = 998;
    }
    await using fixture = await openLogFixture(folder(), { clock });
    expect(await timeOf(fixture, 'd')).toBe(1007);
  });

  it('takes nothing while the real clock is far behind the newest entry', async () => {
    let wall = 1_900_000_000_000;
    const clock = systemClock(
      { tolerance: 10 },
      { wall: () => wall, steady: () => wall / 1000, synchronized: () => undefined },
    );
    await using fixture = await openLogFixture(folder(), { clock });
    expect(await timeOf(fixture, 'a')).toBe(1_900_000_000);
    expect(fixture.log.refusal()).toBeUndefined();
    wall -= 11_000;
    await expect(timeOf(fixture, 'b')).rejects.toThrow(
      new NotWritable('the clock is 11 s behind the newest entry: set it right'),
    );
    expect(fixture.log.refusal()).toBe('the clock is 11 s behind the newest entry: set it right');
    wall += 1000;
    expect(await timeOf(fixture, 'b')).toBe(1_900_000_000);
  });

  it('takes nothing while the clock is in doubt, and says why; duplicates are answered all the same', async () => {
    const clock = testClock();
    await using fixture = await openLogFixture(folder(), { clock });
    await timeOf(fixture, 'a');
    clock.reason = 'the clock was set';
    await expect(timeOf(fixture, 'b')).rejects.toThrow(new NotWritable('the clock was set'));
    expect((await fixture.log.add(admitted('a'))).duplicate).toBe(true);
    clock.reason = undefined;
    expect((await fixture.log.add(admitted('b'))).entry.index).toBe(1);
    expect(fixture.fatal).toEqual([]);
  });
});
