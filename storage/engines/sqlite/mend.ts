import type Database from 'better-sqlite3';
import { sha256 } from '../../../base/sha256.ts';
import { DamagedStore } from '../../failures.ts';
import type { CopiedEntry } from '../../history.ts';
import type { FullTile } from '../../tiles.ts';
import { openDeriving } from './file/connection.ts';
import { explaining } from './file/explain.ts';
import { databaseFile } from './file/files.ts';
import type { EntryFields } from './rows/batch-row.ts';
import { BUNDLE_ENTRIES, compressBundle, PART_ENTRIES } from './rows/bundle-row.ts';
import { bundleReads, bundleWriter, PIECES } from './rows/bundle-table.ts';
import { quickSum } from './rows/checksum.ts';
import { entryInGroup, GROUP_ENTRIES, packGroup } from './rows/group-row.ts';
import { tilePlace } from './rows/tile-table.ts';

/** Writes a tile over one that was found damaged, beside the process that holds the log. @throws StoreRefused */
export function mendTile(folder: string, { tile, ...id }: FullTile): void {
  const place = tilePlace(id);
  changing(folder, (db) => {
    db.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?)').run(place, tile);
    db.prepare('INSERT OR REPLACE INTO tile_sum VALUES (?, ?)').run(place, quickSum(place, tile));
  });
}

/**
 * Writes the entries of a bundle over damaged ones, beside the process that holds the log. A bundle that is not there yet is the
 * writer's to make.
 *
 * @throws StoreRefused, DamagedStore
 */
export function mendBundle(folder: string, number: number, entries: readonly CopiedEntry[]): void {
  changing(folder, (db) => {
    if (bundleReads(db).last() < number) throw new DamagedStore(`bundle ${number} is not made yet`);
    const { gzip, parts } = compressBundle(entries.map(({ body }) => body));
    const fields = entries.map(fieldsOf(db, number));
    const places = [number * PIECES, (number + 1) * PIECES] as const;
    for (const table of ['bundle_piece', 'piece_sum'])
      db.prepare<[number, number]>(`DELETE FROM ${table} WHERE place >= ? AND place < ?`).run(...places);
    bundleWriter(db)(number, { gzip, parts });
    const group = db.prepare('INSERT OR REPLACE INTO bundle_group VALUES (?, ?)');
    for (let at = 0; at < fields.length; at += GROUP_ENTRIES) {
      const place = (number * BUNDLE_ENTRIES + at) / GROUP_ENTRIES;
      const part = parts[Math.floor(at / PART_ENTRIES)];
      if (part !== undefined) group.run(place, packGroup(place, part, fields.slice(at, at + GROUP_ENTRIES)));
    }
  });
}

/** Reads what is kept beside each body: from the copy, whose attestations are written too, or else from the log's own rows. */
function fieldsOf(db: Database.Database, number: number): (entry: CopiedEntry, at: number) => EntryFields {
  const addAttestation = db.prepare('INSERT OR REPLACE INTO attestation VALUES (?, ?)');
  const group = db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck();
  return ({ body, kept }, at) => {
    if (kept !== undefined) {
      const attestation = kept.attestation === undefined ? new Uint8Array() : sha256(kept.attestation);
      if (kept.attestation !== undefined) addAttestation.run(attestation, kept.attestation);
      return { ...kept, attestation };
    }
    const index = number * BUNDLE_ENTRIES + at;
    const place = Math.floor(index / GROUP_ENTRIES);
    const row = group.get(place);
    const found = row && entryInGroup(place, row, index % GROUP_ENTRIES);
    if (found === undefined) throw new DamagedStore(`what is kept of entry ${index} is damaged as well`);
    return { ...found, body };
  };
}

/** Has the next start make a run of the index again. @throws StoreRefused */
export function doubtRun(folder: string, run: number): void {
  changing(folder, (db) => void db.prepare('INSERT INTO run_doubted VALUES (?) ON CONFLICT DO NOTHING').run(run));
}

/** One short transaction, which waits for no disk. */
function changing(folder: string, change: (db: Database.Database) => void): void {
  explaining(databaseFile(folder), () => {
    const db = openDeriving(folder);
    try {
      db.transaction(() => change(db)).immediate();
    } finally {
      db.close();
    }
  });
}
