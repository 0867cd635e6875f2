import type { MessagePort } from 'node:worker_threads';
import { collectGarbage } from './collect.ts';
import { type Batch, type Outcome, packReply, type Reply } from './wire.ts';

/** Bytes of a batch whose garbage is worth 10 ms. */
const LARGE = 2 ** 20;

/** The reply to no batch: the thread has started. */
const READY: Reply = { id: 0, outcomes: [], admitted: new Uint8Array() };

/**
 * Answers every batch that arrives at `port` with a reply of its number, after one that says it has begun. Batches are not held back while one of them
 * yields, so replies may leave in another order than their batches came in.
 */
export function answerBatches(port: MessagePort, perform: (batch: Batch) => Promise<readonly Outcome[]>): void {
  const answer = async (batch: Batch): Promise<void> => {
    const reply = packReply(batch, await perform(batch));
    port.postMessage(reply, [reply.admitted.buffer]);
    if (batch.bytes.length > LARGE) collectGarbage();
  };
  port.on('message', (batch: Batch) => void answer(batch));
  port.postMessage(READY);
}
