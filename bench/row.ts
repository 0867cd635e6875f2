import { readFileSync } from 'node:fs';
import { describeMachine, type Machine } from './machine.ts';
import { cpuEach, median, verifications } from './cpu.ts';

/** Figures that can be measured, each in the unit that its name says. A row has those that it is about. */
export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU time of the server, all threads, for each one done. */
  readonly serverMicroseconds: number;
  /** The same over what one P-256 verification by OpenSSL takes in the same run. */
  readonly serverVerifications: number;
  readonly verificationMicroseconds: number;
  /** CPU time of the client for each one done. */
  readonly generatorMicroseconds: number;
  readonly peakMiB: number;
  readonly residentMiB: number;
  readonly stallMs: number;
  /** Submissions a second that the log takes at most. */
  readonly capacityPerSecond: number;
  /** All that was sent in a second, taken or not, over the capacity. */
  readonly sentOverCapacity: number;
  /** The same load at half of the capacity has this p99. */
  readonly normalP99Ms: number;
  /** The p99 of what was taken, over that. */
  readonly p99OverNormal: number;
  /** Memory that an overload took from its second second on, in MiB. */
  readonly grownMiB: number;
  /** Seconds after an overload until one is normal again. */
  readonly secondsToNormal: number;
  /** Questions asked, whatever was answered. */
  readonly requests: number;
  /** Processor time of the longest turn of the main thread's event loop. */
  readonly turnMs: number;
  /** Of the tenth longest. */
  readonly tenthTurnMs: number;
  readonly seconds: number;
  readonly secondsAfterKill: number;
  readonly entries: number;
  readonly bodyMiB: number;
  readonly diskMiB: number;
  /** All files over the canonical bodies in them. */
  readonly diskOverBodies: number;
}

/** One line of `results.jsonl`. */
export interface Row extends Machine {
  /** Name of the measurement, in words. */
  readonly bench: string;
  /** The command that makes the row again. */
  readonly command: string;
  /** Day, `2026-01-31`. */
  readonly date: string;
  /** Of this project. */
  readonly version: string;
  /** Figures are those of the run in the middle. */
  readonly runs: number;
  readonly figures: Partial<Figures>;
  /** How often each status came that does not count. */
  readonly refused?: Readonly<Record<string, number>>;
}

export type Measured = Pick<Row, 'bench' | 'figures' | 'refused'>;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** @param folder - on the disk that was measured; @param runs - rows of the same name, best first or worst first */
export function rowOf(runs: readonly Measured[], command: string, folder: string): Row {
  const [first] = runs;
  if (first === undefined) throw new Error('nothing was measured');
  const key = leading(first.figures);
  const middle = median(runs.map(({ figures }) => figures[key] ?? 0));
  const chosen = runs.find(({ figures }) => figures[key] === middle) ?? first;
  const date = new Date().toISOString().slice(0, 10);
  return { ...chosen, command, date, version, runs: runs.length, ...describeMachine(folder) };
}

/** The figure that a row is about. */
function leading(figures: Partial<Figures>): keyof Figures {
  if (figures.perSecond !== undefined) return 'perSecond';
  return figures.seconds !== undefined ? 'seconds' : 'turnMs';
}

/** Microseconds of processor time that this machine takes for one P-256 verification at this moment. */
export async function verificationCost(): Promise<number> {
  const [cost = 0] = await cpuEach([verifications(300)]);
  return cost;
}
