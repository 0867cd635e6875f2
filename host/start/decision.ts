import { dirname } from 'node:path';
import type { FoundDatabase, LogIdentity } from '../../storage/identity.ts';
import type { JournalOwner } from '../../storage/journal.ts';
import { lostShard, otherShard, type RecordedShard } from '../shards/begun-shards.ts';
import { restoreCutShort, type RestoredMark } from '../folder/restored.ts';
import type { GenesisRecord } from './genesis.ts';
import { noLogIn } from '../../storage/failures.ts';

/*
 * The second of three phases of a start: look, decide, act. It is a function of what was seen, so that the first write
 * of a start comes after everything that could refuse it, and so that all cases can be tried.
 */

export interface SeenKey {
  readonly role: 'rekor' | 'c2sp';
  readonly file: string;
  /** SHA-256 of its SubjectPublicKeyInfo; undefined where there is no file. */
  readonly id: string | undefined;
  /** Whether a record says that it has signed nothing. */
  readonly isUnused: boolean;
}

export interface SeenJournal {
  /** Undefined in a journal whose first line cannot be read. */
  readonly owner: JournalOwner | undefined;
  /** Of the newest head; undefined if it holds none. */
  readonly size: number | undefined;
}

/** All that stands on the disk of a shard before the start. */
export interface Seen {
  readonly folder: string;
  /** Name of the file that holds the log. */
  readonly logFile: string;
  /** Path of the head journal. */
  readonly headsFile: string;
  readonly database: FoundDatabase;
  readonly keys: readonly SeenKey[];
  /** Undefined where there is none. */
  readonly genesis: GenesisRecord | 'unreadable' | undefined;
  readonly journal: SeenJournal | undefined;
  /** Whether place.json is there. */
  readonly hasPlace: boolean;
  /** Changes since place.json was written, one text each. None in a folder that was restored: the journal tells whether it may sign. */
  readonly placeChanges: readonly string[];
  /** Whether none of these changes tells a copy from a volume that moved. */
  readonly mayHaveMoved: boolean;
  /** The same of the record of unused keys, for a volume that stays where it is and for one that moves. */
  readonly unusedChanges: Readonly<Record<'fixed' | 'moves', readonly string[]>>;
  /** Folders of shards that follow this one. */
  readonly laterShards: readonly string[];
  /** The list of records that the folder holds a copy of; undefined for a log of this machine alone. */
  readonly shared?: string | undefined;
  /** The mark of a folder that was made from a backup. */
  readonly restored?: RestoredMark | undefined;
  /** The record that this shard has begun, which outlives it; undefined where there is none, and for the first. */
  readonly begun: RecordedShard | undefined;
}

/** The wishes of the settings. */
export interface Wish {
  /** A log may begin under keys that exist. */
  readonly begin: boolean;
  readonly volume: 'fixed' | 'moves';
  /** Whether a log may begin at all: not by a command that only opens one. */
  readonly mayBegin: boolean;
  /** The command that tells an operator what can be done with a folder that has moved. */
  readonly recoverCommand: string;
}

export type Decision =
  { readonly act: 'open' } | { readonly act: 'begin' } | { readonly act: 'refuse'; readonly reason: string };

const refuse = (reason: string): Decision => ({ act: 'refuse', reason });

export function decide(seen: Seen, wish: Wish): Decision {
  if (seen.restored?.isComplete === false) return refuse(restoreCutShort(seen.folder, seen.restored));
  if (seen.shared !== undefined)
    return refuse(
      `${seen.folder} holds a copy of the log that machines share in ${seen.shared}: a log that goes on beside them is a fork. Start with --shared, or with --read-only`,
    );
  return seen.database.state === 'log' ? decideOpening(seen, seen.database, wish) : decideBeginning(seen, wish);
}

function decideOpening(
  { folder, logFile, genesis, begun, ...seen }: Seen,
  { identity }: Extract<FoundDatabase, { state: 'log' }>,
  { begin, volume, recoverCommand }: Wish,
): Decision {
  if (begin)
    return refuse(
      `${folder} holds log ${identity.origin} already, and --begin is for the one start that begins a log: left in place it would hide a loss. Start without it`,
    );
  if (begun !== undefined && begun.treeId !== identity.treeId) return refuse(otherShard(folder, identity, begun));
  if (genesis === 'unreadable')
    return refuse(
      `birth.json in ${folder} cannot be read as a genesis document: move it away, nothing else depends on it`,
    );
  if (genesis !== undefined && !isGenesisOf(identity, genesis))
    return refuse(
      `birth.json in ${folder} is that of log ${genesis.treeId} (${genesis.origin}), and ${logFile} holds log ${identity.treeId} (${identity.origin}): put together the files of one log`,
    );
  if (volume === 'moves' || seen.placeChanges.length === 0) return { act: 'open' };
  return refuse(
    `${folder} is not where this log was written (${seen.placeChanges.join('; ')}): a copy that signs beside its original is a fork. ` +
      `If the original is gone and no later head was ever shown to anyone, run: ${recoverCommand}${seen.mayHaveMoved ? ADVICE_VOLUME : ''}`,
  );
}

const ADVICE_VOLUME =
  '. If the volume is one that moves between machines, set volume to moves; never for a copy of a log that may still run';

function isGenesisOf({ treeId, origin, publicKeys }: LogIdentity, genesis: GenesisRecord): boolean {
  const hasOtherKeys =
    publicKeys !== undefined && (genesis.keys.rekor !== publicKeys.rekor || genesis.keys.c2sp !== publicKeys.c2sp);
  return genesis.treeId === treeId && genesis.origin === origin && !hasOtherKeys;
}

function decideBeginning(seen: Seen, { begin, volume, mayBegin }: Wish): Decision {
  const { folder, journal } = seen;
  if (!mayBegin) return refuse(noLogIn(folder));
  const loss = lossOf(seen);
  if (loss !== undefined) return refuse(loss);
  const logId = seen.keys.find(({ role }) => role === 'rekor')?.id;
  if (journal !== undefined && !isBegunOnly(journal, logId)) return refuse(`${account(seen)} ${ADVICE_JOURNAL}`);
  if (begin || !isTraceOfLog(seen, volume)) return { act: 'begin' };
  const changes = seen.unusedChanges[volume];
  const isCopy = seen.keys.some(({ isUnused }) => isUnused) && changes.length > 0;
  return refuse(`${account(seen)} ${isCopy ? movedAdvice(changes) : ADVICE_BEGIN}`);
}

/** Says what tells, beside the files of the shard, that it has begun. */
function lossOf(seen: Seen): string | undefined {
  const { headsFile, laterShards, begun } = seen;
  if (laterShards.length > 0)
    return `${absence(seen)}, and the shards that follow it are there (${laterShards.join(', ')}): put its database back`;
  return begun && lostShard(absence(seen), begun, dirname(headsFile));
}

/** Whether a log may have signed under what is there. A first start that was cut short has left keys that are recorded as unused. */
function isTraceOfLog({ keys, genesis, journal, hasPlace, unusedChanges }: Seen, volume: Wish['volume']): boolean {
  if (genesis !== undefined) return true; // it is written after the record is taken away
  const isRecordOurs = unusedChanges[volume].length === 0;
  const found = keys.filter(({ id }) => id !== undefined);
  if (found.length === 0) return journal !== undefined || hasPlace;
  return !isRecordOurs || found.some(({ isUnused }) => !isUnused);
}

/** Whether the journal holds no head, and is that of the log with this key. */
function isBegunOnly({ owner, size }: SeenJournal, logId: string | undefined): boolean {
  return size === undefined && owner !== undefined && owner.logId === logId;
}

const ADVICE_BEGIN =
  'A log that begins anew under keys that have signed is a fork: put back what is missing, from the newest copy. ' +
  'Only if nothing was ever signed with these keys, start once with --begin';

const ADVICE_JOURNAL =
  'A log that begins anew beside heads that were signed is a fork: put back what is missing, from the newest copy. ' +
  'To begin another log, give it --data, --heads and keys of its own';

const movedAdvice = (changes: readonly string[]): string =>
  `The keys were made for another folder (${changes.join('; ')}): one that was prepared and copied could begin the same log twice. ` +
  'Only if it begins nowhere else, start once with --begin';

const absence = ({ folder, logFile, database }: Seen): string =>
  `${folder} holds no log (${logFile} is ${database.state === 'missing' ? 'missing' : 'there, and no log has begun in it'})`;

/** Says what is missing and what is there. */
function account(seen: Seen): string {
  const { genesis, journal, headsFile, hasPlace } = seen;
  const there = seen.keys.filter(({ id }) => id !== undefined).map(({ role, file }) => `the ${role} key ${file}`);
  const missing = seen.keys.filter(({ id }) => id === undefined).map(({ role, file }) => `the ${role} key ${file}`);
  if (journal === undefined) missing.push(`the head journal ${headsFile}`);
  else there.push(describeJournal(journal, headsFile));
  if (genesis === undefined) missing.push('birth.json');
  else there.push(genesis === 'unreadable' ? 'birth.json' : `birth.json of log ${genesis.treeId} (${genesis.origin})`);
  if (hasPlace) there.push('place.json');
  const also = missing.length > 0 ? `; missing as well: ${missing.join(', ')}` : '';
  return `${absence(seen)}, but what belongs to one is there: ${there.join(', ')}${also}.`;
}

function describeJournal({ owner, size }: SeenJournal, file: string): string {
  const heads = size === undefined ? 'without heads' : `with a head of ${size}`;
  return `the head journal ${file} of log ${owner?.treeId ?? 'unknown'} ${heads}`;
}
