import { LogRefused } from '../../log/failures.ts';
import type { WitnessedHead } from '../../storage/witness-state.ts';
import type { LogKey } from '../keys/keys.ts';
import type { JournalHolder, WitnessedJournal, WitnessOwner } from '../../storage/journal.ts';
import { witnessFault } from './witness-journal.ts';

/** All that tells what a witness has signed. */
export interface SeenWitness {
  readonly name: string;
  /** Of its key. */
  readonly file: string;
  /** Undefined where there is no file. */
  readonly key: LogKey | undefined;
  /** Whether a record says that it has signed nothing. */
  readonly isUnused: boolean;
  readonly journal: Pick<WitnessedJournal, 'path' | 'owner' | 'last' | 'damage'>;
  readonly heads: readonly WitnessedHead[];
  readonly holder: JournalHolder | undefined;
}

/** @throws LogRefused unless it is known that signing with the key, or with a new one, is no fork */
export function requireWitnessFits(seen: SeenWitness): void {
  const { name, file, key, isUnused, journal } = seen;
  const of = journal.owner();
  if (of?.name === name && key === undefined) refuse(`the key of the witness ${name} is missing: put ${file} back`);
  const isNew = key === undefined || isUnused;
  const damaged = journal.damage();
  if (damaged !== undefined && !isNew) refuse(`${damaged}: put the journal of the witness back as it was`);
  if (of !== undefined) requireJournalFits(seen, of, isNew);
  else if (!isNew) requireNothingSaid(seen);
}

function requireJournalFits(
  { name, key, journal, heads, holder }: SeenWitness,
  of: WitnessOwner,
  isNew: boolean,
): void {
  if (of.name === name && of.key !== key?.id)
    refuse(`the key of the witness ${name} is not the one that it has signed with: put that one back`);
  if (of.name === name || of.key === key?.id) {
    const fault = witnessFault({ owner: of, last: journal.last(), heads, holder });
    if (fault !== undefined) refuse(fault.reason);
    return;
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

function requireNothingSaid({ heads, journal }: SeenWitness): void {
  if (heads.length > 0) refuse(`the journal of the witness is missing: put ${journal.path} back`);
}

function refuse(sentence: string): never {
  throw new LogRefused(
    `${sentence}. If that cannot be, begin another witness: give --witness-name a new name and --witness-key the path of a new file, and tell the logs its new key`,
  );
}
