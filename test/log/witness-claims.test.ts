import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogRefused, NotWritable } from '../../log/failures.ts';
import type { IndependentWitness } from '../support/independent-witness.ts';
import { admitted, isProven, type LogFixture } from './log-fixture.ts';
import { later, pass, soon, until, useTimelessFolder, witnessedFixture, witnessOf } from './witnessed-log-fixture.ts';

const folder = useTimelessFolder();
const MODES = ['prefer', 'require'] as const;
type Mode = (typeof MODES)[number];

const down = () => ({ status: 503, body: 'down\n' });

/** Adds entries until there are `size`, each cosigned. */
async function grow({ log }: LogFixture, witness: IndependentWitness, size: number): Promise<void> {
  for (let next: number = log.head().size; next < size; next += 1) await soon(log.add(admitted(`entry ${next}`)));
  await until(() => witness.last('log.test')?.size === BigInt(size));
}

/** Lets a log grow to 5 entries, and restores data and journal from when it had 2. */
async function rollBack(mode: Mode, witness: IndependentWitness): Promise<void> {
  const copy = `${folder()}-copy`;
  for (const size of [2, 5]) {
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness]);
      await grow(fixture, witness, size);
    }
    if (size === 2) cpSync(folder(), copy, { recursive: true });
  }
  for (const name of ['data', 'heads']) {
    rmSync(join(folder(), name), { recursive: true });
    cpSync(join(copy, name), join(folder(), name), { recursive: true });
  }
  rmSync(copy, { recursive: true });
}

const SAYS = /^the witness w0 says that it has cosigned 5 entries of this log, which has 2: .* --overrule-witness 5$/;

/** Asserts that the log takes nothing, has signed nothing, and is read as before. */
async function expectStopped(fixture: LogFixture): Promise<void> {
  expect(fixture.log.refusal()).toMatch(SAYS);
  await expect(async () => fixture.log.add(admitted('new'))).rejects.toBeInstanceOf(NotWritable);
  expect([(await fixture.store.head())?.size, fixture.journal.last()?.size, fixture.log.head().size]).toEqual([
    2, 2, 2,
  ]);
  expect(isProven((await fixture.log.byIndex(1)) as never)).toBe(true);
  await expect(fixture.opened.freeze(1_700_000_100)).rejects.toBeInstanceOf(LogRefused);
}

describe.each(MODES)('rekor-v2 §5.5, mode %s: a witness has cosigned more than the log has', (mode) => {
  it('the log signs nothing from its first answer on, also not what was sent before, and goes on being read', async () => {
    const witness = witnessOf('a.test');
    await rollBack(mode, witness);
    const alarms: string[] = [];
    await using fixture = await witnessedFixture(folder(), mode, [witness], {
      alarm: (said) => void alarms.push(said),
    });
    const early = later(fixture.log.add(admitted('sent before the witness has answered')));
    await expect(soon(early)).rejects.toThrow(SAYS);
    await expectStopped(fixture);
    await pass(3000);
    expect(alarms).toEqual([expect.stringMatching(SAYS)]);
  });

  it('a restart decides nothing, whether the witness is there or not, and neither does another mode', async () => {
    const witness = witnessOf('a.test');
    await rollBack(mode, witness);
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness]);
      await until(() => fixture.log.refusal() !== undefined);
    }
    witness.conduct = down;
    for (const one of ['off', ...MODES] as const) {
      await using fixture = await witnessedFixture(folder(), one, [witness]);
      await pass(1000);
      await expectStopped(fixture);
    }
  });

  it('the operator overrules that claim, and no larger one', async () => {
    const witness = witnessOf('a.test');
    await rollBack(mode, witness);
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness], { overruled: 4 });
      await until(() => fixture.log.refusal() !== undefined);
    }
    await using fixture = await witnessedFixture(folder(), mode, [witness], { overruled: 5 });
    await pass(1000);
    expect(fixture.log.refusal()).toBeUndefined();
    witness.remember('log.test', undefined);
    expect((await soon(fixture.log.add(admitted('goes on')))).entry.index).toBe(2);
    witness.conduct = () => ({ status: 409, type: 'text/x.tlog.size', body: '6\n' });
    await until(() => fixture.log.refusal() !== undefined);
    expect(fixture.log.refusal()).toContain('--overrule-witness 6');
  });

  it('a newer copy that has what the witness saw is not stopped by what was claimed of the older', async () => {
    const witness = witnessOf('a.test');
    await rollBack(mode, witness);
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness], { overruled: 5 });
      witness.remember('log.test', undefined);
      await grow(fixture, witness, 4);
      witness.conduct = () => ({ status: 409, type: 'text/x.tlog.size', body: '4\n' });
      await pass(3000);
      expect(fixture.log.refusal()).toBeUndefined();
    }
  });
});

describe.each(MODES)('rekor-v2 §5.2, mode %s: a witness knows another tree than the log has grown', (mode) => {
  it('the log signs nothing until the operator decides', async () => {
    const witness = witnessOf('a.test');
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness]);
      await grow(fixture, witness, 3);
    }
    witness.remember('log.test', { size: 2n, root: 'ab'.repeat(32) });
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness]);
      await until(() => fixture.log.refusal() !== undefined);
      expect(fixture.log.refusal()).toMatch(
        /w0 says that the 2 entries that it has cosigned are not the first of this log: .* --overrule-witness 2$/,
      );
    }
    await using fixture = await witnessedFixture(folder(), mode, [witness], { overruled: 2 });
    await pass(1000);
    expect(fixture.log.refusal()).toBeUndefined();
  });
});

describe('a witness that is silent when the log starts', () => {
  it.each(MODES)('mode %s: what is sent waits until it has had its time, and is written then', async (mode) => {
    const witness = witnessOf('a.test');
    {
      await using fixture = await witnessedFixture(folder(), mode, [witness]);
      await grow(fixture, witness, 2);
    }
    const held = Promise.withResolvers<void>();
    witness.conduct = async (honestly) => {
      await held.promise;
      return honestly();
    };
    await using fixture = await witnessedFixture(folder(), mode, [witness]);
    const adding = later(fixture.log.add(admitted('x')));
    await pass(1000);
    expect((await fixture.store.head())?.size).toBe(2);
    held.resolve();
    expect((await soon(adding)).entry.index).toBe(2);
  });
});
