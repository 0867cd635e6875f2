import { generateKeyPairSync, sign, verify } from 'node:crypto';

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
  return prices.map((list) => median(list));
}

/** Of a list that is not empty; the lower of two in the middle. */
export function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) / 2)] ?? 0;
}

async function cpuOf({ count, run }: Work): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

/** P-256 verifications by OpenSSL, one after the other, with a key that was imported before. */
export function verifications(count: number): Work {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.alloc(32);
  const signature = sign('sha256', message, privateKey);
  return {
    count,
    run: () => {
      for (let i = 0; i < count; i += 1) verify('sha256', message, publicKey, signature);
    },
  };
}
