import type { AdmittedEntry } from '../../entries/kind.ts';
import type { AddResult, Log, StepListener } from '../../log/types.ts';
import type { EntryJudge } from '../access/entry-policy.ts';
import type { Principal } from '../access/principal.ts';

export interface AddOptions {
  /** The admission policy, where there is one. */
  readonly policy: EntryJudge | undefined;
  readonly steps: StepListener | undefined;
}

/**
 * Adds an entry for a principal. One that may neither read entries nor search for them gets the same answer whether the log
 * had the entry or not, so an equal entry becomes another leaf.
 *
 * @throws RefusedByPolicy, Overloaded, NotWritable, NotPublished, Frozen
 */
export async function addFor(
  principal: Principal,
  log: Log,
  entry: AdmittedEntry,
  { policy, steps }: AddOptions,
): Promise<AddResult> {
  const { rights } = principal;
  policy?.judge(entry, principal);
  if (rights.has('read') || rights.has('search')) return log.add(entry, steps);
  return { entry: await log.addAnew(entry, steps), duplicate: false };
}
