import type { AdmittedEntry } from '../../entries/kind.ts';
import type { AddResult, Log, StepListener } from '../../log/types.ts';
import type { Principal } from '../access/principal.ts';

/**
 * Adds an entry for a principal. One that may neither read entries nor search for them gets the same answer whether the log
 * had the entry or not, so an equal entry becomes another leaf. @throws Overloaded, NotWritable, NotPublished, Frozen
 */
export async function addFor(
  { rights }: Principal,
  log: Log,
  entry: AdmittedEntry,
  steps: StepListener | undefined,
): Promise<AddResult> {
  if (rights.has('read') || rights.has('search')) return log.add(entry, steps);
  return { entry: await log.addAnew(entry, steps), duplicate: false };
}
