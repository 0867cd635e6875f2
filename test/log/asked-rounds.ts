import { afterEach, beforeEach, vi } from 'vitest';
import { CosigningLoop, type RoundTimes } from '../../log/cosigning-loop.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';
import type { Candidate } from '../../witness/contract.ts';
import { SIGNER, said } from './heads.ts';

export const TIMES: RoundTimes = { pause: 200, retry: 250, longest: 3000, idle: 60_000 };

let open: CosigningLoop | undefined;

/** Timers stand still, but for `pass`, and what a test leaves open is closed. */
export function useRounds(): typeof asking {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(async () => {
    await open?.[Symbol.asyncDispose]();
    vi.useRealTimers();
  });
  return asking;
}

/** One round, as the witnesses see it. */
interface Asked {
  readonly candidate: Candidate;
  /** When it began, in milliseconds since the first. */
  readonly at: number;
  readonly stop: AbortSignal;
  say(...cosignatures: readonly StoredCosignature[]): void;
  end(): void;
}

interface Kept {
  readonly size: number;
  readonly cosigners: readonly string[];
  readonly suffices: boolean;
}

/** CosigningLoop whose witnesses a test answers for. @param quorum - names that have to cosign */
function asking(quorum: readonly string[], keep: () => Promise<void> = async () => undefined) {
  const rounds: Asked[] = [];
  const kept: Kept[] = [];
  const fatal: unknown[] = [];
  const start = performance.now();
  open = new CosigningLoop({
    signer: SIGNER,
    times: TIMES,
    witnesses: {
      report: () => [],
      figures: () => [],
      meetsPolicy: (cosignatures) => quorum.every((name) => cosignatures.some((one) => one.name === name)),
      ask: (candidate, { given }, stop) =>
        new Promise<void>((end) => {
          stop.addEventListener('abort', () => end());
          const say = (...cosignatures: readonly StoredCosignature[]): void => given(cosignatures);
          rounds.push({ candidate, at: performance.now() - start, stop, say, end });
        }),
    },
    prove: async (old, size) => (old === size ? [] : [new Uint8Array(32) as never]),
    claimed: async () => undefined,
    cosigned: async ({ size }, cosignatures, suffices) => {
      kept.push({ size, cosigners: cosignatures.map(({ name, signature }) => `${name}/${signature[0]}`), suffices });
      await keep();
    },
    fatal: (reason) => void fatal.push(reason),
    now: () => performance.now(),
  });
  return { rounds, kept, fatal, asker: open };
}

export const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

/** Ends the newest round of those, after `a` has cosigned what it is about. */
export async function met(rounds: readonly Asked[]): Promise<void> {
  const round = rounds.at(-1);
  round?.say(said('a', round.candidate.size));
  round?.end();
  await pass(0);
}

export async function unmet(rounds: readonly Asked[]): Promise<void> {
  rounds.at(-1)?.end();
  await pass(0);
}

export const sizes = (rounds: readonly Asked[]): readonly number[] => rounds.map(({ candidate }) => candidate.size);

/** Milliseconds from the end of one round to the beginning of the next. */
export async function waitAfter(
  rounds: readonly Asked[],
  end: (rounds: readonly Asked[]) => Promise<void>,
): Promise<number> {
  const before = rounds.length;
  const from = performance.now();
  await end(rounds);
  while (rounds.length === before) await pass(1);
  return performance.now() - from;
}
