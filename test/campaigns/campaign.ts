import { type LogFolder, temporaryFolder } from '../../testkit/server-process.ts';
import { randomFrom } from '../backup/random.ts';

/** Numbers by the name of what was counted. */
export type Counts = Readonly<Record<string, number>>;

export interface Plan {
  readonly rounds: number;
  /** Of the first round; each has its own, one more than the one before it. */
  readonly seed: number;
  /** Shows how far it is. */
  readonly say: (line: string) => void;
}

/** Faults that are done to a real log, again and again. */
export interface Campaign {
  /** Fault and what must hold all the same, in one line. */
  readonly about: string;
  /** Rounds at full length. */
  readonly rounds: number;
  /** @throws Error at the first thing that is not as it must be, with how to repeat it */
  run(plan: Plan): Promise<Counts>;
}

/** @param random - gives numbers from 0 up to 1, the same ones for the same seed @param seed - one more than in the round before */
export type Round = (random: () => number, seed: number) => Promise<Counts>;

const SECOND = 1000; // milliseconds
/** Between two lines that say how far a campaign is. */
const SAY_EVERY = 10 * SECOND;

/** Does the rounds one after another. @returns the sums of what they counted; of a name that begins with `most`, the largest */
export async function eachRound({ rounds, seed, say }: Plan, round: Round): Promise<Counts> {
  let total: Counts = {};
  let said = performance.now();
  for (let number = 0; number < rounds; number += 1) {
    total = plus(total, await repeatable(round, seed, number));
    if (performance.now() - said < SAY_EVERY) continue;
    said = performance.now();
    say(`${number + 1} of ${rounds} rounds: ${JSON.stringify(total)}`);
  }
  return total;
}

async function repeatable(round: Round, seed: number, number: number): Promise<Counts> {
  try {
    return await round(randomFrom(seed + number), seed + number);
  } catch (error) {
    const again = number === 0 ? '' : `, or --rounds ${number + 1} --seed ${seed} with all that came before it`;
    throw new Error(
      `round ${number + 1}: ${messageOf(error)}\nto repeat it: --rounds 1 --seed ${seed + number}${again}`,
      { cause: error },
    );
  }
}

function plus(left: Counts, right: Counts): Counts {
  const sum = (name: string): number => {
    const [one, other] = [left[name] ?? 0, right[name] ?? 0];
    return name.startsWith('most') ? Math.max(one, other) : one + other;
  };
  return Object.fromEntries(
    [...new Set([...Object.keys(left), ...Object.keys(right)])].map((name) => [name, sum(name)]),
  );
}

/** Gives a log its folder, which stays for whoever looks into a failure. */
export async function inFolder<T>(work: (folder: LogFolder) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  try {
    const done = await work(folder);
    folder[Symbol.dispose]();
    return done;
  } catch (error) {
    throw new Error(`${messageOf(error)}\nleft as it was: ${folder.parent}`, { cause: error });
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @param random - gives numbers from 0 up to 1 */
export function oneOf<T>(all: readonly T[], random: () => number): T {
  return all[Math.floor(random() * all.length)] as T;
}
