import { parentPort, workerData } from 'node:worker_threads';
import { DamagedStore, NoRoom, UnreadablePage } from '../../../failures.ts';
import { requireSameFiles, watchFile } from '../../local-files/watched-files.ts';
import { openDeriving, openWriting, pendingWal } from '../file/connection.ts';
import { explained, explaining } from '../file/explain.ts';
import { databaseFile, sideFiles } from '../file/files.ts';
import { isWantOfRoom, Room } from '../file/room.ts';
import { SearchIndexWriter } from '../search-index/search-index-writer.ts';
import { createRunTable } from '../search-index/run-table.ts';
import { fingerprintsOf } from '../search-index/secret.ts';
import { refusalOf, unflushed } from '../search-index/unflushed.ts';
import { sumBundles } from '../rows/bundle-table.ts';
import { Bundler } from '../rows/bundler.ts';
import { Chores } from './chores.ts';
import { WriterFigures } from './figures.ts';
import {
  type RunsAdopted,
  type RunsPublished,
  sentError,
  type WriterBegun,
  type WriterCommit,
  type WriterReply,
  type WriterRequest,
  type WriterSays,
  type WriterSettings,
} from './wire.ts';
import { createWriter } from './writer.ts';

/*
 * The writer's thread: one request after another, each answered when it is durable. A slow disk stops this thread and
 * no other. What goes wrong is told, not handled: the log decides, and it decides to end unless there was no room, which
 * changes nothing. Between requests it looks after what is derived from the log: the runs of the index, and bundles.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
/** Milliseconds between two lines about what takes long. */
const LINE_MS = 5000;
const { folder, watched, runRecords, isUnsynced, room: leaving, figures: memory } = workerData as WriterSettings;
const figures = new WriterFigures(memory);
const file = databaseFile(folder);
const [db, derived] = explaining(
  file,
  () => [isUnsynced ? openDeriving(folder) : openWriting(folder), openDeriving(folder)] as const,
);
const [writer, table] = explaining(file, () => [createWriter(db, synced), createRunTable(derived, rebuilt)] as const);
const keeper = explaining(file, () => new SearchIndexWriter(table, publish, runRecords));
const room = new Room(folder, leaving, pendingWal(db));
const isFull = (error: unknown): boolean => isWantOfRoom(error, folder);
const bundler = new Bundler(derived);
const chores = new Chores({
  keeper,
  bundler,
  turned,
  now: () => performance.now(),
  isWantOfRoom: isFull,
  damaged,
});

let begun = false;
/** Whether the last commit failed because a page could not be read. */
let isUnreadable = false;
explaining(file, catchUp);
const files = [...watched, ...sideFiles(folder).map(watchFile)];
port.postMessage({ op: 'begun', runs: keeper.runs, fresh: keeper.fresh, to: keeper.to } satisfies WriterBegun);
begun = true;
keeper.adopted(); // what has just been sent
chores.start();

port.on('message', (request: WriterRequest | RunsAdopted) => {
  if (request.op === 'adopted') {
    keeper.adopted();
    return chores.start();
  }
  port.postMessage(answer(request));
  if (request.op === 'close') port.close();
});

/** Gives the index what no run has: at most starts little, and everything when the index has to be made again. */
function catchUp(): void {
  let told = performance.now();
  let full = false;
  try {
    for (const { records, to } of unflushed(derived, fingerprintsOf(derived), keeper.flushedTo)) {
      keeper.add(records, to);
      full ||= !ifRoom(() => keeper.catchUp());
      if (performance.now() - told < LINE_MS) continue;
      told = performance.now();
      say({ level: 'info', sentence: `makes the search index again from the stored keys: ${to} entries so far` });
    }
  } catch (error) {
    // An index that lacks some keys would hide entries, and let others in twice.
    throw error instanceof DamagedStore ? refusalOf(error.message) : error;
  }
  if (!full) ifRoom(() => keeper.flush());
  ifRoom(() => {
    for (const number of sumBundles(derived, (bundle) => damaged(new DamagedStore(`bundle ${bundle} is damaged`)))) {
      if (performance.now() - told < LINE_MS) continue;
      told = performance.now();
      say({ level: 'info', sentence: `gives bundles their checksums: ${number} so far` });
    }
  });
}

/** The work on it ends until the next start. */
function damaged({ message }: Error): void {
  say({ level: 'error', sentence: `stele.db is damaged: ${message}` });
}

/** Says so once, until a commit succeeds: each second another may be tried, and reads the page from the disk again. */
function metUnreadable(error: Error): void {
  db.pragma('shrink_memory');
  if (!isUnreadable) say({ level: 'error', sentence: `a commit failed: ${error.message}` });
  isUnreadable = true;
}

function rebuilt(damage: string): void {
  say({ level: 'error', sentence: `stele.db is damaged: ${damage}; the index is made again from there on` });
}

function synced(ms: number): void {
  figures.syncs.observe(ms / 1000);
}

function turned(): void {
  figures.setBacklog(bundler.backlog(keeper.to), keeper.unflushed);
}

function say(told: Omit<WriterSays, 'op'>): void {
  port.postMessage({ op: 'says', ...told } satisfies WriterSays);
}

function publish(): void {
  if (begun) port.postMessage({ op: 'runs', runs: keeper.runs } satisfies RunsPublished);
}

/** Does what can be done later. @returns whether there was room for it */
function ifRoom(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!isFull(error)) throw error;
    chores.pause();
    return false;
  }
}

function answer(request: WriterRequest): WriterReply {
  try {
    perform(request);
    if (request.op !== 'close') requireSameFiles(files);
    return { op: 'done' };
  } catch (error) {
    const failure = isFull(error)
      ? new NoRoom(`the disk is full: SQLite found no room on the volume of ${file}. Free some space on it`)
      : explained(error, file);
    if (failure instanceof UnreadablePage) metUnreadable(failure);
    return { op: 'failed', error: sentError(failure) };
  }
}

function perform(request: WriterRequest): void {
  if (request.op === 'commit') commit(request.value);
  else if (request.op === 'compact') compact(request.value);
  else if (request.op === 'close') close();
  else write(request);
}

function commit(value: WriterCommit): void {
  const { batch, attestations, tiles } = value;
  const parts = [batch, ...attestations.map(({ payload }) => payload), ...tiles.map(({ nodes }) => nodes)];
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  room.requireFor(bytes);
  try {
    writer.commit(value);
  } catch (error) {
    if (isFull(error)) room.failed(bytes);
    throw error;
  }
  isUnreadable = false;
  keeper.add(value.records, value.head.size);
  turned();
  chores.committed();
}

function close(): void {
  chores.stop();
  derived.close();
  db.close();
}

/** Rows that are written beside the entries. */
function write(request: Exclude<WriterRequest, { readonly op: 'commit' | 'compact' | 'close' }>): void {
  switch (request.op) {
    case 'create':
      return writer.create(request.value);
    case 'keepKeys':
      return writer.keepKeys(request.value);
    case 'cosign':
      return writer.cosign(request.value);
    case 'keepClaim':
      return writer.keepClaim(request.value);
    case 'freeze':
      return writer.freeze(request.value);
    case 'hold':
      return writer.hold(request.value);
    case 'witness':
      return writer.witness(request.value);
    case 'heartbeat':
      room.requireAgain();
      return writer.heartbeat(request.value);
    case 'doubt':
      return table.doubt(request.value);
  }
}

function compact(how: 'for now' | 'for good'): void {
  if (how === 'for good') keeper.flush(1);
  chores.finish();
  if (how === 'for good') db.pragma('wal_checkpoint(TRUNCATE)');
}
