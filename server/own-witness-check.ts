import { equalBytes } from '../base/bytes.ts';
import { LogRefused } from '../log/failures.ts';
import type { TreeHead } from '../merkle/types.ts';
import type { WitnessedJournal, WitnessOwner } from '../storage/engines/file-journal/witnessed.ts';
import { isHeldBy, type JournalHolder } from '../storage/journal.ts';
import type { WitnessedHead } from '../storage/witness-state.ts';
import type { LogKey } from './keys.ts';

/** All that tells what a witness has signed. */
export interface SeenWitness {
  readonly name: string;
  /** Of its key. */
  readonly file: string;
  /** Undefined where there is no file. */
  readonly key: LogKey | undefined;
  /** Whether a record says that it has signed nothing. */
  readonly isUnused: boolean;
  readonly journal: Pick<WitnessedJournal, 'owner' | 'last' | 'damage'>;
  readonly heads: readonly WitnessedHead[];
  readonly holder: JournalHolder | undefined;
}

/** @throws LogRefused unless it is known that signing with the key, or with a new one, is no fork */
export function requireWitnessFits(seen: SeenWitness): void {
  const { name, file, key, isUnused, journal, heads } = seen;
  const of = journal.owner();
  if (of?.name === name && key === undefined) refuse(`the key of the witness ${name} is missing: put ${file} back`);
  const isNew = key === undefined || isUnused;
  const damaged = journal.damage();
  if (damaged !== undefined && !isNew) refuse(`${damaged}: put the journal of the witness back as it was`);
  if (of !== undefined) requireJournalFits(seen, of, isNew);
  else if (!isNew) requireNothingSaid(heads);
}

function requireJournalFits(
  { name, key, journal, heads, holder }: SeenWitness,
  of: WitnessOwner,
  isNew: boolean,
): void {
  if (of.name === name && of.key !== key?.id)
    refuse(`the key of the witness ${name} is not the one that it has signed with: put that one back`);
  if (of.name === name || of.key === key?.id) {
    requireNotBehind(heads, journal.last());
    requireWhole(heads, journal.last());
    return requireHeld(of, holder);
  }
  // Another witness, which has said nothing yet if its key is new. One that comes back may have.
  if (!isNew)
    refuse(`the journal is that of the witness ${of.name}, and ${name} may have signed what it does not tell`);
}

/** A log that begins knows nothing of what the witness has cosigned before. */
export function refuseUsedKey(file: string): never {
  throw new LogRefused(
    `the witness key ${file} is there, and may have cosigned for other logs: name another file with --witness-key. ` +
      'Only if nothing was ever signed with it, add --begin',
  );
}

function requireNothingSaid(heads: readonly WitnessedHead[]): void {
  if (heads.length > 0) refuse('the journal of the witness is missing: put witnessed.txt back beside heads.txt');
}

function refuse(sentence: string): never {
  throw new LogRefused(
    `${sentence}. If that cannot be, begin another witness: give --witness-name a new name and --witness-key the path of a new file, and tell the logs its new key`,
  );
}

function requireNotBehind(heads: readonly WitnessedHead[], journalled: ReadonlyMap<string, TreeHead>): void {
  for (const [origin, { size, root }] of journalled) {
    const kept = heads.find((head) => head.origin === origin);
    if (kept === undefined || kept.size < size)
      refuse(
        `the witness has cosigned ${origin} at ${size}, and its state says ${kept?.size ?? 'nothing'}: it was restored from an old copy, put back a newer one`,
      );
    if (kept.size === size && !equalBytes(kept.root, root))
      refuse(
        `the witness has cosigned another tree of ${origin} at ${size} than its state says: put back the right copy`,
      );
  }
}

/** @throws LogRefused */
function requireHeld(owner: WitnessOwner, holder: JournalHolder | undefined): void {
  if (!isHeldBy(owner.holder, holder))
    refuse(
      'another copy of this data folder has been started with the journal of the witness since this one was made: start that one',
    );
}

/** At most one head can be in the state and not in the journal: the one whose journal write was cut short. @throws LogRefused */
function requireWhole(heads: readonly WitnessedHead[], journalled: ReadonlyMap<string, TreeHead>): void {
  const missing = heads.filter(({ origin, size }) => size > (journalled.get(origin)?.size ?? -1));
  if (missing.length > 1)
    refuse(
      `the journal of the witness lacks heads of ${missing.length} logs that its state has: it was restored from an old copy or cut short, put the newest back`,
    );
}
