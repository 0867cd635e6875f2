import type Database from 'better-sqlite3';
import type { FullTile } from '../../tiles.ts';
import { openDeriving } from './file/connection.ts';
import { explaining } from './file/explain.ts';
import { databaseFile } from './file/files.ts';
import { quickSum } from './rows/checksum.ts';
import { tilePlace } from './rows/tile-table.ts';

/** Writes a tile over one that was found damaged, beside the process that holds the log. @throws StoreRefused */
export function mendTile(folder: string, { tile, ...id }: FullTile): void {
  const place = tilePlace(id);
  changing(folder, (db) => {
    db.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?)').run(place, tile);
    db.prepare('INSERT OR REPLACE INTO tile_sum VALUES (?, ?)').run(place, quickSum(place, tile));
  });
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
