import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { AuditedLog, StorageEngine } from '../../engine.ts';
import { fileJournals } from '../file-journal/journals.ts';
import { requireOneName } from '../local-files/watched-files.ts';
import { databaseFile, lockFile, lockOwnerFile } from './file/files.ts';
import { lockFolder, requireUnlocked } from './file/lock.ts';
import { openUnchanged } from './file/unchanged.ts';
import { inspectDatabase } from './inspect.ts';
import { fitOf } from './layout.ts';
import { doubtRun, mendBundle, mendTile } from './mend.ts';
import { openSqliteStore } from './open.ts';
import { openSqliteReadOnly } from './open-read-only.ts';
import { openSqliteReading } from './open-reading.ts';
import { openSqliteUnchanged } from './open-unchanged.ts';

/** One SQLite file in the data folder, and journals in text files. */
export const sqlite: StorageEngine = {
  files: { log: basename(databaseFile('')), local: [lockFile(''), lockOwnerFile('')] },
  exists: (folder) => existsSync(databaseFile(folder)),
  look: inspectDatabase,
  requireOneName: (folder) => requireOneName(databaseFile(folder)),
  requireUnlocked,
  lock: lockFolder,
  open: openSqliteStore,
  openReadOnly: openSqliteReadOnly,
  openUnchanged: openSqliteUnchanged,
  openReading: openSqliteReading,
  openHistory: openSqliteReading,
  audit,
  mendBundle,
  mendTile,
  doubtRun,
  journals: fileJournals(lockFolder),
};

function audit(folder: string, unchanged: boolean): AuditedLog {
  const reading = openSqliteReading(folder, unchanged ? openUnchanged : undefined);
  return { ...reading, layout: () => fitOf(reading.layout()) };
}
