import type { Facts } from '../../entries/facts/facts.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import type { Principal } from './principal.ts';

/** Judges whether an entry of a principal is admitted. */
export interface EntryJudge {
  /** @throws RefusedByPolicy, which names the rule, QuotaExceeded */
  judge(entry: AdmittedEntry, principal: Principal): void;
}

/** Returns the facts that an admission thread found. @throws Error where it was not told to look for any */
export function readFacts({ facts }: Pick<AdmittedEntry, 'facts'>): Facts {
  if (facts === undefined) throw new Error('an entry came to be judged without facts');
  return JSON.parse(facts) as Facts;
}
