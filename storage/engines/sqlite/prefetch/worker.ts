import { parentPort, workerData } from 'node:worker_threads';
import { candidatesAt } from '../../../search-index/runs.ts';
import { openReading } from '../file/connection.ts';
import { firstOf, MOST_CANDIDATES } from '../search-index/find-leaf.ts';
import { partReader } from '../search-index/run-reader.ts';
import { EntryTable } from '../rows/entry-table.ts';
import { findTile } from '../rows/tile-table.ts';
import { TILE_WIDTH } from '../../../../merkle/tile.ts';
import type { PrefetchRequest } from './wire.ts';

/*
 * Reads what another thread is about to read, so that the pages are in memory by then and it does not wait for the disk.
 * Gives nothing back: what cannot be read, the other will not be able to read either, and it knows what to say.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const { folder } = workerData as { readonly folder: string };
const db = openReading(folder);
db.pragma('cache_size = -1024'); // KiB: what is read here is read once
const readPart = partReader(db);
const entries = new EntryTable(db, 0);
const tile = findTile(db);

port.postMessage('ready');
port.on('message', (request: PrefetchRequest | 'close') => {
  if (request === 'close') {
    db.close();
    return port.close();
  }
  try {
    read(request);
  } catch {
    // a run that has been merged meanwhile, or damage
  }
  port.postMessage('done');
});

function read({ fingerprint, places }: PrefetchRequest): void {
  for (const place of places) {
    for (const at of firstOf(candidatesAt(place, readPart, fingerprint, 0), MOST_CANDIDATES)) {
      tile({ level: 0, index: Math.floor(at / TILE_WIDTH) });
      entries.find(at);
    }
  }
}
