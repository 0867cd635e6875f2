import { uptime } from 'node:os';
import type { Clock } from '../../log/clock.ts';
import { isSynchronized } from './clock-sync.ts';
import type { Settings } from '../settings/table.ts';

/** Two ways to tell how much time has passed: by the calendar, which may be set, and since boot, which may not. */
export interface TimeSources {
  /** Milliseconds since the Unix epoch. */
  readonly wall: () => number;
  /** Seconds since boot, time asleep included. */
  readonly steady: () => number;
  /** Whether the system keeps the calendar right by itself; undefined where that cannot be told. */
  readonly synchronized: () => boolean | undefined;
}

const SYSTEM: TimeSources = { wall: () => Date.now(), steady: uptime, synchronized: isSynchronized };

export interface ClockRules {
  /** Seconds that the two clocks may drift apart, and that the calendar may be behind the newest entry. */
  readonly tolerance: number;
  /** The day on which the operator found the calendar to be right, in seconds since the Unix epoch when it began. */
  readonly checked?: number | undefined;
  /** Whether a calendar that the system does not keep right is in doubt. */
  readonly synchronized?: 'require' | 'ignore';
}

/** How often the clocks are compared, at most: milliseconds. */
const COMPARE = 500;

const DAY = 86_400;
/**
 * A right clock is never before this day: it is not later than the release of this version, and moves on with releases. In
 * seconds since the Unix epoch.
 */
export const SOFTWARE_DATE = Date.UTC(2026, 8, 1) / 1000;
/** Seconds after that day in which a log may begin without the operator's word. */
const SOFTWARE_LIFE = 5 * 365 * DAY;
/** Seconds that a log may have taken nothing before a start: a small one has to come back by itself after months. */
const LONGEST_PAUSE = 366 * DAY;

/** The clock of this machine, as the settings say when it is in doubt. */
export function clockOf(settings: Pick<Settings, 'clockTolerance' | 'clockChecked' | 'clockSynchronized'>): Clock {
  const { clockTolerance, clockChecked: checked, clockSynchronized: synchronized } = settings;
  return systemClock({ tolerance: clockTolerance / 1000, checked, synchronized });
}

/**
 * The wall clock. A time that is signed can never be taken back, so a log that cannot trust its clock signs nothing. The clock
 * is in doubt when it is behind the newest entry; while it has moved against the steady clock since start; when what it said
 * at start cannot be, and says so until it is right; and, if that is asked for, while the system does not synchronize it.
 */
export function systemClock(rules: ClockRules, sources: TimeSources = SYSTEM): Clock {
  const { wall, steady, synchronized } = sources;
  const { tolerance } = rules;
  const read = () => ({ wall: wall() / 1000, steady: steady() });
  let start = read();
  let compared = Number.NEGATIVE_INFINITY;
  let reason: string | undefined;

  const drifted = (): string | undefined => {
    const drift = Math.round(wall() / 1000 - start.wall - (steady() - start.steady));
    if (Math.abs(drift) <= tolerance) return undefined;
    const way = drift > 0 ? 'forward' : 'back';
    return `the clock was set ${Math.abs(drift)} s ${way} while the log ran: set it right, or restart the log if it is right now`;
  };
  const compare = (newest: number): void => {
    compared = wall();
    // Nothing has been signed since a start at a time that cannot be: a clock that was set right since then starts anew.
    if (implausible(start.wall, newest, rules) && !implausible(wall() / 1000, newest, rules)) start = read();
    reason = drifted() ?? (rules.synchronized === 'require' ? unsynchronized(synchronized()) : undefined);
  };

  return {
    now: () => Math.floor(wall() / 1000),
    reasonUntrusted: (newest) => {
      if (Math.abs(wall() - compared) >= COMPARE) compare(newest);
      const behind = newest - Math.floor(wall() / 1000);
      if (behind > tolerance) return behindBy(behind);
      return implausible(start.wall, newest, rules) ?? reason;
    },
  };
}

/** Why the clock cannot have been right when it said `now`. @param newest - time of the newest entry; 0 if there is none */
function implausible(now: number, newest: number, { checked }: ClockRules): string | undefined {
  if (now < SOFTWARE_DATE)
    return `the clock says ${dateOf(now)}, and this version was made after ${dayOf(SOFTWARE_DATE)}: set it right`;
  if (checked !== undefined && now < checked - DAY)
    return `the clock says ${dateOf(now)}, which is before the day of --clock-checked ${dayOf(checked)}: set it right`;
  if (checked !== undefined && now <= checked + DAY + LONGEST_PAUSE) return undefined;
  if (now <= (newest > 0 ? newest + LONGEST_PAUSE : SOFTWARE_DATE + SOFTWARE_LIFE)) return undefined;
  const after =
    newest > 0
      ? `a year after the newest entry, of ${dayOf(newest)}`
      : `five years after the date of this version, ${dayOf(SOFTWARE_DATE)}`;
  return `the clock says ${dateOf(now)}, more than ${after}: set it right, or, if it is right, start with --clock-checked ${dayOf(now)}`;
}

function behindBy(seconds: number): string {
  const says = `the clock is ${seconds} s behind the newest entry: set it right`;
  return seconds > DAY ? `${says}, or, if that entry was taken under a wrong clock, begin the next shard` : says;
}

function unsynchronized(is: boolean | undefined): string | undefined {
  if (is === true) return undefined;
  const what =
    is === false
      ? 'the system says that its clock is not synchronized'
      : 'it cannot be told whether the clock is synchronized';
  return `${what}, and --clock-synchronized is require: start a time service such as chrony, or start with --clock-synchronized ignore`;
}

const dateOf = (seconds: number): string => `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}Z`;
const dayOf = (seconds: number): string => dateOf(seconds).slice(0, 10);
