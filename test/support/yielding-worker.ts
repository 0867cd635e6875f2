import { parentPort, workerData } from 'node:worker_threads';
import { answerBatches } from '../../server/admission/answer.ts';
import { createTasks } from '../../server/admission/tasks.ts';
import type { AdmissionSettings } from '../../server/admission/wire.ts';

/** Turns of the event loop that a search takes here: other batches arrive and are answered meanwhile. */
const TURNS = 1000;

/** An admission thread whose searches yield, as they would with a parser of keys that waits for anything. */
if (parentPort === null) throw new Error('runs as a worker thread only');
const perform = createTasks(workerData as AdmissionSettings);

answerBatches(parentPort, async (batch) => {
  const outcomes = await perform(batch);
  if (batch.tasks.includes('searchQuestion'))
    for (let turns = 0; turns < TURNS; turns += 1) await new Promise((next) => void setImmediate(next));
  return outcomes;
});
