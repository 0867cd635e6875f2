import type { AdmittedEntry } from '../../entries/kind.ts';
import type { AddResult, Log, StepListener } from '../../log/types.ts';
import type { EntryJudge } from '../access/entry-judge.ts';
import type { EntryReads } from '../access/entry-reads.ts';
import type { Principal } from '../access/principal.ts';

export interface AddOptions {
  readonly judges: readonly EntryJudge[] | undefined;
  readonly mayRead: EntryReads | undefined;
  readonly steps: StepListener | undefined;
}

/**
 * Adds an entry for a principal. One that may neither read it nor search for it gets the same answer whether the log had the
 * entry or not, so an equal entry becomes another leaf.
 *
 * @throws RefusedByPolicy, QuotaExceeded, Overloaded, NotWritable, NotPublished, Frozen
 */
export async function addFor(
  principal: Principal,
  log: Log,
  entry: AdmittedEntry,
  { judges = [], mayRead, steps }: AddOptions,
): Promise<AddResult> {
  for (const one of judges) one.judge(entry, principal);
  if (mayKnow(principal, entry, mayRead)) return log.add(entry, steps);
  return { entry: await log.addAnew(entry, steps), duplicate: false };
}

/** Equal entries have equal bodies: of one that the log has already the same may be read as of this one. */
function mayKnow(principal: Principal, { body }: AdmittedEntry, mayRead: EntryReads | undefined): boolean {
  const { rights, readsIf } = principal;
  if (readsIf !== undefined) return mayRead?.(principal, body) ?? false;
  return rights.has('read') || rights.has('search');
}
