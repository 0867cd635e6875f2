import { describe, expect, it, onTestFinished } from 'vitest';
import { NotPublished } from '../../log/failures.ts';
import type { Conduct } from '../support/independent-witness.ts';
import { admitted, isProven } from './log-fixture.ts';
import {
  cosigners,
  leave,
  pass,
  soon,
  until,
  useTimelessFolder,
  witnessedFixture,
  witnessOf,
} from './witnessed-log-fixture.ts';

const folder = useTimelessFolder();
const down: Conduct = () => ({ status: 503, body: 'down\n' });

describe('decision 12, require: what a restart finds', () => {
  it('the published head as it was shown, and the entry that waits under the same index', async () => {
    const witness = witnessOf('a.test');
    let note: string | undefined;
    {
      await using fixture = await witnessedFixture(folder(), 'require', [witness]);
      await soon(fixture.log.add(admitted('shown')));
      ({ checkpoint: note } = fixture.log.head());
      witness.conduct = down;
      leave(fixture.log.add(admitted('waits')));
      await until(() => fixture.journal.last()?.size === 2);
    }
    await using fixture = await witnessedFixture(folder(), 'require', [witness]);
    expect(fixture.log.head().checkpoint).toBe(note);
    expect(await fixture.log.byIndex(1)).toBeUndefined();
    const adding = fixture.log.add(admitted('waits'));
    await until(() => witness.asked.at(-1)?.note.size === 2n);
    witness.behaveWell();
    const { entry, duplicate } = await soon(adding);
    expect([entry.index, duplicate, isProven(entry)]).toEqual([1, false, true]);
  });

  it('an answer that was lost: the witness has moved on already, and is asked from there', async () => {
    const witness = witnessOf('a.test');
    {
      await using fixture = await witnessedFixture(folder(), 'require', [witness]);
      witness.conduct = (honestly) => {
        honestly();
        return new Promise<never>(() => undefined);
      };
      leave(fixture.log.add(admitted('lost')));
      await until(() => witness.last('log.test')?.size === 1n);
    }
    witness.behaveWell();
    await using fixture = await witnessedFixture(folder(), 'require', [witness]);
    await until(() => fixture.log.head().size === 1);
    expect(witness.asked.map(({ old, status }) => `${old} ${status}`)).toEqual(['0 409', '1 200']);
    expect((await fixture.log.add(admitted('lost'))).duplicate).toBe(false);
    expect((await fixture.log.add(admitted('lost'))).duplicate).toBe(true);
  });

  it('what one of two witnesses said before; the other alone completes it', async () => {
    const all = [witnessOf('a.test'), witnessOf('b.test')] as const;
    all[1].conduct = down;
    {
      await using fixture = await witnessedFixture(folder(), 'require', all);
      leave(fixture.log.add(admitted('x')));
      await until(() => fixture.journal.last()?.size === 1);
      await until(() => all[0].asked.length > 1); // so that what it said first is kept
    }
    [all[0].conduct, all[1].conduct] = [down, (honestly) => honestly()];
    await using fixture = await witnessedFixture(folder(), 'require', all);
    await until(() => fixture.log.head().size === 1);
    expect(cosigners(fixture.log.head(), all)).toEqual([true, true]);
  });
});

describe('decision 12: a published head never goes back', () => {
  it.each(['off', 'prefer'] as const)('from require to %s and to require again', async (between) => {
    const witness = witnessOf('a.test');
    witness.conduct = down;
    {
      await using fixture = await witnessedFixture(folder(), 'require', [witness]);
      leave(fixture.log.add(admitted('x')));
      await until(() => fixture.journal.last()?.size === 1);
      expect(fixture.log.head().size).toBe(0);
    }
    {
      await using fixture = await witnessedFixture(folder(), between, [witness]);
      expect(fixture.log.head().size).toBe(1);
    }
    await using fixture = await witnessedFixture(folder(), 'require', [witness]);
    expect(fixture.log.head().size).toBe(1);
    expect((await fixture.log.heads(9, 9)).map(({ size }) => size)).toEqual([1]);
  });
});

describe('opening a log: what is published stays as it was until the log is told to publish', () => {
  it.each(['off', 'prefer', 'require'] as const)('in mode %s, and no witness is asked', async (mode) => {
    const witness = witnessOf('a.test');
    {
      await using fixture = await witnessedFixture(folder(), 'require', [witness]);
      await soon(fixture.log.add(admitted('shown')));
      witness.conduct = down;
      leave(fixture.log.add(admitted('waits')));
      await until(() => fixture.journal.last()?.size === 2);
    }
    const asked = witness.asked.length;
    witness.behaveWell();
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness], { publish: 'no' });
      await pass(60_000);
      expect([fixture.log.head().size, await fixture.store.publishedSize(), witness.asked.length]).toEqual([
        1,
        1,
        asked,
      ]);
      await expect(fixture.opened.freeze(1_700_000_100)).rejects.toBeInstanceOf(NotPublished);
    }
    await using fixture = await witnessedFixture(folder(), mode, [witness]);
    await until(() => fixture.log.head().size === 2);
    expect(await fixture.store.publishedSize()).toBe(2);
  });
});

describe('decision 12: the end of a log', () => {
  it('does not come while entries wait for witnesses, and shows all of them when it does', async () => {
    const witness = witnessOf('a.test');
    witness.conduct = down;
    await using fixture = await witnessedFixture(folder(), 'require', [witness]);
    onTestFinished(() => fixture[Symbol.asyncDispose]());
    leave(fixture.log.add(admitted('x')));
    await until(() => fixture.journal.last()?.size === 1);
    await expect(fixture.opened.freeze(1_700_000_100)).rejects.toBeInstanceOf(NotPublished);
    witness.behaveWell();
    await until(() => fixture.log.head().size === 1);
    await fixture.opened.freeze(1_700_000_100);
    expect(await fixture.store.frozen()).toMatchObject({ at: 1_700_000_100 });
  });
});
