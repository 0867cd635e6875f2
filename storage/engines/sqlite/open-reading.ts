import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { AuditedLog } from '../../engine.ts';
import type { HistoryReads } from '../../history.ts';
import { noLogIn, StoreRefused } from '../../failures.ts';
import { formatOf, openReading } from './file/connection.ts';
import { explaining, explainingAll, explainingEach } from './file/explain.ts';
import { databaseFile } from './file/files.ts';
import { requireOwn } from './file/own.ts';
import { migrations } from './file/schema.ts';
import { partReader, readRuns } from './search-index/run-reader.ts';
import { fingerprintsOf } from './search-index/secret.ts';
import { type Layout, layoutReader } from './layout.ts';
import { attestationReader, createEntryReader } from './reader.ts';
import { EntryScan } from './rows/entry-scan.ts';
import { createStateReader } from './state-reader.ts';

/** A log as it stands in its folder, and its rows. */
export interface SqliteReading
  extends Omit<AuditedLog, 'layout'>, Pick<HistoryReads, 'headsAfter' | 'cosignaturesFrom'> {
  layout(): Layout;
}

/**
 * Opens the log in `folder` to be read: beside the process that holds it, or without one. Nothing is read for longer than
 * a row takes, so that it never stands in the writer's way.
 *
 * @param open - the connection
 * @throws StoreRefused if there is none, or one of another format
 */
export function openSqliteReading(folder: string, open = openReading): SqliteReading {
  return readingFrom(folder, open, createReading);
}

/**
 * Makes a reader of the database in `folder`, which closes it; where none can be made it is closed here.
 *
 * @throws StoreRefused as `openSqliteReading`
 */
export function readingFrom<Reader>(
  folder: string,
  open: (folder: string) => Database.Database,
  make: (db: Database.Database) => Reader,
): Reader {
  const file = databaseFile(folder);
  if (!existsSync(file)) throw new StoreRefused(noLogIn(folder));
  const db = explaining(file, () => open(folder));
  try {
    return explaining(file, () => {
      requireOwn(db);
      requireFormat(db);
      return make(db);
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function createReading(db: Database.Database): SqliteReading {
  const entries = new EntryScan(db);
  const reads = {
    ...createEntryReader(db),
    ...createStateReader(db),
    layout: layoutReader(db),
    attestation: attestationReader(db),
    runs: () => readRuns(db),
    fingerprints: fingerprintsOf(db),
    readPart: partReader(db),
  };
  return {
    ...explainingAll(db.name, reads),
    scan: (from, to) => explainingEach(db.name, entries.entries(from, to)),
    [Symbol.dispose]: () => void db.close(),
  };
}

/** @throws StoreRefused */
function requireFormat(db: Database.Database): void {
  const format = formatOf(db);
  if (format === migrations.length) return;
  throw new StoreRefused(
    format < migrations.length
      ? `${db.name} has format ${format}: start the log once, which brings it to format ${migrations.length}`
      : `${db.name} has format ${format} and this version knows ${migrations.length}: use the newer version that wrote it`,
  );
}
