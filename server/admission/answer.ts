import type { MessagePort } from 'node:worker_threads';
import { collectGarbage } from './collect.ts';
import { type Batch, type Outcome, packReply } from './wire.ts';

/** Bytes of a batch whose garbage is worth 10 ms. */
const LARGE = 2 ** 20;

/**
 * Answers every batch that arrives at `port` with a reply of its number. Batches are not held back while one of them
 * yields, so replies may leave in another order than their batches came in.
 */
export function answerBatches(port: MessagePort, perform: (batch: Batch) => Promise<readonly Outcome[]>): void {
  const answer = async (batch: Batch): Promise<void> => {
    const reply = packReply(batch, await perform(batch));
    port.postMessage(reply, [reply.admitted.buffer]);
    if (batch.bytes.length > LARGE) collectGarbage();
  };
  port.on('message', (batch: Batch) => void answer(batch));
}
