import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Damage, Damaged } from '../../log/audit/reports.ts';
import { type AuditorSettings, type Outcome, type ReportOf, type Unit, type UnitKind } from './wire.ts';

type UnitOf<Kind extends UnitKind> = Extract<Unit, { readonly what: Kind }>;

/** The auditor's threads. */
export class WorkerPool implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  constructor(settings: AuditorSettings, threads: number) {
    const script = new URL('./worker.ts', import.meta.url);
    this.#workers = Array.from({ length: threads }, () => new Worker(script, { workerData: settings }));
  }

  /**
   * The reports on `units`, in their order; each thread takes the next when it is done with one.
   *
   * @throws Damaged for the first damage: once there is some, nothing behind it is looked at any more
   */
  async all<Kind extends UnitKind>(units: readonly UnitOf<Kind>[]): Promise<readonly ReportOf[Kind][]> {
    const reports: ReportOf[Kind][] = [];
    const damages: Damage[] = [];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < units.length && damages.length === 0) {
        const at = next;
        next += 1;
        worker.postMessage(units[at]);
        const [outcome] = (await once(worker, 'message')) as [Outcome<Kind>];
        if (outcome.ok) reports[at] = outcome.report;
        else damages.push(outcome.damage);
      }
    };
    await Promise.all(this.#workers.map(work));
    const [first] = damages.toSorted((a, b) => a.at - b.at);
    if (first !== undefined) throw new Damaged(first.at, first.says);
    return reports;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#workers.map(async (worker) => {
        if (worker.threadId < 0) return; // it has ended by itself: of an error, which has been told
        const ended = once(worker, 'exit');
        worker.postMessage('close');
        await ended;
      }),
    );
  }
}
