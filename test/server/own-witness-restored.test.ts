import { appendFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowSum, selectFrom } from '../../storage/engines/sqlite/rows/state-row.ts';
import { LogRefused } from '../../log/failures.ts';
import { askOf } from '../support/ask.ts';
import { IndependentLog } from '../support/independent-log.ts';
import { openTestLog } from '../support/log.ts';

const OTHER_LOG = new IndependentLog('other.test');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stele-restored-'));
  writeFileSync(join(folder, 'logs.txt'), `log ${OTHER_LOG.vkey}\nquorum none\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (...names: readonly string[]): string => join(folder, ...names);
const JOURNAL = ['data-heads', 'witnessed.txt'] as const;
const KEY = ['data', 'keys', 'witness.pem'] as const;

/** Opens the witness, lets it be asked, and closes it. @returns the statuses of its answers */
async function life(bodies: readonly string[], flags: readonly string[] = []): Promise<readonly number[]> {
  const log = await openTestLog(['--witness-for', path('logs.txt'), ...flags], path('data'));
  const statuses: number[] = [];
  try {
    await using ask = await askOf(log.app);
    for (const body of bodies)
      statuses.push((await ask.post('/add-checkpoint', body, { 'Content-Type': 'text/plain' })).status);
  } finally {
    await log.close();
  }
  return statuses;
}

/** Returns the refusal of a start, without the advice. */
async function refusal(flags: readonly string[] = []): Promise<string> {
  const failure = await life([], flags).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LogRefused);
  const [sentence = '', advice] = (failure as Error).message.replaceAll(folder, '.').split('. If that cannot be, ');
  expect(advice).toContain('give --witness-name a new name and --witness-key the path of a new file');
  return sentence;
}

const grow = (old: number, size: number): string => OTHER_LOG.request({ old, size });

/** The whole data folder as it was, put back in place, and the head journal with it: that of the witness stays. */
async function restoredAfter(bodies: readonly string[]): Promise<void> {
  cpSync(path('data'), path('copy'), { recursive: true });
  cpSync(path('data-heads', 'heads.txt'), path('copy', 'heads.txt'));
  expect(new Set(await life(bodies))).toEqual(new Set([200]));
  for (const name of ['stele.db', 'stele.db-wal', 'stele.db-shm']) rmSync(path('data', name), { force: true });
  cpSync(path('copy', 'stele.db'), path('data', 'stele.db'));
  cpSync(path('copy', 'heads.txt'), path('data-heads', 'heads.txt'));
}

describe('decision 10: a witness that was restored does not sign', () => {
  it('from a copy that is behind what it has cosigned', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    await restoredAfter([grow(5, 9)]);
    expect(await refusal()).toBe(
      'the witness has cosigned other.test at 9, and its state says 5: it was restored from an old copy, put back a newer one',
    );
  });
  it('from a copy that has never heard of a log', async () => {
    expect(await life([])).toEqual([]);
    await restoredAfter([grow(0, 5)]);
    expect(await refusal()).toContain('has cosigned other.test at 5, and its state says nothing');
  });
  it('from a state that has another tree of the same size', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    const rows = new DatabaseSync(path('data', 'stele.db'));
    const row = rows.prepare(selectFrom('witnessed')).get() as Record<string, string | number | Uint8Array>;
    const root = new Uint8Array(32).fill(1);
    const { checksum: _, ...columns } = row;
    rows
      .prepare('UPDATE witnessed SET root = ?, checksum = ?')
      .run(root, rowSum('witnessed', Object.values({ ...columns, root })));
    rows.close();
    expect(await refusal()).toBe(
      'the witness has cosigned another tree of other.test at 5 than its state says: put back the right copy',
    );
  });
  it('from a copy that has cosigned the same: the journal is held by the one that was started since', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    await restoredAfter([grow(5, 5)]);
    expect(await refusal()).toBe(
      'another copy of this data folder has been started with the journal of the witness since this one was made: start that one',
    );
  });
  it('beside a journal that was cut short', async () => {
    const second = new IndependentLog('second.test');
    writeFileSync(path('logs.txt'), `log ${OTHER_LOG.vkey}\nlog ${second.vkey}\nquorum none\n`);
    expect(await life([grow(0, 5), second.request({ old: 0, size: 3 })])).toEqual([200, 200]);
    const [first = ''] = readFileSync(path(...JOURNAL), 'utf8').split('\n');
    writeFileSync(path(...JOURNAL), `${first}\n`);
    expect(await refusal()).toBe(
      'the journal of the witness lacks heads of 2 logs that its state has: it was restored from an old copy or cut short, put the newest back',
    );
  });
  it('beside a journal with a line that is not as it was written', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    writeFileSync(path(...JOURNAL), readFileSync(path(...JOURNAL), 'utf8').replace(/\n5 /, '\n4 '));
    expect(await refusal()).toContain('witnessed.txt is not as written: put the journal of the witness back as it was');
  });
});

describe('decision 10: a witness whose journal or key is not its own does not sign', () => {
  beforeEach(async () => void (await life([grow(0, 5)])));

  it('without its journal', async () => {
    rmSync(path(...JOURNAL));
    expect(await refusal()).toBe('the journal of the witness is missing: put ./data-heads/witnessed.txt back');
  });
  it('without its key: none is made up', async () => {
    renameSync(path(...KEY), path('kept.pem'));
    expect(await refusal()).toBe(
      'the key of the witness rekor.test/witness is missing: put ./data/keys/witness.pem back',
    );
    renameSync(path('kept.pem'), path(...KEY));
    expect(await life([grow(5, 6)])).toEqual([200]);
  });
  it('with another key under the same name', async () => {
    await expect(life([], ['--witness-name=other/witness', '--witness-key', path('other.pem')])).resolves.toEqual([]);
    expect(await refusal(['--witness-name=other/witness'])).toBe(
      'the key of the witness other/witness is not the one that it has signed with: put that one back',
    );
  });
  it('under another name with the same key, when its state is behind', async () => {
    await restoredAfter([grow(5, 9)]);
    expect(await refusal(['--witness-name=renamed/witness'])).toContain('has cosigned other.test at 9');
  });
});

describe('decision 10: a witness that another has taken the place of', () => {
  it('does not come back: nobody remembers any more what it has cosigned', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    await restoredAfter([grow(5, 9)]);
    expect(await life([], ['--witness-name=new/witness', '--witness-key', path('new.pem')])).toEqual([]);
    expect(await refusal()).toBe(
      'the journal is that of the witness new/witness, and rekor.test/witness may have signed what it does not tell',
    );
  });
});

describe('decision 10: a witness goes on', () => {
  it('as another one, with a new name and a new key, when the old one cannot be put back', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    await restoredAfter([grow(5, 9)]);
    const anew = ['--witness-name=new/witness', '--witness-key', path('new.pem')];
    expect(await life([grow(9, 12), grow(5, 12)], anew)).toEqual([409, 200]);
    expect(await life([grow(12, 13)], anew)).toEqual([200]);
  });
  it('after a power failure in the middle of a line of its journal', async () => {
    expect(await life([grow(0, 5)])).toEqual([200]);
    const whole =
      readFileSync(path(...JOURNAL), 'utf8')
        .split('\n')
        .at(-2) ?? '';
    appendFileSync(path(...JOURNAL), whole.replace(/^5 /, '9 ').slice(0, -3));
    expect(await life([grow(5, 6)])).toEqual([200]);
  });
});
