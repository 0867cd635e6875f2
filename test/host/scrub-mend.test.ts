import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickSum } from '../../storage/engines/sqlite/rows/checksum.ts';
import type { LogFolder } from '../../testkit/server-process.ts';
import { run, succeeded } from '../scripts/operator.ts';
import { flipBit } from '../support/damage-file.ts';
import { loggedForScrub, rowsOf, type ScrubbedLog, scrubPass } from './scrub-pass.ts';

let log: ScrubbedLog;
beforeAll(async () => void (log = await loggedForScrub()));
afterAll(() => log[Symbol.dispose]());
const copied = (): LogFolder => log.copied();

function tileZero({ data }: LogFolder): Buffer {
  const db = new Database(join(data, 'stele.db'), { readonly: true });
  const nodes = db.prepare<[], Buffer>('SELECT nodes FROM tile WHERE place = 0').pluck().get() ?? Buffer.alloc(0);
  db.close();
  return nodes;
}

/** Puts the second bundle in the place of the first, whole and with the checksums of that place. */
function swapBundles({ data }: LogFolder): void {
  const db = new Database(join(data, 'stele.db'));
  const pieces = db.prepare<[], { readonly place: number; readonly start: number; readonly gzip: Buffer }>(
    'SELECT place - 8 AS place, start, gzip FROM bundle_piece WHERE place >= 8',
  );
  for (const { place, start, gzip } of pieces.all()) {
    db.prepare('UPDATE bundle_piece SET start = ?, gzip = ? WHERE place = ?').run(start, gzip, place);
    const sum = quickSum(place, new Uint8Array(Float64Array.of(start).buffer), gzip);
    db.prepare('UPDATE piece_sum SET checksum = ? WHERE place = ?').run(sum, place);
  }
  const groups = db.prepare<[], { readonly place: number; readonly packed: Buffer }>(
    'SELECT place - 64 AS place, packed FROM bundle_group WHERE place >= 64',
  );
  for (const { place, packed } of groups.all()) {
    const row = Buffer.from(packed);
    row.writeUInt32BE(crc32(row.subarray(0, -4), place), row.length - 4);
    db.prepare('UPDATE bundle_group SET packed = ? WHERE place = ?').run(row, place);
  }
  db.close();
}

describe('the scrub, where there is another copy', () => {
  it('makes a damaged tile again from its entries, and the next pass finds nothing', async () => {
    using folder = copied();
    const before = tileZero(folder);
    flipBit(folder.data, 'tile', 'nodes');
    expect((await scrubPass(folder)).mended).toEqual([expect.stringContaining('tile 0/0 was made again')]);
    expect(tileZero(folder)).toStrictEqual(before);
    expect((await scrubPass(folder)).said).toEqual([]);
  });

  it('makes no tile of entries that are not those that were signed', async () => {
    using folder = copied();
    flipBit(folder.data, 'tile', 'nodes');
    swapBundles(folder);
    const damaged = tileZero(folder);
    const { said, mended } = await scrubPass(folder);
    expect(said.join('\n')).toContain('does not have the root that was signed');
    expect([mended, tileZero(folder)]).toEqual([[], damaged]);
  });

  it('has the next start make a damaged run again', async () => {
    using folder = copied();
    await succeeded(run('shard', folder, 'freeze', '--volume', 'moves'));
    flipBit(folder.data, 'run_part', 'records');
    await scrubPass(folder);
    expect(rowsOf(folder, 'run_doubted')).toBe(1);
  });
});
