import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeHash, type RootHash, treeSize } from '../../merkle/types.ts';
import { openWitnessedJournal } from '../../storage/engines/file-journal/witnessed.ts';
import { lockFolder } from '../../storage/engines/sqlite/file/lock.ts';
import type { FolderLock } from '../../storage/engines/local-files/watched-files.ts';
import type { WitnessedHead } from '../../storage/witness-state.ts';

let folder = '';
let lock: FolderLock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stele-journal-'));
  lock = lockFolder(folder, 'a test');
});
afterEach(() => {
  lock[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const OWNER = { name: 'witness.test', key: 'ab'.repeat(32) };

function seen(origin: string, size: number): WitnessedHead {
  const root = nodeHash(Uint8Array.from(createHash('sha256').update(`${origin} ${size}`).digest())) as RootHash;
  return { origin, size: treeSize(size), root, at: 1, note: '' };
}

/** Origin, size and root of every head that a fresh reader finds. */
async function found(): Promise<readonly unknown[]> {
  await using journal = await openWitnessedJournal(lock);
  return [...journal.last()].map(([origin, { size, root }]) => [origin, size, Buffer.from(root).toString('hex')]);
}

const expected = (...heads: readonly WitnessedHead[]): readonly unknown[] =>
  heads.map(({ origin, size, root }) => [origin, size, Buffer.from(root).toString('hex')]);

describe('the journal of a witness', () => {
  it('holds nothing before it is begun, and takes nothing then', async () => {
    await using journal = await openWitnessedJournal(lock);
    expect([journal.owner(), journal.last().size]).toEqual([undefined, 0]);
    await expect(journal.append(seen('a.test', 1))).rejects.toThrow('has not been begun');
  });
  it('tells the newest head of each log, whose names may have spaces, and whose it is', async () => {
    {
      await using journal = await openWitnessedJournal(lock);
      await journal.begin(OWNER, [seen('a.test', 3)]);
      for (const head of [seen('b log - 7', 0), seen('a.test', 9), seen('b log - 7', 4)]) await journal.append(head);
      expect(journal.last().get('a.test')?.size).toBe(9);
    }
    await using again = await openWitnessedJournal(lock);
    expect(again.owner()).toEqual(OWNER);
    expect(await found()).toEqual(expected(seen('a.test', 9), seen('b log - 7', 4)));
  });
  it('is begun again with what is newest when it has grown long, and loses nothing then', async () => {
    await using journal = await openWitnessedJournal(lock, 3);
    await journal.begin(OWNER, []);
    const lines = (): number => readFileSync(join(folder, 'witnessed.txt'), 'utf8').split('\n').length - 2;
    const lengths: number[] = [];
    for (let size = 1; size <= 9; size += 1) {
      await journal.append(seen(size % 2 === 0 ? 'even' : 'odd', size));
      lengths.push(lines());
      const newest = [seen('odd', size - ((size + 1) % 2)), ...(size > 1 ? [seen('even', size - (size % 2))] : [])];
      expect(await found()).toEqual(expected(...newest));
    }
    expect(lengths).toEqual([1, 2, 3, 4, 5, 3, 4, 5, 3]);
    expect(readFileSync(join(folder, 'witnessed.txt.previous'), 'utf8').split('\n').length - 2).toBe(5);
  });
  it('names a line that is not as it was written, and takes no notice of a last one without its end', async () => {
    const file = join(folder, 'witnessed.txt');
    {
      await using journal = await openWitnessedJournal(lock);
      await journal.begin(OWNER, [seen('a.test', 3), seen('b.test', 4)]);
    }
    const text = readFileSync(file, 'utf8');
    for (const [damaged, says] of [
      [text.replace('a.test', 'c.test'), `line 2 of ${file} is not as written`],
      [text.replace('witness', 'Witness'), `line 1 of ${file} is not as written`],
      ['', `line 1 of ${file} is not as written`],
      [text.slice(0, -20), undefined],
    ] as const) {
      writeFileSync(file, damaged);
      await using journal = await openWitnessedJournal(lock);
      expect(journal.damage()).toBe(says);
    }
  });
  it('is kept under another name when another witness takes its place, also the second time', async () => {
    const other = { ...OWNER, key: 'cd'.repeat(32) };
    for (const [owner, size] of [
      [OWNER, 1],
      [other, 2],
      [OWNER, 3],
      [other, 4],
    ] as const) {
      await using journal = await openWitnessedJournal(lock);
      await journal.begin(owner, [seen('a.test', size)]);
    }
    const kept = readdirSync(folder).filter((name) => name.startsWith('witnessed.txt.'));
    expect(kept.toSorted()).toEqual(['abababab', 'abababab-2', 'cdcdcdcd'].map((key) => `witnessed.txt.of-${key}`));
    const first = readFileSync(join(folder, 'witnessed.txt.of-abababab'), 'utf8');
    expect(first.split('\n')[1]).toMatch(/^1 [0-9a-f]{64} a\.test /);
  });
});
