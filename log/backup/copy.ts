import type { Copied } from '../../storage/records/copied.ts';
import type { Step } from '../../storage/records/step.ts';
import type { LogCollector } from './collector.ts';

/** Takes the records of one shard. */
export interface CopyTarget {
  /** @param copied - the state behind the steps */
  append(steps: readonly Step[], copied: Copied): void;
  /** Takes a state that differs in nothing that steps tell. */
  note(copied: Copied): void;
}

/**
 * Adds to a copy what the log has beyond it.
 *
 * @param pause - called behind each record, so that work beside it can go on
 * @returns whether anything was added
 */
export async function copyNew(
  collector: LogCollector,
  target: CopyTarget,
  pause: () => Promise<void>,
): Promise<boolean> {
  let added = false;
  for await (const { steps, copied } of collector.collect()) {
    target.append(steps, copied);
    added = true;
    await pause();
  }
  target.note(collector.copied);
  return added;
}
