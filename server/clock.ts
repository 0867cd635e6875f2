import { uptime } from 'node:os';
import type { Clock } from '../log/clock.ts';

/** Two ways to tell how much time has passed: by the calendar, which may be set, and since boot, which may not. */
export interface TimeSources {
  /** Milliseconds since the Unix epoch. */
  readonly wall: () => number;
  /** Seconds since boot, time asleep included. */
  readonly steady: () => number;
}

const SYSTEM: TimeSources = { wall: () => Date.now(), steady: uptime };

/** How often the two are compared, at most: milliseconds. */
const COMPARE = 500;

/**
 * The wall clock, in doubt while it has moved against the steady one by more than `tolerance` seconds since start. A
 * time that is signed can never be taken back, so a log that cannot trust its clock takes no entries.
 */
export function systemClock(tolerance: number, { wall, steady }: TimeSources = SYSTEM): Clock {
  const start = { wall: wall() / 1000, steady: steady() };
  let compared = Number.NEGATIVE_INFINITY;
  let doubt: string | undefined;

  const drifted = (): string | undefined => {
    const drift = Math.round(wall() / 1000 - start.wall - (steady() - start.steady));
    if (Math.abs(drift) <= tolerance) return undefined;
    const way = drift > 0 ? 'forward' : 'back';
    return `the clock was set ${Math.abs(drift)} s ${way} while the log ran: set it right, or restart the log if it is right now`;
  };

  return {
    now: () => Math.floor(wall() / 1000),
    doubt: (newest) => {
      if (Math.abs(wall() - compared) >= COMPARE) [compared, doubt] = [wall(), drifted()];
      const behind = newest - Math.floor(wall() / 1000);
      return behind > tolerance ? `the clock is ${behind} s behind the newest entry: set it right` : doubt;
    },
  };
}
