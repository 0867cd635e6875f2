import { parentPort, workerData } from 'node:worker_threads';
import { NoRoom } from '../../../failures.ts';
import { requireSameFiles, watchFile } from '../../watched-files.ts';
import { openDeriving, openWriting, unmovedBytes } from '../file/connection.ts';
import { sideFiles } from '../file/files.ts';
import { isWantOfRoom, Room } from '../file/room.ts';
import { IndexKeeper } from '../index/index-keeper.ts';
import { createRunTable } from '../index/run-table.ts';
import { unflushed } from '../index/unflushed.ts';
import { Bundler } from '../rows/bundler.ts';
import { Chores } from './chores.ts';
import type { RunsAdopted, RunsPublished, WriterCommit, WriterReply, WriterRequest, WriterSettings } from './wire.ts';
import { createWriter } from './writer.ts';

/*
 * The writer's thread: one request after another, each answered when it is durable. A slow disk stops this thread and
 * no other. What goes wrong is told, not handled: the log decides, and it decides to end unless there was no room, which
 * changes nothing. Between requests it looks after what is derived from the log: the runs of the index, and bundles.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const { folder, watched, runRecords, room: leaving } = workerData as WriterSettings;
const db = openWriting(folder);
const derived = openDeriving(folder);
const writer = createWriter(db);
const keeper = new IndexKeeper(createRunTable(derived), publish, runRecords);
const room = new Room(folder, leaving, () => unmovedBytes(db));
const isFull = (error: unknown): boolean => isWantOfRoom(error, folder);
const chores = new Chores({
  keeper,
  bundler: new Bundler(derived),
  now: () => performance.now(),
  isWantOfRoom: isFull,
});

for (const { records, to } of unflushed(derived, keeper.flushedTo)) {
  keeper.add(records, to);
  flushIfRoom();
}
const files = [...watched, ...sideFiles(folder).map(watchFile)];
publish();
chores.start();

port.on('message', (request: WriterRequest | RunsAdopted) => {
  if (request.op === 'adopted') {
    keeper.adopted();
    return chores.start();
  }
  port.postMessage(answer(request));
  if (request.op === 'close') port.close();
});

function publish(): void {
  port.postMessage({ runs: keeper.runs } satisfies RunsPublished);
}

function flushIfRoom(): void {
  try {
    keeper.flush();
  } catch (error) {
    if (!isFull(error)) throw error;
    chores.pause();
  }
}

function answer(request: WriterRequest): WriterReply {
  try {
    perform(request);
    if (request.op !== 'close') requireSameFiles(files);
    return { ok: true };
  } catch (error) {
    const { name, message } = isFull(error) ? new NoRoom('the disk is full: SQLite found no room') : toError(error);
    return { ok: false, name, message };
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function perform(request: WriterRequest): void {
  if (request.op === 'commit') commit(request.value);
  else if (request.op === 'tidy') tidy(request.value);
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
  keeper.add(value.records, value.head.size);
  chores.committed();
}

function close(): void {
  chores.stop();
  derived.close();
  db.close();
}

/** What is written beside the entries. */
function write(request: Exclude<WriterRequest, { readonly op: 'commit' | 'tidy' | 'close' }>): void {
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
  }
}

function tidy(how: 'for now' | 'for good'): void {
  if (how === 'for good') keeper.flush(1);
  chores.finish();
  if (how === 'for good') db.pragma('wal_checkpoint(TRUNCATE)');
}
