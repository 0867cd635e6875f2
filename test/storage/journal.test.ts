import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../merkle/types.ts';
import { openFileJournal } from '../../storage/engines/file-journal/open.ts';
import type { HeadJournal, JournalOwner } from '../../storage/journal.ts';

const OWNER: JournalOwner = { treeId: '1234567890123456789', logId: 'ab'.repeat(32) };

function head(size: number): TreeHead {
  return { size: treeSize(size), root: nodeHash(hash('sha256', `root ${size}`, 'buffer')) as RootHash };
}

const plain = (last: TreeHead | undefined) => last && { size: last.size, root: new Uint8Array(last.root) };

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-heads-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => join(folder, 'heads', 'heads.txt');

async function reading<T>(look: (journal: HeadJournal) => T | Promise<T>): Promise<T> {
  await using journal = await openFileJournal(join(folder, 'heads'));
  return await look(journal);
}

/** A journal with these heads, written the way a log writes it. */
async function written(sizes: readonly number[]): Promise<string> {
  await using journal = await openFileJournal(join(folder, 'heads'));
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
  it('the head it was begun with, and no older one', async () => {
    await written([1, 2, 3]);
    await reading((journal) => journal.begin({ ...OWNER, treeId: '7' }, head(2)));
    expect(await reading((journal) => [journal.owner()?.treeId, journal.last()?.size])).toEqual(['7', 2]);
    expect(readFileSync(file(), 'utf8').split('\n').length).toBe(3);
  });
  it('a size beyond 32 bits', async () => {
    await written([2 ** 53 - 1]);
    expect(await reading((journal) => journal.last()?.size)).toBe(2 ** 53 - 1);
  });
  it('nothing without an owner', async () => {
    await using journal = await openFileJournal(join(folder, 'heads'));
    await expect(journal.append(head(1))).rejects.toThrow('has not been begun');
  });
  it('is readable by its owner alone, and by people', async () => {
    expect(await written([7])).toMatch(
      new RegExp(`^stele-heads-1 ${OWNER.treeId} ${OWNER.logId} [0-9a-f]{8}\n7 [0-9a-f]{64} [0-9a-f]{8}\n$`),
    );
  });
});

describe('HeadJournal: what a crash or a disk does to it', () => {
  it('a torn last line gives the head before it', async () => {
    const text = await written([1, 2, 3]);
    writeFileSync(file(), text.slice(0, -20));
    expect(await reading((journal) => journal.last()?.size)).toBe(2);
  });
  it('whole records behind a torn one are found', async () => {
    const lines = (await written([1, 2, 3])).split('\n');
    writeFileSync(file(), [lines[0], lines[1], lines[2]?.slice(0, 10), lines[3], ''].join('\n'));
    expect(await reading((journal) => journal.last()?.size)).toBe(3);
  });
  it('no flipped bit passes for a head or an owner', async () => {
    const text = await written([12]);
    for (let at = 0; at < text.length - 1; at += 1) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        writeFileSync(file(), bytes);
        const [owner, last] = await reading((journal) => [journal.owner(), journal.last()] as const);
        const inOwner = at <= text.indexOf('\n');
        expect([owner, plain(last)]).toEqual([inOwner ? undefined : OWNER, expectedLast(at, text)]);
      }
    }
  });
  it('any truncation gives the last record that is whole', async () => {
    const sizes = [1, 2, 30, 400];
    const text = await written(sizes);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), async (length) => {
        const kept = text.slice(0, length);
        writeFileSync(file(), kept);
        // A record without its newline is whole all the same: its checksum is.
        const whole = text.split('\n').filter((line, i) => line !== '' && kept.split('\n')[i] === line).length;
        const [owner, last] = await reading((journal) => [journal.owner(), journal.last()] as const);
        expect(owner).toEqual(whole >= 1 ? OWNER : undefined);
        expect(last?.size).toBe(sizes[whole - 2]);
      }),
      { numRuns: 200, examples: [[0], [text.length], [text.length - 1], [text.length - 2]] },
    );
  });
  it('goes on after a torn line only once it was begun again', async () => {
    const text = await written([1, 2]);
    writeFileSync(file(), text.slice(0, -3));
    await using journal = await openFileJournal(join(folder, 'heads'));
    await expect(journal.append(head(3))).rejects.toThrow('has not been begun');
    await journal.begin(OWNER, head(2));
    await journal.append(head(3));
    expect(await reading((other) => other.last()?.size)).toBe(3);
  });
});

/** A bit of the owner's line leaves the head alone, one of the newline between joins both lines into no record. */
function expectedLast(at: number, text: string) {
  return at < text.indexOf('\n') ? plain(head(12)) : undefined;
}

describe('HeadJournal: rotation', () => {
  it('begins the file again when it is full, with owner and newest head', async () => {
    const place = mkdtempSync(join(tmpdir(), 'stele-heads-'));
    try {
      await using journal = await openFileJournal(place, 10);
      await journal.begin(OWNER, undefined);
      const { root } = head(1);
      for (let size = 1; size <= 12; size += 1) await journal.append({ size: treeSize(size), root });
      expect(readFileSync(join(place, 'heads.txt'), 'utf8').split('\n').length).toBe(4);
      await using other = await openFileJournal(place);
      expect([other.owner(), other.last()?.size]).toEqual([OWNER, 12]);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
