import { setTimeout as sleep } from 'node:timers/promises';
import { type Receipt, created, type Submission, submissionOf, submit } from '../crash/client.ts';

/** An entry that the log has acknowledged. */
export interface Acknowledged {
  readonly submission: Submission;
  readonly receipt: Receipt;
  /** Milliseconds since the Unix epoch when the answer was there. */
  readonly at: number;
}

export interface Load {
  readonly acknowledged: readonly Acknowledged[];
  /** Those to which no answer came. */
  readonly unanswered: readonly Submission[];
  /** Resolves once no submitter waits for an answer. */
  stop(): Promise<void>;
}

/**
 * Sends entries of all kinds from `count` submitters at once, each one after another, until it is stopped. An answer that does
 * not come is none: the log may be killed meanwhile.
 *
 * @param name - of the load: no two loads send the same entry
 */
export function startLoad(base: string, name: string, count = 32): Load {
  const acknowledged: Acknowledged[] = [];
  const unanswered: Submission[] = [];
  let stopped = false;
  const submitter = async (number: number): Promise<void> => {
    for (let turn = 0; !stopped; turn += 1) {
      const submission = submissionOf(`${name} ${number} ${turn}`, number + turn);
      const answer = await submit(base, submission);
      if (answer?.status === 201) acknowledged.push({ submission, receipt: created(answer), at: Date.now() });
      else {
        if (answer === undefined) unanswered.push(submission);
        await sleep(20);
      }
    }
  };
  const all = Promise.all(Array.from({ length: count }, (_, number) => submitter(number)));
  return {
    acknowledged,
    unanswered,
    stop: async () => {
      stopped = true;
      await all;
    },
  };
}

/** Resolves once so many entries have been acknowledged. */
export async function reached({ acknowledged }: Load, entries: number): Promise<void> {
  while (acknowledged.length < entries) await sleep(10);
}
