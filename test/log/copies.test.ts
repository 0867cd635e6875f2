import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { withChecksum } from '../../storage/engines/file-journal/durable-file.ts';
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
const journal = (): string => join(folder(), 'heads', 'heads.txt');

async function begin(size: number): Promise<void> {
  await using fixture = await openLogFixture(folder());
  await addMany(fixture.log, 0, size);
}

const refusal = (options?: LogFixtureOptions): Promise<string> => refusalOf(folder(), options);

/** Puts what is kept under `name` in the place of the data folder. */
function putInPlace(name: string): void {
  rmSync(data(), { recursive: true, force: true });
  cpSync(join(folder(), name), data(), { recursive: true });
}

const keepAs = (name: string): void => cpSync(data(), join(folder(), name), { recursive: true });

describe('openLog: two copies of a data folder, one after the other with one journal', () => {
  const OTHER_SENTENCE =
    'another copy of this data folder has been started with this head journal since this one was made: start that one. If you know that no later head was ever shown to anyone, run: stele recover';

  it('the one that was started first goes on, and the other is refused, though neither has grown', async () => {
    await begin(3);
    keepAs('copy');
    await begin(3);
    keepAs('original');
    putInPlace('copy');
    expect(await refusal()).toBe(OTHER_SENTENCE);
    putInPlace('original');
    await begin(4);
    expect((await refusalOfCopy('copy')).startsWith('the log has 3 entries, and has signed a head of 4')).toBe(true);
  });
  it('a start that ended before it had written the journal anew goes on, and a copy from before it may instead', async () => {
    await begin(3);
    keepAs('copy');
    const killed: LogFixtureOptions = {
      journal: (real) => ({ ...real, begin: () => Promise.reject(new Error('killed')) }),
    };
    await expect(openLogFixture(folder(), killed)).rejects.toThrow('killed');
    keepAs('original');
    await begin(3);
    expect(await refusalOfCopy('copy')).toBe(OTHER_SENTENCE);
    expect(await refusalOfCopy('original')).toBe(OTHER_SENTENCE);
  });
  it('a copy that an earlier version left is refused once the other was started by this one', async () => {
    await begin(3);
    const db = new Database(join(data(), 'stele.db'));
    db.exec('DELETE FROM journal_holder');
    db.close();
    const [, ...records] = readFileSync(journal(), 'utf8').split('\n');
    writeFileSync(
      journal(),
      withChecksum(`stele-heads-1 1234567890123456789 ${EXPECTED_IDENTITY.logId}`) + records.join('\n'),
    );
    keepAs('copy');
    await begin(3);
    expect(await refusalOfCopy('copy')).toBe(OTHER_SENTENCE);
  });

  function refusalOfCopy(name: string): Promise<string> {
    putInPlace(name);
    return refusal();
  }
});
