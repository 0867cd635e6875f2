import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateServer, startPrivateServer } from './private-server.ts';
import { compare, type Difference, oraclesOf, rankShare } from './timing.ts';

/* The short form of the campaign `oracles`, which asks 10,000 times: here a difference has to be so large that a few asks tell. */

const ASKS = 400;
const TRIES = 4;
/** Four times the deviation of 200 ranks beside 200. */
const MARGIN = 0.12;

let open: PrivateServer;
beforeAll(async () => void (open = await startPrivateServer()));
afterAll(() => open[Symbol.asyncDispose]());

it('the share of ranks tells what differs from what does not', () => {
  const numbers = (count: number, from: number): readonly number[] => Array.from({ length: count }, (_, i) => from + i);
  expect(rankShare(numbers(10, 0), numbers(10, 0))).toBe(0.5);
  expect([rankShare(numbers(10, 50), numbers(10, 0)), rankShare(numbers(10, 0), numbers(10, 50))]).toEqual([1, 0]);
  expect(rankShare([1, 1000], [1, 2])).toBe(0.625);
});

describe('one who may only submit', () => {
  const isAlike = ({ time, size, statuses }: Difference): boolean =>
    Math.abs(time - 0.5) < MARGIN && Math.abs(size - 0.5) < MARGIN && statuses.length === 1;

  // Red where addAnew waits 3 ms for an entry that the store has.
  it.each([0, 1, 2, 3])('learns from question %i by neither time nor size whether an entry is there', async (i) => {
    const oracle = oraclesOf(open)[i];
    if (oracle === undefined) throw new Error('there is no such question');
    const seen: Difference[] = [];
    for (let tried = 0; tried < TRIES; tried += 1) {
      seen.push(await compare(oracle, ASKS));
      if (seen.some(isAlike)) break;
    }
    expect(seen.some(isAlike), `${oracle.name}: ${JSON.stringify(seen)}`).toBe(true);
  });
});
