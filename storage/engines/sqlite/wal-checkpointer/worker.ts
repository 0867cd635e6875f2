import { parentPort, workerData } from 'node:worker_threads';
import { openDeriving } from '../file/connection.ts';
import { isWantOfRoom } from '../file/room.ts';

/*
 * Moves what has been committed from the WAL into the database, on a thread of its own: it syncs the database as it does
 * so, and nobody should wait for that. The WAL begins anew at the next commit that finds all of it moved.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const { folder } = workerData as { readonly folder: string };
const db = openDeriving(folder);

/** Milliseconds between two looks. */
const PERIOD = 200;
/** Pages that are worth a sync: 4 MiB. */
const WORTHWHILE_PAGES = 1024;
/** Pages of a WAL for which commits have to wait, because they left no gap in which it could begin anew: 256 MiB. */
const LONG_WAL_PAGES = 65_536;

/** Milliseconds without a look after one that found the disk full: all stays in the WAL until there is room. */
const FULL_PAUSE_MS = 5000;

type Mode = 'NOOP' | 'PASSIVE' | 'RESTART';

/** Pages in the WAL, and how many of them stand in the database too. */
function checkpoint(mode: Mode): { readonly log: number; readonly checkpointed: number } {
  const [row] = db.pragma(`wal_checkpoint(${mode})`) as readonly {
    readonly log: number;
    readonly checkpointed: number;
  }[];
  return row ?? { log: 0, checkpointed: 0 };
}

function look(): void {
  const { log, checkpointed } = checkpoint('NOOP');
  if (log - checkpointed < WORTHWHILE_PAGES) return;
  const after = checkpoint('PASSIVE');
  if (after.log >= LONG_WAL_PAGES) checkpoint('RESTART');
  else if (after.checkpointed < after.log) checkpoint('PASSIVE'); // what was committed meanwhile: a moment's work
}

let notBefore = 0; // on the clock of performance.now
const timer = setInterval(() => {
  if (performance.now() < notBefore) return;
  try {
    look();
  } catch (error) {
    if (!isWantOfRoom(error, folder)) throw error;
    notBefore = performance.now() + FULL_PAUSE_MS;
  }
}, PERIOD);

port.on('message', () => {
  clearInterval(timer);
  db.close();
  port.close();
});
