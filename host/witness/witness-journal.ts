import { randomUUID } from 'node:crypto';
import { equalBytes } from '../../base/bytes.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { WitnessedHead, WitnessState } from '../../storage/witness-state.ts';
import { isHeldBy, type JournalHolder, type WitnessedJournal, type WitnessOwner } from '../../storage/journal.ts';

/** Why our own witness must not sign beside its journal. */
export interface WitnessFault {
  /** One sentence without its full stop. */
  readonly reason: string;
  /** Whether nothing is missing from the state: it may go on once it is known that no other copy does. */
  readonly isHeldElsewhere: boolean;
}

export interface WitnessCheck {
  readonly owner: WitnessOwner;
  /** The newest of each log in the journal. */
  readonly last: ReadonlyMap<string, TreeHead>;
  /** The newest of each log in the state. */
  readonly heads: readonly WitnessedHead[];
  readonly holder: JournalHolder | undefined;
}

/** Compares the state of a witness with the journal of the same witness: one that has forgotten must not sign. */
export function witnessFault({ owner, last, heads, holder }: WitnessCheck): WitnessFault | undefined {
  const reason = behind(heads, last) ?? loss(heads, last);
  if (reason !== undefined) return { reason, isHeldElsewhere: false };
  if (isHeldBy(owner.holder, holder)) return undefined;
  return {
    reason:
      'another copy of this data folder has been started with the journal of the witness since this one was made: start that one',
    isHeldElsewhere: true,
  };
}

function behind(heads: readonly WitnessedHead[], journalled: ReadonlyMap<string, TreeHead>): string | undefined {
  for (const [origin, { size, root }] of journalled) {
    const kept = heads.find((head) => head.origin === origin);
    if (kept === undefined || kept.size < size)
      return `the witness has cosigned ${origin} at ${size}, and its state says ${kept?.size ?? 'nothing'}: it was restored from an old copy, put back a newer one`;
    if (kept.size === size && !equalBytes(kept.root, root))
      return `the witness has cosigned another tree of ${origin} at ${size} than its state says: put back the right copy`;
  }
  return undefined;
}

/** At most one head can be in the state and not in the journal: the one whose journal write was cut short. */
function loss(heads: readonly WitnessedHead[], journalled: ReadonlyMap<string, TreeHead>): string | undefined {
  const missing = heads.filter(({ origin, size }) => size > (journalled.get(origin)?.size ?? -1));
  if (missing.length < 2) return undefined;
  return `the journal of the witness lacks heads of ${missing.length} logs that its state has: it was restored from an old copy or cut short, put the newest back`;
}

/** As `holdJournal`, for the journal of the witness: the database comes first. */
export async function holdWitnessJournal(
  state: WitnessState,
  journal: WitnessedJournal,
  { name, key }: Pick<WitnessOwner, 'name' | 'key'>,
  heads: readonly WitnessedHead[],
): Promise<void> {
  const token = randomUUID();
  await state.hold('witness', { token, before: journal.owner()?.holder });
  await journal.begin({ name, key, holder: token }, heads);
}
