import { mkdirSync } from 'node:fs';
import type { LogStore } from '../../contract.ts';
import { packCommit } from './commit-record.ts';
import { openReading, openWriting, prepareDatabase } from './connection.ts';
import { lockFolder } from './lock.ts';
import { createReader } from './reader.ts';
import { WriterThread } from './writer-thread.ts';

/**
 * Opens the log in `folder`, or an empty one: one database, one writer on a thread of its own, one reading connection
 * on this thread, and a lock that keeps every other process out.
 *
 * @param owner - one line that tells another process who holds the folder
 * @throws StoreRefused
 */
export async function openSqliteStore(folder: string, owner: string): Promise<LogStore> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder, owner);
  try {
    const preparing = openWriting(folder);
    try {
      prepareDatabase(preparing);
    } finally {
      preparing.close();
    }
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }

  const writer = new WriterThread(folder);
  const reading = openReading(folder);
  return {
    ...createReader(reading),
    create: (value) => writer.request({ op: 'create', value }),
    commit: (value) => writer.request({ op: 'commit', value: packCommit(value) }),
    heartbeat: (value) => writer.request({ op: 'heartbeat', value }),
    [Symbol.asyncDispose]: async () => {
      reading.close(); // before the writer, who leaves no WAL behind if it is the last
      await writer[Symbol.asyncDispose]();
      lock[Symbol.dispose]();
    },
  };
}
