import { randomUUID } from 'node:crypto';
import { toHex } from '../base/bytes.ts';
import { foldRoot } from '../merkle/fold.ts';
import { coveringNodes } from '../merkle/plan.ts';
import type { HeadReads, StoredFreeze, StoredHead } from '../storage/heads.ts';
import type { LogIdentity } from '../storage/identity.ts';
import { type HeadJournal, isHeldBy, type JournalFreeze, type JournalHolders } from '../storage/journal.ts';
import type { TileCache } from './tile-cache.ts';

/** A reason why a log must not sign beside this journal. */
export interface JournalFault {
  /** One sentence without its full stop, and what to put back. */
  readonly reason: string;
  /** Whether the journal holds heads, or an end, that the log would contradict if it went on. */
  readonly contradicts: boolean;
  /**
   * Treatment of the file if the operator lets the log go on. `keep`: its records stay, and it is appended to. `set
   * aside`: it is renamed, and a new one begins. `leave`: it belongs to another log, and this log cannot go on with it.
   */
  readonly file: 'keep' | 'set aside' | 'leave';
}

export interface JournalCheck {
  readonly store: Pick<HeadReads, 'countHeads'> & Pick<JournalHolders, 'holder'>;
  readonly journal: Pick<HeadJournal, 'path' | 'owner' | 'last' | 'freeze' | 'damage'>;
  readonly identity: LogIdentity;
  readonly tileCache: TileCache;
  /** The newest head. */
  readonly stored: StoredHead | undefined;
  readonly freeze: StoredFreeze | undefined;
}

/**
 * Number of heads that can be committed without being in the journal: one whose journal write was cut short, and the
 * next, whose commit runs beside that write. Neither was published.
 */
const UNRELEASED_HEADS = 2;

/**
 * Compares a log with its journal. A log that is smaller than a head that it released, or that has another tree, must
 * never sign again.
 */
export async function journalFault(check: JournalCheck): Promise<JournalFault | undefined> {
  const damage = await damageFault(check);
  const fork = damage ?? ownerFault(check) ?? (await headFault(check)) ?? endFault(check);
  return fork ?? (await lossFault(check)) ?? (await holderFault(check));
}

/**
 * Compares a machine's copy of a shared log with its own journal: the list of records is the register, so a journal may be missing, short
 * or another copy's, but must hold no head that the list contradicts.
 */
export async function forkFault(check: JournalCheck): Promise<JournalFault | undefined> {
  const owner = check.journal.owner();
  return (owner && ownerFault(check)) ?? (await headFault(check)) ?? endFault(check);
}

/** Returns the refusal of a start. @param recoverCommand - the command that tells an operator what can be done */
export function journalRefusal({ reason, contradicts, file }: JournalFault, recoverCommand: string): string {
  if (file === 'leave') return reason;
  return contradicts
    ? `${reason}. If there is none, this says what can be done: ${recoverCommand}`
    : `${reason}. If you know that no later head was ever shown to anyone, run: ${recoverCommand}`;
}

/** Reads a damaged journal: its readable part still tells which heads were signed. */
async function damageFault(check: JournalCheck): Promise<JournalFault | undefined> {
  const damage = check.journal.damage();
  if (damage === undefined) return undefined;
  const known = (await headFault(check)) ?? endFault(check);
  const also = known ? `. Besides, ${known.reason}` : '';
  const reason = `${damage}: put the head journal back as it was${also}`;
  return { reason, contradicts: known !== undefined, file: 'set aside' };
}

function ownerFault({ journal, identity }: JournalCheck): JournalFault | undefined {
  const owner = journal.owner();
  if (owner === undefined)
    return safe(`the head journal is missing: put it back as ${journal.path}, or set heads to the folder where it is`);
  if (owner.treeId === identity.treeId && owner.logId === identity.logId) return undefined;
  const reason = `the head journal is that of log ${owner.treeId}, not of ${identity.treeId}: set heads to the folder of this log's own`;
  return { reason, contradicts: false, file: 'leave' };
}

async function headFault({ journal, tileCache, stored }: JournalCheck): Promise<JournalFault | undefined> {
  const last = journal.last();
  if (last === undefined) return undefined;
  const size = stored?.size ?? 0;
  if (last.size > size)
    return fork(
      `the log has ${size} entries, and has signed a head of ${last.size}: it was restored from an old copy, put back a newer one`,
    );
  const then = foldRoot(await tileCache.read(coveringNodes({ from: 0, to: last.size })));
  if (toHex(then) === toHex(last.root)) return undefined;
  return fork(`at size ${last.size} the log is another tree than the one whose head it signed: put back the right one`);
}

function endFault({ journal, stored, freeze }: JournalCheck): JournalFault | undefined {
  const end = journal.freeze();
  if (end === undefined || isSameEnd(end, stored, freeze)) return undefined;
  return fork(
    `the log was frozen at ${end.size} entries, and its data folder says otherwise: it was restored from a copy made before, put back a newer one`,
  );
}

function isSameEnd(
  { size, at }: JournalFreeze,
  stored: StoredHead | undefined,
  freeze: StoredFreeze | undefined,
): boolean {
  return stored?.size === size && freeze?.at === at;
}

async function lossFault({ store, journal, stored }: JournalCheck): Promise<JournalFault | undefined> {
  const last = journal.last()?.size ?? 0;
  if ((await store.countHeads(last, UNRELEASED_HEADS + 1)) <= UNRELEASED_HEADS) return undefined;
  return safe(
    `the head journal ends at ${last === 0 ? 'no head' : last}, and the log has signed heads up to ${stored?.size}: it was restored from an old copy or cut short, put back the newest`,
  );
}

async function holderFault({ store, journal }: JournalCheck): Promise<JournalFault | undefined> {
  if (isHeldBy(journal.owner()?.holder, await store.holder('heads'))) return undefined;
  return safe(
    'another copy of this data folder has been started with this head journal since this one was made: start that one',
  );
}

/**
 * Makes the data folder the only one that may append to the journal, and writes the journal anew. The database comes
 * first: between the two writes it knows both tokens, and a copy that was made before knows the older one alone.
 */
export async function holdJournal({
  store,
  journal,
  identity,
  stored,
  freeze,
}: Omit<JournalCheck, 'tileCache' | 'store'> & {
  readonly store: Pick<JournalHolders, 'hold'>;
  readonly journal: Pick<HeadJournal, 'owner' | 'begin'>;
}): Promise<void> {
  const token = randomUUID();
  await store.hold('heads', { token, before: journal.owner()?.holder });
  const end = freeze && stored && { size: stored.size, root: stored.root, at: freeze.at };
  await journal.begin({ treeId: identity.treeId, logId: identity.logId, holder: token }, stored, end);
}

const safe = (reason: string): JournalFault => ({ reason, contradicts: false, file: 'keep' });
const fork = (reason: string): JournalFault => ({ reason, contradicts: true, file: 'set aside' });
