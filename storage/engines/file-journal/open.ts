import { join } from 'node:path';
import type { TreeHead } from '../../../merkle/types.ts';
import {
  type HeadJournal,
  isFreeze,
  type JournalFreeze,
  type JournalOwner,
  type JournalRecord,
  type JournalRecords,
  type OpenHeadJournal,
} from '../../journal.ts';
import type { FolderLock } from '../local-files/watched-files.ts';
import { damagedLines, type JournalContent, JournalFile, readJournal } from './journal-file.ts';
import { HEADS } from './record.ts';

/** Records in one file before the next is begun with the newest: about 9 MB. Every head is in the database too. */
const RECORDS = 100_000;

/** All that a journal of heads holds, beside the process that writes it or without one. Undefined where none was begun. */
export async function readFileJournal(folder: string): Promise<JournalRecords | undefined> {
  const found = await readJournal(folder, HEADS);
  return found && { ...found, damage: damageOf(join(folder, HEADS.name), found) };
}

/** Reads the log that a journal belongs to, as `readFileJournal`. */
export async function viewFileJournal(
  folder: string,
): Promise<Pick<HeadJournal, 'path' | 'owner' | 'last' | 'freeze' | 'damage'>> {
  const found = await readFileJournal(folder);
  const { last, freeze } = newest(found?.records ?? []);
  const path = join(folder, HEADS.name);
  return { path, owner: () => found?.owner, last: () => last, freeze: () => freeze, damage: () => found?.damage };
}

/**
 * A journal of heads in a folder that this process has locked: one file, and the one before it once that was full. Opening
 * it changes nothing.
 *
 * @param most - records in one file
 */
export async function openFileJournal(lock: FolderLock, most = RECORDS): Promise<OpenHeadJournal> {
  const file = new JournalFile(lock, HEADS);
  let found = await readFileJournal(lock.folder); // until the journal is begun
  let owner = found?.owner;
  let { last, freeze } = newest(found?.records ?? []);

  async function append(record: JournalRecord): Promise<void> {
    if (owner === undefined) throw new Error('the head journal has not been begun');
    if (freeze !== undefined) throw new Error('the head journal has ended');
    if (file.records >= most) await file.rotate(owner, last ? [last] : []);
    await file.append(record);
    ({ last, freeze } = newest([record]));
  }

  return {
    path: file.path,
    owner: () => owner,
    last: () => last,
    freeze: () => freeze,
    damage: () => found?.damage,
    begin: async (next, head, end) => {
      const records = found === undefined ? [] : kept(found, next);
      if (head !== undefined && head.size !== last?.size) records.push(plain(head));
      if (end !== undefined && freeze === undefined) records.push(end);
      if (!records.every((record, i) => follows(record, records[i - 1])))
        throw new Error('a head journal never goes back');
      await file.begin(next, records);
      [owner, found] = [next, undefined];
      ({ last, freeze } = newest(records));
    },
    append: (head) => append(plain(head)),
    end: append,
    check: () => file.check(),
    setAside: async (ending) => {
      const paths = await file.setAside(ending);
      [found, owner, last, freeze] = [undefined, undefined, undefined, undefined];
      return paths;
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

const plain = ({ size, root }: TreeHead): TreeHead => ({ size, root });

/** The records that stay when the journal is begun again. @throws Error if that is not allowed */
function kept({ damage, owner, records }: JournalRecords, next: JournalOwner): JournalRecord[] {
  if (damage !== undefined) throw new Error(damage);
  if (records.length > 0 && owner?.treeId !== next.treeId) throw new Error('the head journal is that of another log');
  return [...records];
}

function newest(records: readonly JournalRecord[]): {
  readonly last: TreeHead | undefined;
  readonly freeze: JournalFreeze | undefined;
} {
  const last = records.at(-1);
  return { last: last && plain(last), freeze: last && isFreeze(last) ? last : undefined };
}

/** Says which line of a journal cannot be believed. Sizes grow from record to record, and nothing follows the end. */
function damageOf(file: string, { damaged, records }: JournalContent<JournalOwner, JournalRecord>): string | undefined {
  if (damaged.length > 0) return damagedLines(file, damaged);
  const wrong = records.findIndex((record, i) => !follows(record, records[i - 1]));
  return wrong < 0 ? undefined : `line ${wrong + 2} of ${file} cannot stand behind the one before it`;
}

function follows(record: JournalRecord, before: JournalRecord | undefined): boolean {
  if (before === undefined) return true;
  if (isFreeze(before)) return false;
  return isFreeze(record) ? record.size === before.size : record.size > before.size;
}
