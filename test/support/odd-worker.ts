import { parentPort, workerData } from 'node:worker_threads';
import { answerBatches, createTasks } from '../../server/admission/tasks.ts';
import type { ThreadSettings } from '../../server/admission/messages.ts';

/**
 * An admission thread that does odd things with batches in which it finds these words: it waits for a thousand turns of
 * the event loop before it answers, works without an end, or exits.
 */
export const ODD_COMMANDS = { yields: 'ODD: YIELDS', endless: 'ODD: ENDLESS', exits: 'ODD: EXITS' } as const;

const TURNS = 1000;

if (parentPort !== null) {
  const settings = workerData as ThreadSettings;
  const perform = createTasks(settings, settings.lane);
  answerBatches(parentPort, async (batch) => {
    const text = Buffer.from(batch.bytes).toString('latin1');
    if (text.includes(ODD_COMMANDS.exits)) process.exit(1);
    while (text.includes(ODD_COMMANDS.endless));
    const outcomes = await perform(batch);
    if (text.includes(ODD_COMMANDS.yields))
      for (let turns = 0; turns < TURNS; turns += 1) await new Promise((next) => void setImmediate(next));
    return outcomes;
  });
}
