import type Database from 'better-sqlite3';
import { StoreRefused } from '../../../failures.ts';

/** Names this program in the header of its databases: `Stel`. Those from before there was one have 0. */
export const APPLICATION_ID = 0x5374656c;

/** Tables that every format has had. */
const OWN_TABLES = ['head', 'identity'];

/** @throws StoreRefused for a database of another program. An empty one may become ours. */
export function requireOwn(db: Database.Database): void {
  const id = Number(db.pragma('application_id', { simple: true }));
  const tables = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  const isOurs = tables.length === 0 || OWN_TABLES.every((name) => tables.includes(name));
  if ((id === 0 || id === APPLICATION_ID) && isOurs) return;
  const holds = tables.length === 0 ? 'no tables' : `the tables ${tables.slice(0, 3).join(', ')}`;
  throw new StoreRefused(
    `${db.name} is the database of another program (application id ${id}, ${holds}): put the log's own file back, or name another folder`,
  );
}
