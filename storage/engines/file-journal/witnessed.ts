import { join } from 'node:path';
import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { WitnessedHead } from '../../witness-state.ts';
import type { FolderLock } from '../sqlite/file/lock.ts';
import { withChecksum, verifyChecksum } from './durable-file.ts';
import { damagedLines, JournalFile, type JournalFormat, readJournal } from './journal-file.ts';

/** Records in one file, beside the newest of each log, before the next is begun with those. */
const RECORDS = 100_000;

/** Which witness has cosigned the heads in a journal. */
export interface WitnessOwner {
  readonly name: string;
  /** SHA-256 of its key's SubjectPublicKeyInfo: 64 hex digits. */
  readonly key: string;
  /** The token of the one data folder that may append; undefined in a journal that an earlier version began. */
  readonly holder?: string | undefined;
}

/** Heads of other logs that our witness has cosigned, kept away from its state. */
export interface WitnessedJournal extends AsyncDisposable {
  /** Undefined in a journal that was never begun. */
  owner(): WitnessOwner | undefined;
  /** The newest of each log, by origin. */
  last(): ReadonlyMap<string, TreeHead>;
  /** Says which line is not as it was written; undefined if all are. */
  damage(): string | undefined;
  /**
   * Writes the journal anew, with the newest of each log. That of another witness is kept under another name. Durable once
   * resolved.
   */
  begin(owner: WitnessOwner, heads: readonly NamedHead[]): Promise<void>;
  /** Durable once resolved. One at a time. A rejection leaves the outcome unknown. @throws NoRoom, and then nothing was written */
  append(head: WitnessedHead): Promise<void>;
}

interface NamedHead extends TreeHead {
  readonly origin: string;
}

/**
 * The journal of a witness in a folder that this process has locked. Opening it changes nothing.
 *
 * @param most - records in one file beside the newest of each log
 */
export async function openWitnessedJournal(lock: FolderLock, most = RECORDS): Promise<WitnessedJournal> {
  const found = await readJournal(lock.folder, WITNESSED);
  const file = new JournalFile(lock, WITNESSED);
  let damaged = found?.damaged ?? [];
  let owner = found?.owner;
  let last = new Map(found?.records.map((head) => [head.origin, head]));

  return {
    owner: () => owner,
    last: () => last,
    damage: () => (damaged.length > 0 ? damagedLines(file.path, damaged) : undefined),
    begin: async (next, heads) => {
      const isOther = owner !== undefined && (owner.name !== next.name || owner.key !== next.key);
      if (isOther || damaged.length > 0) await file.setAside(`of-${owner?.key.slice(0, 8) ?? 'unknown'}`);
      await file.begin(next, heads);
      [owner, damaged] = [next, []];
      last = new Map(heads.map((head) => [head.origin, head]));
    },
    append: async (head) => {
      if (owner === undefined) throw new Error('the journal of the witness has not been begun');
      if (file.records >= last.size + most) await file.rotate(owner, [...last.values()]);
      await file.append(head);
      last.set(head.origin, head);
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Reads the journal, beside the process that writes it or without one. */
export async function viewWitnessedJournal(
  folder: string,
): Promise<Pick<WitnessedJournal, 'owner' | 'last' | 'damage'>> {
  const found = await readJournal(folder, WITNESSED);
  const last = new Map(found?.records.map((head) => [head.origin, head]));
  const damaged = found?.damaged ?? [];
  return {
    owner: () => found?.owner,
    last: () => last,
    damage: () => (damaged.length > 0 ? damagedLines(join(folder, WITNESSED.name), damaged) : undefined),
  };
}

/* The first line names the witness, and since the second form the token of its data folder. Then one head a line: size, root in hex, and the log's origin, which may have spaces. */

const TITLE = 'stele-witnessed-2';
const TITLE_WITHOUT_HOLDER = 'stele-witnessed-1';

const WITNESSED: JournalFormat<WitnessOwner, NamedHead> = {
  name: 'witnessed.txt',
  longest: 2 ** 17, // the origin of a log stands in a request, which is shorter
  formatOwner,
  parseOwner,
  formatRecord,
  parseRecord,
};

function formatOwner({ name, key, holder }: WitnessOwner): string {
  return withChecksum(
    holder === undefined ? `${TITLE_WITHOUT_HOLDER} ${name} ${key}` : `${TITLE} ${name} ${key} ${holder}`,
  );
}

function parseOwner(line: string | undefined): WitnessOwner | undefined {
  const [title, name, key, ...rest] = verifyChecksum(line)?.split(' ') ?? [];
  const [holder, more] = rest;
  if (name === undefined || key === undefined || more !== undefined) return undefined;
  return title === (holder === undefined ? TITLE_WITHOUT_HOLDER : TITLE) ? { name, key, holder } : undefined;
}

function formatRecord({ size, root, origin }: NamedHead): string {
  return withChecksum(`${size} ${toHex(root)} ${origin}`);
}

function parseRecord(line: string): NamedHead | undefined {
  const [, digits, root, origin] = /^(\d{1,16}) ([0-9a-f]{64}) (.+)$/su.exec(verifyChecksum(line) ?? '') ?? [];
  const [size, bytes] = [Number(digits), parseHex(root ?? '', 32)];
  if (bytes === undefined || origin === undefined || !Number.isSafeInteger(size)) return undefined;
  return { size: treeSize(size), root: nodeHash(bytes) as RootHash, origin };
}
