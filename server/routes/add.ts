import type { AdmittedEntry } from '../../entries/kind.ts';
import type { AddResult, Log, StepListener } from '../../log/types.ts';
import type { EntryJudge } from '../access/entry-judge.ts';
import type { Principal } from '../access/principal.ts';

export interface AddOptions {
  readonly judges: readonly EntryJudge[] | undefined;
  readonly steps: StepListener | undefined;
}

/**
 * Adds an entry for a principal. One that may neither read entries nor search for them gets the same answer whether the log
 * had the entry or not, so an equal entry becomes another leaf.
 *
 * @throws RefusedByPolicy, QuotaExceeded, Overloaded, NotWritable, NotPublished, Frozen
 */
export async function addFor(
  principal: Principal,
  log: Log,
  entry: AdmittedEntry,
  { judges = [], steps }: AddOptions,
): Promise<AddResult> {
  const { rights } = principal;
  for (const one of judges) one.judge(entry, principal);
  if (rights.has('read') || rights.has('search')) return log.add(entry, steps);
  return { entry: await log.addAnew(entry, steps), duplicate: false };
}
