import { parentPort, workerData } from 'node:worker_threads';
import { collectGarbage } from './collect.ts';
import { createTasks } from './tasks.ts';
import { type AdmissionSettings, type Batch, packReply } from './wire.ts';

/*
 * An admission thread: batches of request bodies in, what they mean out. Whatever a stranger makes long, only this thread
 * parses it, and only this thread spends time on signatures and keys.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const perform = createTasks(workerData as AdmissionSettings);

port.on('message', (batch: Batch) => {
  void answer(batch);
});

/** Bytes of a batch whose garbage is worth 10 ms. */
const LARGE = 2 ** 20;

async function answer(batch: Batch): Promise<void> {
  const reply = packReply(batch.tasks, await perform(batch));
  port.postMessage(reply, [reply.admitted.buffer]);
  if (batch.bytes.length > LARGE) collectGarbage();
}
