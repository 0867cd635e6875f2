/** Something whose price is wanted: `run` does it `count` times. */
export interface Work {
  readonly count: number;
  run(): unknown;
}

const ROUNDS = 7;

/**
 * Processor time for one of each, in microseconds, all threads of this process counted: the median of some rounds. In
 * a round all have their turn, so that a machine that is busy for a while is busy for all of them.
 */
export async function cpuEach(works: readonly Work[]): Promise<readonly number[]> {
  const prices = works.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [i, work] of works.entries()) {
      const price = await cpuOf(work);
      if (round > 0) prices[i]?.push(price); // the first warms up
    }
  return prices.map((list) => list.sort((a, b) => a - b)[(ROUNDS - 1) / 2] ?? 0);
}

async function cpuOf({ count, run }: Work): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
