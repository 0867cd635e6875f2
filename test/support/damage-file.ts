import Database from 'better-sqlite3';
import { join } from 'node:path';

/** Flips one bit in the second third of the first blob of a column. @param where - which rows are meant, in SQL */
export function flipBit(data: string, table: string, column: string, where = 'true'): void {
  const db = new Database(join(data, 'stele.db'));
  const { id, bytes } = db
    .prepare<[], { readonly id: number; readonly bytes: Buffer }>(
      `SELECT rowid AS id, ${column} AS bytes FROM ${table} WHERE ${where} ORDER BY rowid LIMIT 1`,
    )
    .get() ?? { id: -1, bytes: Buffer.alloc(0) };
  const at = Math.floor(bytes.length / 3); // not at a half or a quarter, where parts of a bundle meet
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  db.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(bytes, id);
  db.close();
}
