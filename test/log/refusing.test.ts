import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../merkle/types.ts';
import { lockFolder } from '../../storage/engines/sqlite/file/lock.ts';
import { openFileJournal } from '../../storage/engines/file-journal/open.ts';
import {
  addMany,
  EXPECTED_IDENTITY,
  openLogFixture,
  refusalOf,
  type LogFixtureOptions,
  useFolder,
} from './log-fixture.ts';

const folder = useFolder();
const data = (): string => join(folder(), 'data');
const heads = (): string => join(folder(), 'heads');
const journal = (): string => join(heads(), 'heads.txt');

async function begin(size: number): Promise<void> {
  await using fixture = await openLogFixture(folder());
  await addMany(fixture.log, 0, size);
}

async function journalOf(records: readonly TreeHead[]): Promise<void> {
  mkdirSync(heads());
  using lock = lockFolder(heads(), 'a test');
  await using made = await openFileJournal(lock);
  await made.begin({ treeId: '1234567890123456789', logId: EXPECTED_IDENTITY.logId }, undefined);
  for (const record of records) await made.append(record);
}

const refusal = (options?: LogFixtureOptions): Promise<string> => refusalOf(folder(), options);

describe('openLog: another log than the one that was asked for', () => {
  it.each([
    ['origin', { origin: 'other.test' }, 'the log is log.test for ever, not other.test: set origin to log.test'],
    ['rekor key', { logId: 'ef'.repeat(32) }, 'the rekor key is not the one this log has signed with since it began'],
    ['c2sp key', { c2spKeyId: 'ef'.repeat(32) }, 'the c2sp key is not the one this log has signed with'],
  ])('%s', async (_what, change, sentence) => {
    await begin(2);
    expect(await refusal({ expected: { ...EXPECTED_IDENTITY, ...change } })).toContain(sentence);
  });
});

describe('openLog: a tree that would be a fork', () => {
  const ADVICE = 'If you know that no later head was ever shown to anyone, run: stele recover';
  const CONTRADICTION_ADVICE = 'If there is none, this says what can be done: stele recover';

  it('the journal is missing', async () => {
    await begin(3);
    rmSync(journal());
    expect(await refusal()).toBe(
      `the head journal is missing: put it back as ${journal()}, or set heads to the folder where it is. ${ADVICE}`,
    );
  });
  it('the journal has lost its first line', async () => {
    await begin(3);
    writeFileSync(journal(), readFileSync(journal(), 'utf8').split('\n').slice(1).join('\n'));
    expect(await refusal()).toBe(
      `line 1 of ${journal()} is not as written: put the head journal back as it was. ${ADVICE}`,
    );
  });
  it('the journal is that of another log', async () => {
    await begin(3);
    cpSync(heads(), join(folder(), 'kept'), { recursive: true });
    for (const path of [data(), heads()]) rmSync(path, { recursive: true });
    {
      await using other = await openLogFixture(folder(), { newTreeId: () => '77' });
      await addMany(other.log, 0, 9);
    }
    rmSync(heads(), { recursive: true });
    cpSync(join(folder(), 'kept'), heads(), { recursive: true });
    expect(await refusal()).toBe(
      "the head journal is that of log 1234567890123456789, not of 77: set heads to the folder of this log's own",
    );
  });
  it('the data was restored from an older copy', async () => {
    await begin(3);
    cpSync(data(), join(folder(), 'backup'), { recursive: true });
    await begin(5);
    rmSync(data(), { recursive: true });
    cpSync(join(folder(), 'backup'), data(), { recursive: true });
    expect(await refusal()).toBe(
      `the log has 3 entries, and has signed a head of 5: it was restored from an old copy, put back a newer one. ${CONTRADICTION_ADVICE}`,
    );
  });
  it('the data was restored from an older copy and has grown elsewhere', async () => {
    await begin(3);
    rmSync(heads(), { recursive: true });
    const root = nodeHash(new Uint8Array(32).fill(7)) as RootHash;
    await journalOf([{ size: treeSize(3), root }]);
    expect(await refusal()).toBe(
      `at size 3 the log is another tree than the one whose head it signed: put back the right one. ${CONTRADICTION_ADVICE}`,
    );
  });
  it('the journal was restored from an older copy', async () => {
    await begin(1);
    const older = readFileSync(journal(), 'utf8');
    for (const size of [2, 3, 4]) await begin(size);
    writeFileSync(journal(), older);
    expect(await refusal()).toBe(
      `the head journal ends at 1, and the log has signed heads up to 4: it was restored from an old copy or cut short, put back the newest. ${ADVICE}`,
    );
  });
  it('the journal has its first line and no head, and the log has some', async () => {
    for (const size of [1, 2, 3]) await begin(size);
    writeFileSync(journal(), `${readFileSync(journal(), 'utf8').split('\n')[0]}\n`);
    expect(await refusal()).toContain('the head journal ends at no head, and the log has signed heads up to 3');
  });
  it('a line of the journal is damaged, be it the last', async () => {
    await begin(3);
    appendFileSync(journal(), '4 abcdef\n');
    expect(await refusal()).toBe(
      `line 3 of ${journal()} is not as written: put the head journal back as it was. ${ADVICE}`,
    );
  });
  it('a line of the journal is damaged, and those behind it tell of heads that the data does not have', async () => {
    await begin(1);
    cpSync(data(), join(folder(), 'backup'), { recursive: true });
    for (const size of [2, 3]) await begin(size);
    rmSync(data(), { recursive: true });
    cpSync(join(folder(), 'backup'), data(), { recursive: true });
    const lines = readFileSync(journal(), 'utf8').split('\n');
    writeFileSync(journal(), lines.with(2, 'x').join('\n'));
    expect(await refusal()).toBe(
      `line 3 of ${journal()} is not as written: put the head journal back as it was. Besides, the log has 1 entries, and has signed a head of 3: it was restored from an old copy, put back a newer one. ${CONTRADICTION_ADVICE}`,
    );
  });
  it('the data is a copy of the same size from before the log was frozen', async () => {
    await begin(3);
    cpSync(data(), join(folder(), 'backup'), { recursive: true });
    {
      await using fixture = await openLogFixture(folder());
      await fixture.opened.freeze(1_700_000_000);
    }
    rmSync(data(), { recursive: true });
    cpSync(join(folder(), 'backup'), data(), { recursive: true });
    const said = `the log was frozen at 3 entries, and its data folder says otherwise: it was restored from a copy made before, put back a newer one. ${CONTRADICTION_ADVICE}`;
    expect(await refusal()).toBe(said);
    rmSync(data(), { recursive: true });
    cpSync(join(folder(), 'backup'), data(), { recursive: true });
    expect(await refusal()).toBe(said);
  });
  it('the data is gone, and the journal is not', async () => {
    await begin(3);
    rmSync(data(), { recursive: true });
    expect(await refusal()).toContain(
      'the head journal holds heads of log 1234567890123456789, and the data folder is',
    );
  });
  it('an entry was changed in the store', async () => {
    await begin(3);
    const changed: LogFixtureOptions = {
      store: (real) => ({
        ...real,
        entry: async (index) => {
          const entry = await real.entry(index);
          return entry && index === 1 ? { ...entry, body: new Uint8Array([1, 2, 3]) } : entry;
        },
      }),
    };
    expect(await refusal(changed)).toBe(
      'the stored tree of 3 does not have the root that was signed: restore a whole copy',
    );
  });
  it('an entry is missing from the store', async () => {
    await begin(3);
    const torn: LogFixtureOptions = {
      store: (real) => ({ ...real, entry: async (index) => (index === 2 ? undefined : real.entry(index)) }),
    };
    expect(await refusal(torn)).toBe('entry 2 of 3 is missing: restore a whole copy');
  });
});

describe('openLog: what is no reason to refuse', () => {
  it('a journal that is behind: the process ended between commit and journal', async () => {
    await begin(3);
    const older = readFileSync(journal(), 'utf8');
    await begin(300);
    writeFileSync(journal(), older);
    await using fixture = await openLogFixture(folder());
    expect(fixture.log.head().size).toBe(300);
    expect(fixture.journal.last()?.size).toBe(300);
  });
  it('a first start that ended before anything was journalled', async () => {
    const killed: LogFixtureOptions = {
      journal: (real) => ({ ...real, begin: () => Promise.reject(new Error('killed')) }),
    };
    await expect(openLogFixture(folder(), killed)).rejects.toThrow('killed');
    await using fixture = await openLogFixture(folder());
    await addMany(fixture.log, 0, 2);
    expect([fixture.log.head().size, fixture.journal.last()?.size]).toEqual([2, 2]);
  });
  it('a torn last line of the journal', async () => {
    await begin(3);
    appendFileSync(journal(), '4 abcdef');
    await using fixture = await openLogFixture(folder());
    expect(fixture.log.head().size).toBe(3);
  });
  it('a freeze that was stored and not journalled: the next start journals it', async () => {
    await begin(3);
    const killed: LogFixtureOptions = {
      journal: (real) => ({ ...real, end: () => Promise.reject(new Error('killed')) }),
    };
    {
      await using fixture = await openLogFixture(folder(), killed);
      await expect(fixture.opened.freeze(1_700_000_000)).rejects.toThrow('killed');
    }
    await using fixture = await openLogFixture(folder());
    expect(fixture.journal.freeze()?.at).toBe(1_700_000_000);
  });
  it('two heads that were stored and not journalled: one on its way to the journal, and the one behind it', async () => {
    for (const size of [1, 2, 3]) await begin(size);
    const [owner, first] = readFileSync(journal(), 'utf8').split('\n');
    writeFileSync(journal(), `${owner}\n${first}\n`);
    await using fixture = await openLogFixture(folder());
    expect(fixture.journal.last()?.size).toBe(3);
  });
});
