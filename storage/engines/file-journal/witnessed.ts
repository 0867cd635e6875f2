import { join } from 'node:path';
import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { NamedHead, WitnessedJournal, WitnessOwner } from '../../journal.ts';
import type { FolderLock } from '../local-files/watched-files.ts';
import { withChecksum, verifyChecksum } from './durable-file.ts';
import { damagedLines, JournalFile, type JournalFormat, readJournal } from './journal-file.ts';

/** Records in one file, beside the newest of each log, before the next is begun with those. */
const RECORDS = 100_000;

/**
 * The journal of a witness in a folder that this process has locked. Opening it changes nothing.
 *
 * @param most - records in one file beside the newest of each log
 */
export async function openWitnessedJournal(lock: FolderLock, most = RECORDS): Promise<WitnessedJournal> {
  const found = await readJournal(lock.folder, WITNESSED_FORMAT);
  const file = new JournalFile(lock, WITNESSED_FORMAT);
  let damaged = found?.damaged ?? [];
  let owner = found?.owner;
  let last = new Map(found?.records.map((head) => [head.origin, head]));

  return {
    path: file.path,
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
): Promise<Pick<WitnessedJournal, 'path' | 'owner' | 'last' | 'damage'>> {
  const found = await readJournal(folder, WITNESSED_FORMAT);
  const last = new Map(found?.records.map((head) => [head.origin, head]));
  const damaged = found?.damaged ?? [];
  const path = join(folder, WITNESSED_FORMAT.name);
  return {
    path,
    owner: () => found?.owner,
    last: () => last,
    damage: () => (damaged.length > 0 ? damagedLines(path, damaged) : undefined),
  };
}

/* The first line names the witness, and since the second form the token of its data folder. Then one head a line: size, root in hex, and the log's origin, which may have spaces. */

const TITLE = 'stele-witnessed-2';
const TITLE_WITHOUT_HOLDER = 'stele-witnessed-1';

export const WITNESSED_FORMAT: JournalFormat<WitnessOwner, NamedHead> = {
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
