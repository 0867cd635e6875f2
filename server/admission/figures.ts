import type { LaneName, Outcome } from './messages.ts';

/**
 * Ends of a request's way through a lane: good, refused for what it says, passed on to the other lane, turned away because
 * too many wait, or failed together with its thread.
 */
export const VERDICTS = ['good', 'refused', 'passed-on', 'busy', 'failed'] as const;
export type VerdictName = (typeof VERDICTS)[number];

/** A lane as it stands, and what it has done since the start. */
export interface LaneFigures {
  readonly lane: LaneName;
  readonly threads: number;
  /** Threads that have something to do. */
  readonly busy: number;
  /** Threads that ended, or were ended, in the middle of their work. */
  readonly lost: number;
  /** Requests that wait for a thread. */
  readonly queued: number;
  readonly verdicts: Readonly<Record<VerdictName, number>>;
}

export function verdictOf(outcome: Outcome | undefined): VerdictName {
  return outcome === undefined ? 'failed' : VERDICT_OF[outcome.is];
}

const VERDICT_OF: Readonly<Record<Outcome['is'], VerdictName>> = {
  value: 'good',
  failure: 'refused',
  bug: 'failed',
  deferred: 'passed-on',
};
