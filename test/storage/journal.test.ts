import { hash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../merkle/types.ts';
import { openFileJournal, readFileJournal } from '../../storage/engines/file-journal/open.ts';
import { lockFolder } from '../../storage/engines/sqlite/file/lock.ts';
import type { FolderLock } from '../../storage/engines/local-files/watched-files.ts';
import type { HeadJournal, JournalOwner } from '../../storage/journal.ts';

const OWNER: JournalOwner = { treeId: '1234567890123456789', logId: 'ab'.repeat(32) };

function head(size: number): TreeHead {
  return { size: treeSize(size), root: nodeHash(hash('sha256', `root ${size}`, 'buffer')) as RootHash };
}

const plain = (last: TreeHead | undefined) => last && { size: last.size, root: new Uint8Array(last.root) };

let folder = '';
let lock: FolderLock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stele-heads-'));
  lock = lockFolder(folder, 'a test');
});
afterEach(() => {
  lock[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});
const file = (): string => join(folder, 'heads.txt');

async function reading<T>(look: (journal: HeadJournal) => T | Promise<T>): Promise<T> {
  await using journal = await openFileJournal(lock);
  return await look(journal);
}

/** Of all records, in the order written. */
async function sizesIn(): Promise<readonly number[] | undefined> {
  return (await readFileJournal(folder))?.records.map(({ size }) => size);
}

/** A journal with these heads, written the way a log writes it. */
async function written(sizes: readonly number[]): Promise<string> {
  await using journal = await openFileJournal(lock);
  await journal.begin(OWNER, undefined);
  for (const size of sizes) await journal.append(head(size));
  return readFileSync(file(), 'utf8');
}

describe('HeadJournal: what it keeps', () => {
  it('nothing, where none was begun; and looking changes nothing', async () => {
    expect(await reading((journal) => [journal.owner(), journal.last()])).toEqual([undefined, undefined]);
    expect(() => readFileSync(file())).toThrow(/ENOENT/);
  });
  it('its owner and the newest head', async () => {
    await written([1, 2, 500]);
    expect(await reading((journal) => journal.owner())).toEqual(OWNER);
    expect(await reading((journal) => plain(journal.last()))).toEqual(plain(head(500)));
  });
  it('every head, when it is begun again behind the newest, and the one it is begun with', async () => {
    await written([1, 2, 3]);
    await reading((journal) => journal.begin(OWNER, head(3)));
    await reading((journal) => journal.begin(OWNER, head(9)));
    expect(await reading((journal) => journal.last()?.size)).toBe(9);
    expect(await sizesIn()).toEqual([1, 2, 3, 9]);
  });
  it('refuses to be begun with an older head, or for another log, and stays as it is', async () => {
    const text = await written([1, 2, 3]);
    await reading(async (journal) => {
      await expect(journal.begin(OWNER, head(2))).rejects.toThrow('never goes back');
      await expect(journal.begin({ ...OWNER, treeId: '7' }, head(4))).rejects.toThrow('is that of another log');
    });
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });
  it('the end of the log, behind its last head, and nothing after it', async () => {
    await written([1, 5]);
    const freeze = { ...head(5), at: 1_700_000_000 };
    await reading(async (journal) => {
      await journal.begin(OWNER, head(5));
      await journal.end(freeze);
      await expect(journal.append(head(6))).rejects.toThrow('has ended');
    });
    for (const again of [1, 2]) {
      expect([again, await reading((journal) => [journal.last()?.size, journal.freeze()?.at])]).toEqual([
        again,
        [5, freeze.at],
      ]);
      await reading((journal) => journal.begin(OWNER, head(5), freeze));
    }
    expect(await sizesIn()).toEqual([1, 5, 5]);
  });
  it('a size beyond 32 bits', async () => {
    await written([2 ** 53 - 1]);
    expect(await reading((journal) => journal.last()?.size)).toBe(2 ** 53 - 1);
  });
  it('nothing without an owner', async () => {
    await using journal = await openFileJournal(lock);
    await expect(journal.append(head(1))).rejects.toThrow('has not been begun');
  });
  it('the token of the data folder that may append, and none where an earlier version began it', async () => {
    await written([7]);
    expect(await reading((journal) => journal.owner()?.holder)).toBeUndefined();
    await reading((journal) => journal.begin({ ...OWNER, holder: 'a-token' }, head(7)));
    expect(await reading((journal) => journal.owner())).toEqual({ ...OWNER, holder: 'a-token' });
    expect(readFileSync(file(), 'utf8')).toMatch(/^stele-heads-2 \d+ [0-9a-f]{64} a-token [0-9a-f]{8}\n7 /);
  });
  it('is readable by its owner alone, and by people', async () => {
    expect(await written([7])).toMatch(
      new RegExp(`^stele-heads-1 ${OWNER.treeId} ${OWNER.logId} [0-9a-f]{8}\n7 [0-9a-f]{64} [0-9a-f]{8}\n$`),
    );
  });
});

const damageNow = (): Promise<string | undefined> => reading((journal) => journal.damage());

describe('HeadJournal: what a crash does to it', () => {
  it('a last line without its end gives the head before it, and is gone once the journal is begun again', async () => {
    const text = await written([1, 2, 3]);
    writeFileSync(file(), text.slice(0, -20));
    expect(await reading((journal) => [journal.last()?.size, journal.damage()])).toEqual([2, undefined]);
    await reading((journal) => journal.begin(OWNER, head(3)));
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });
  it('any truncation gives the last record that is whole', async () => {
    const sizes = [1, 2, 30, 400];
    const text = await written(sizes);
    const first = text.indexOf('\n');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: text.length }), async (length) => {
        const kept = text.slice(0, length);
        writeFileSync(file(), kept);
        // A record without its line end is whole all the same: its checksum is.
        const whole = text.split('\n').filter((line, i) => line !== '' && kept.split('\n')[i] === line).length;
        const [owner, last, damage] = await reading((one) => [one.owner(), one.last(), one.damage()] as const);
        expect([owner, last?.size, damage]).toEqual([OWNER, sizes[whole - 2], undefined]);
      }),
      { numRuns: 100, examples: [[first], [text.length], [text.length - 1], [text.length - 2]] },
    );
  });
  it('zeros in the place of a last line are no damage: the file grew, and the record was not written', async () => {
    const text = await written([1, 2]);
    writeFileSync(file(), text + '\0'.repeat(80));
    expect(await reading((journal) => [journal.last()?.size, journal.damage()])).toEqual([2, undefined]);
  });
  it('appends nothing behind a line that was cut short before it was begun again', async () => {
    const text = await written([1, 2]);
    writeFileSync(file(), text.slice(0, -3));
    await using journal = await openFileJournal(lock);
    await expect(journal.append(head(3))).rejects.toThrow('has not been begun');
    await journal.begin(OWNER, head(2));
    await journal.append(head(3));
    expect(await sizesIn()).toEqual([1, 2, 3]);
  });
});

describe('HeadJournal: what a disk or a hand does to it', () => {
  it('a damaged line that is complete is named, wherever it stands, and the file is not written over', async () => {
    const lines = (await written([1, 2, 3])).split('\n');
    for (const at of [0, 1, 2, 3]) {
      const text = lines.with(at, (lines[at] ?? '').slice(0, 10)).join('\n');
      writeFileSync(file(), text);
      expect(await damageNow()).toBe(`line ${at + 1} of ${file()} is not as written`);
      await reading((journal) => expect(journal.begin(OWNER, head(4))).rejects.toThrow('not as written'));
      expect(readFileSync(file(), 'utf8')).toBe(text);
    }
  });
  it('ten damaged lines at the end are not taken for fewer heads', async () => {
    const lines = (await written(Array.from({ length: 30 }, (_, i) => i + 1))).split('\n');
    writeFileSync(file(), lines.map((line, i) => (i > 20 && line !== '' ? `${line}x` : line)).join('\n'));
    expect(await damageNow()).toBe(`line 22 of ${file()} and 9 behind it are not as written`);
  });
  it('every flipped bit is found', async () => {
    const text = await written([12, 13]);
    for (let at = 0; at < text.length; at += 1) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        writeFileSync(file(), bytes);
        expect([at, bit, typeof (await damageNow())]).toEqual([at, bit, 'string']);
      }
    }
  });
  it('an empty file, half a first line, and more than a line behind the last end are damage', async () => {
    const text = await written([1, 2, 3]);
    for (const damaged of ['', text.slice(0, 30), `${text}${'0'.repeat(200)}`]) {
      writeFileSync(file(), damaged);
      expect(await damageNow()).toContain('not as written');
    }
  });
  it('records that do not follow each other are damage', async () => {
    const [owner = '', ...records] = (await written([1, 2, 3])).split('\n');
    writeFileSync(file(), [owner, records[0], records[2], records[1], ''].join('\n'));
    expect(await damageNow()).toBe(`line 4 of ${file()} cannot stand behind the one before it`);
  });
});

describe('HeadJournal: rotation', () => {
  it('begins the next file when one is full, with owner and newest head, and keeps the full one', async () => {
    await using journal = await openFileJournal(lock, 10);
    await journal.begin(OWNER, undefined);
    const { root } = head(1);
    for (let size = 1; size <= 12; size += 1) await journal.append({ size: treeSize(size), root });
    const lines = (name: string): number => readFileSync(join(folder, name), 'utf8').split('\n').length - 1;
    expect([lines('heads.txt'), lines('heads.txt.previous')]).toEqual([4, 11]);
    for (let size = 13; size <= 20; size += 1) await journal.append({ size: treeSize(size), root });
    expect([lines('heads.txt'), lines('heads.txt.previous')]).toEqual([3, 11]);
    const names = readdirSync(folder).filter((name) => !name.startsWith('lock'));
    expect(names.toSorted()).toEqual(['heads.txt', 'heads.txt.previous']);
    await using other = await openFileJournal(lock);
    expect([other.owner(), other.last()?.size]).toEqual([OWNER, 20]);
  });
});

describe('HeadJournal: what is done to it while it is open', () => {
  const lost = (name: string): string => `${join(folder, name)} was removed or replaced while this process had it open`;
  const cases: readonly { readonly what: string; readonly name: string; readonly change: () => void }[] = [
    { what: 'its file is removed', name: 'heads.txt', change: () => rmSync(file()) },
    {
      what: 'its file is replaced by a copy of itself',
      name: 'heads.txt',
      change: () => {
        copyFileSync(file(), `${file()}.copy`);
        renameSync(`${file()}.copy`, file());
      },
    },
    { what: 'its lock is removed', name: 'lock.db', change: () => rmSync(join(folder, 'lock.db')) },
    { what: 'its folder is moved away', name: 'lock.db', change: () => renameSync(folder, `${folder}-moved`) },
  ];
  it.each(cases)('appends nothing that is believed once $what', async ({ name, change }) => {
    await using journal = await openFileJournal(lock);
    await journal.begin(OWNER, undefined);
    await journal.append(head(1));
    await expect(journal.check()).resolves.toBeUndefined();
    change();
    await expect(journal.append(head(2))).rejects.toThrow(lost(name));
    await expect(journal.check()).rejects.toThrow(lost(name));
    await expect(journal.begin(OWNER, head(2))).rejects.toThrow(lost(name));
    rmSync(`${folder}-moved`, { recursive: true, force: true });
  });
});
