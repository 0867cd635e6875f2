import type Database from 'better-sqlite3';
import { BUNDLE_ENTRIES, type BundlePart, PART_ENTRIES } from '../rows/bundle-row.ts';
import { bundleWriter } from '../rows/bundle-table.ts';
import { entryInGroup, GROUP_ENTRIES } from '../rows/group-row.ts';

/* Format 2 had a row for every bundle. It becomes eight, which fill the pages of the file that it leaves. */

export function piecesOfBundles(db: Database.Database): void {
  const bundle = db.prepare<[number], Buffer>('SELECT gzip FROM bundle WHERE number = ?').pluck();
  const drop = db.prepare('DELETE FROM bundle WHERE number = ?');
  const partAt = partReader(db);
  const add = bundleWriter(db, () => undefined); // format 7 sums them up
  const count = db.prepare<[], number>('SELECT coalesce(max(number) + 1, 0) FROM bundle').pluck().get() ?? 0;
  for (let number = 0; number < count; number += 1) {
    const gzip = bundle.get(number);
    if (gzip === undefined) throw new Error(`bundle ${number} is missing`);
    const first = number * BUNDLE_ENTRIES;
    const parts = Array.from({ length: BUNDLE_ENTRIES / PART_ENTRIES }, (_, i) => partAt(first + i * PART_ENTRIES));
    drop.run(number);
    add(number, { gzip, parts });
  }
  db.exec('DROP TABLE bundle');
}

/** Finds the part that begins with an entry: two rows tell of it, and one may be damaged. */
function partReader(db: Database.Database): (index: number) => BundlePart {
  const group = db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck();
  return (index) => {
    for (let at = index; at < index + PART_ENTRIES; at += GROUP_ENTRIES) {
      const place = at / GROUP_ENTRIES;
      const row = group.get(place);
      const found = row && entryInGroup(place, row, 0);
      if (found !== undefined) return found.part;
    }
    throw new Error(`what is kept of the entries from ${index} on is damaged`);
  };
}
