import type { StepListener } from '../../log/types.ts';

/** Steps of a submission before the log has it; those of the log are in `log/types.ts`. */
export type SubmissionStep = Parameters<StepListener['done']>[0] | 'parse' | 'admission';

/** A step that is over, and when: milliseconds on the clock of the server. */
export interface TracedStep {
  readonly name: SubmissionStep;
  readonly endedAt: number;
}

/** A submission that is over. */
export interface TracedSubmission {
  readonly operation: string;
  readonly method: string;
  /** Template of the path. */
  readonly route: string;
  /** As they were sent: those of the caller's own trace are among them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Milliseconds on the clock of the server. */
  readonly begunAt: number;
  readonly endedAt: number;
  readonly status: number;
  /** In the order in which they ended: each began when the one before had. */
  readonly steps: readonly TracedStep[];
}

/** Takes submissions for whoever collects traces. */
export interface Tracing extends AsyncDisposable {
  record(submission: TracedSubmission): void;
}

/** A submission on its way. Notes when each step was over, and makes nothing of it before all are. */
export class SubmissionTrace implements StepListener {
  readonly #tracing: Tracing;
  readonly #now: () => number;
  readonly #about: Pick<TracedSubmission, 'operation' | 'method' | 'route' | 'headers'>;
  readonly #begunAt: number;
  readonly #steps: TracedStep[] = [];

  constructor(
    tracing: Tracing,
    now: () => number,
    about: Pick<TracedSubmission, 'operation' | 'method' | 'route' | 'headers'>,
  ) {
    [this.#tracing, this.#now, this.#about, this.#begunAt] = [tracing, now, about, now()];
  }

  done(name: SubmissionStep): void {
    this.#steps.push({ name, endedAt: this.#now() });
  }

  ended(status: number): void {
    const [begunAt, endedAt] = [this.#begunAt, this.#now()];
    this.#tracing.record({ ...this.#about, begunAt, endedAt, status, steps: this.#steps });
  }
}
