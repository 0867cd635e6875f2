import { parentPort, workerData } from 'node:worker_threads';
import { unpackCommit } from './commit-record.ts';
import { openWriting } from './connection.ts';
import type { WriterReply, WriterRequest } from './writer-wire.ts';
import { createWriter } from './writer.ts';

/*
 * The writer's thread: one request after another, each answered when it is durable. A slow disk stops this thread and
 * no other. What goes wrong is told, not handled: the log decides, and it decides to end.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const { folder } = workerData as { readonly folder: string };
const db = openWriting(folder);
const writer = createWriter(db);

port.on('message', (request: WriterRequest) => {
  port.postMessage(answer(request));
  if (request.op === 'close') port.close();
});

function answer(request: WriterRequest): WriterReply {
  try {
    perform(request);
    return { ok: true };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, name, message };
  }
}

function perform(request: WriterRequest): void {
  switch (request.op) {
    case 'create':
      return writer.create(request.value);
    case 'commit':
      return writer.commit(unpackCommit(request.value));
    case 'heartbeat':
      return writer.heartbeat(request.value);
    case 'close':
      db.close();
  }
}
