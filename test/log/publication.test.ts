import { describe, expect, it } from 'vitest';
import { NotPublished, Overloaded, SizeNotReached } from '../../log/failures.ts';
import { treeSize } from '../../merkle/types.ts';
import type { Conduct } from '../support/independent-witness.ts';
import { addMany, admitted, isProven, LIMITS, type LogFixture } from './log-fixture.ts';
import {
  cosigners,
  later,
  leave,
  pass,
  FIXTURE_TIMEOUT_MS,
  soon,
  TIMES,
  until,
  useTimelessFolder,
  witnessedFixture,
  witnessOf,
} from './witnessed-log-fixture.ts';

const folder = useTimelessFolder();

const down: Conduct = () => ({ status: 503, body: 'down\n' });
const silent: Conduct = () => new Promise<never>(() => undefined);

/** Everything that a reader can ask for, and what there is of an entry that was added last. */
async function seen({ log }: LogFixture, text: string) {
  const { size } = log.head();
  const { hits, completeTo } = await log.find({ groups: [[text]], operator: 'or' }, undefined, 10);
  const beyond = await log.consistency(treeSize(1), treeSize(size + 1)).catch((error: unknown) => error);
  expect(beyond).toBeInstanceOf(SizeNotReached);
  return {
    size,
    byLeaf: (await log.byLeaf(admitted(text).leafHash))?.index,
    byIndex: await log.byIndex(size),
    hits: hits.length,
    completeTo,
    tile: (await log.tile({ level: 0, index: 0 }, size))?.length,
    more: [await log.tile({ level: 0, index: 0 }, size + 1), await log.bundle(0, size + 1)],
    heads: (await log.heads(2 ** 53, 10)).map((head) => head.size),
  };
}

const UNSEEN_ENTRY = { byLeaf: undefined, byIndex: undefined, hits: 0, more: [undefined, undefined] };

describe('decision 12, require: readers see only heads that meet the policy', () => {
  it('no checkpoint and no answer is made from a head that does not meet the policy, and all are once it does', async () => {
    const all = [witnessOf('a.test'), witnessOf('b.test')] as const;
    await using fixture = await witnessedFixture(folder(), 'require', all);
    await soon(fixture.log.add(admitted('first')));
    expect(cosigners(fixture.log.head(), all)).toEqual([true, true]);
    all[1].conduct = down;
    const adding = fixture.log.add(admitted('second', ['second']));
    await until(() => fixture.journal.last()?.size === 2);
    await until(() => all[1].asked.at(-1)?.note.size === 2n && all[0].last('log.test')?.size === 2n);
    expect((await fixture.store.head())?.size).toBe(2);
    expect(await seen(fixture, 'second')).toEqual({ ...UNSEEN_ENTRY, size: 1, completeTo: 1, tile: 32, heads: [1] });
    expect(cosigners(fixture.log.head(), all)).toEqual([true, true]);
    all[1].behaveWell();
    const { entry, duplicate } = await soon(adding);
    expect([entry.index, entry.head.size, duplicate, isProven(entry)]).toEqual([1, 2, false, true]);
    expect(await seen(fixture, 'second')).toMatchObject({
      size: 2,
      byLeaf: 1,
      hits: 1,
      completeTo: 2,
      tile: 64,
      heads: [2, 1],
    });
    expect(cosigners(fixture.log.head(), all)).toEqual([true, true]);
    expect(entry.head.checkpoint).toBe(fixture.log.head().checkpoint);
  });

  it('a head that a larger one overtook before it was cosigned is never published', async () => {
    const witness = witnessOf('a.test');
    await using fixture = await witnessedFixture(folder(), 'require', [witness]);
    let heard = 0;
    witness.conduct = () => {
      heard += 1;
      return new Promise<never>(() => undefined);
    };
    for (const size of [1, 2, 3]) {
      leave(fixture.log.add(admitted(String(size))));
      await until(() => fixture.journal.last()?.size === size && heard === 1);
    }
    witness.behaveWell();
    await fixture[Symbol.asyncDispose]();
    await using next = await witnessedFixture(folder(), 'require', [witness]);
    await until(() => next.log.head().size === 3);
    expect((await next.log.heads(2 ** 53, 10)).map(({ size }) => size)).toEqual([3]);
  });
});

/** A log whose only entry waits for a witness that is down; its writer was told to send it again. */
async function fixtureWithUnanswered(text: string, witness: ReturnType<typeof witnessOf>): Promise<LogFixture> {
  witness.conduct = down;
  const fixture = await witnessedFixture(folder(), 'require', [witness]);
  const adding = later(fixture.log.add(admitted(text)));
  await until(() => fixture.journal.last()?.size === 1);
  await pass(FIXTURE_TIMEOUT_MS);
  await expect(adding).rejects.toBeInstanceOf(NotPublished);
  return fixture;
}

describe('decision 12, require: writers wait', () => {
  it('a writer waits until the time-out; the entry is stored, and sent again it is new until it has been published', async () => {
    const witness = witnessOf('a.test');
    await using fixture = await fixtureWithUnanswered('x', witness);

    const again = later(fixture.log.add(admitted('x')));
    await pass(FIXTURE_TIMEOUT_MS);
    await expect(soon(again)).rejects.toBeInstanceOf(NotPublished);
    expect((await fixture.store.head())?.size).toBe(1);

    const together = [fixture.log.add(admitted('x')), fixture.log.add(admitted('x')), fixture.log.add(admitted('y'))];
    witness.behaveWell();
    await until(() => fixture.journal.last()?.size === 2);
    const added = await soon(Promise.all(together));
    expect(added.map(({ entry, duplicate }) => [entry.index, duplicate])).toEqual([
      [0, false],
      [0, false],
      [1, false],
    ]);
    expect(added.every(({ entry }) => isProven(entry))).toBe(true);
    expect((await fixture.log.add(admitted('x'))).duplicate).toBe(true);
  });

  it('a writer that sends its entry again after it was published gets its answer once; from then on the entry is a duplicate', async () => {
    const witness = witnessOf('a.test');
    await using fixture = await fixtureWithUnanswered('x', witness);
    witness.behaveWell();
    await until(() => fixture.log.head().size === 1);
    const { entry, duplicate } = await fixture.log.add(admitted('x'));
    expect([entry.index, duplicate, isProven(entry)]).toEqual([0, false, true]);
    expect((await fixture.log.add(admitted('x'))).duplicate).toBe(true);
  });

  it('more writers than the limit are refused, their entries are not stored, and reads go on', async () => {
    const witness = witnessOf('a.test');
    witness.conduct = silent;
    await using fixture = await witnessedFixture(folder(), 'require', [witness], {
      limits: { ...LIMITS, maxWaiting: 3 },
    });
    const adding = [0, 1, 2].map((i) => later(fixture.log.add(admitted(`waits ${i}`))));
    await until(() => fixture.journal.last()?.size === 3);
    await expect(soon(fixture.log.add(admitted('refused')))).rejects.toBeInstanceOf(Overloaded);
    await expect(soon(fixture.log.add(admitted('waits 1')))).rejects.toThrow(/./);
    expect(await fixture.store.locate(admitted('refused').leafHash)).toBeUndefined();
    expect((await seen(fixture, 'waits 1')).size).toBe(0);
    await pass(FIXTURE_TIMEOUT_MS);
    expect((await Promise.allSettled(adding)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  });
});

describe('decision 12, prefer: heads are published at once', () => {
  it('heads do not wait for witnesses, and cosignatures are added when they come', async () => {
    const all = [witnessOf('a.test'), witnessOf('b.test')] as const;
    all[0].conduct = silent;
    await using fixture = await witnessedFixture(folder(), 'prefer', all);
    const [added] = await soon(addMany(fixture.log, 0, 3));
    const at = added?.entry.head; // by now the other witness may have cosigned what is shown
    expect([at?.size, fixture.log.head().size, at && cosigners(at, all)]).toEqual([3, 3, [false, false]]);
    await until(() => cosigners(fixture.log.head(), all)[1] === true);
    expect(cosigners(fixture.log.head(), all)).toEqual([false, true]);
    expect((await fixture.log.add(admitted('entry 1'))).duplicate).toBe(true);
  });
  it('a restart publishes the head with all of its cosignatures', async () => {
    const all = [witnessOf('a.test'), witnessOf('b.test')] as const;
    {
      await using fixture = await witnessedFixture(folder(), 'prefer', all);
      await soon(addMany(fixture.log, 0, 3));
      await until(() => cosigners(fixture.log.head(), all).every(Boolean));
    }
    for (const witness of all) witness.conduct = silent;
    await using fixture = await witnessedFixture(folder(), 'prefer', all);
    expect(cosigners(fixture.log.head(), all)).toEqual([true, true]);
  });
  it('a head for which one witness has newer cosignatures is cosigned anew once the log is idle', async () => {
    const witness = witnessOf('a.test');
    await using fixture = await witnessedFixture(folder(), 'prefer', [witness]);
    await soon(addMany(fixture.log, 0, 3));
    await until(() => cosigners(fixture.log.head(), [witness])[0] === true);
    await pass(TIMES.idle);
    await until(() => witness.asked.length === 2);
    expect(witness.asked.map(({ old, note, proof }) => [old, note.size, proof.length])).toEqual([
      [0n, 3n, 0],
      [3n, 3n, 0],
    ]);
  });
});
