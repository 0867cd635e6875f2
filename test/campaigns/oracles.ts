import { startPrivateServer } from '../access/private-server.ts';
import { compare, type Difference, oraclesOf } from '../access/timing.ts';
import { type Campaign, type Counts, eachRound } from './campaign.ts';

/** Questions of a round, half of them about entries that are there. */
const ASKS = 10_000;
/** A round that finds a difference is repeated: it is one of the log's if it is there each time. */
const TRIES = 3;
/** Six times the deviation of 5,000 ranks beside 5,000: 0.5 ± 0.035. */
const MARGIN = 0.035;

export const oracles: Campaign = {
  about:
    'one who may only submit asks 10,000 times about entries that are there and that are not: alike in time and size',
  rounds: 4,
  run: (plan) =>
    eachRound(plan, async (_, seed) => {
      await using open = await startPrivateServer();
      const all = oraclesOf(open);
      const oracle = all[seed % all.length];
      if (oracle === undefined) throw new Error('there is no such question');
      const seen: Difference[] = [];
      for (let tried = 0; tried < TRIES; tried += 1) {
        const found = await compare(oracle, ASKS);
        seen.push(found);
        plan.say(`${oracle.name}: time ${found.time.toFixed(4)}, size ${found.size.toFixed(4)}`);
        if (isAlike(found)) return countsOf(found);
      }
      throw new Error(`${oracle.name} tells what is there: ${JSON.stringify(seen)}`);
    }),
};

function isAlike({ time, size, statuses }: Difference): boolean {
  return Math.abs(time - 0.5) < MARGIN && Math.abs(size - 0.5) < MARGIN && statuses.length === 1;
}

/** Differences as thousandths. */
function countsOf({ time, size }: Difference): Counts {
  const thousandths = (share: number): number => Math.round(1000 * Math.abs(share - 0.5));
  return { asked: ASKS, mostTimeDifference: thousandths(time), mostSizeDifference: thousandths(size) };
}
