import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeHead } from '../../../merkle/types.ts';
import type { HeadJournal, JournalOwner } from '../../journal.ts';
import { readLines, replaceFile } from './durable-file.ts';
import { formatOwner, formatRecord, parseOwner, parseRecord } from './record.ts';

/** Records in one file before it is begun again with the newest: about 10 MB. Every head is in the database too. */
const RECORDS = 100_000;

/** A journal of heads in `folder`, one file. Opening it changes nothing. @param most - records in one file */
export async function openFileJournal(folder: string, most = RECORDS): Promise<HeadJournal> {
  const file = join(folder, 'heads.txt');
  const [first, ...records] = await readLines(file);
  let owner = parseOwner(first);
  let last = newest(records);
  let handle: FileHandle | undefined;
  let written = 0;

  async function begin(next: JournalOwner, head: TreeHead | undefined): Promise<void> {
    await handle?.close();
    handle = await replaceFile(file, formatOwner(next) + (head ? formatRecord(head) : ''));
    [owner, last, written] = [next, head, 0];
  }

  return {
    owner: () => owner,
    last: () => last,
    begin,
    append: async (head) => {
      if (handle === undefined || owner === undefined) throw new Error('the head journal has not been begun');
      if (written >= most) return begin(owner, head);
      await handle.appendFile(formatRecord(head));
      await handle.datasync();
      written += 1;
      last = head;
    },
    [Symbol.asyncDispose]: async () => {
      await handle?.close();
      handle = undefined;
    },
  };
}

export interface JournalRecords {
  readonly owner: JournalOwner;
  /** In the order written. */
  readonly heads: readonly TreeHead[];
  /** Lines that were not written whole, but for the last: that one may be on its way. */
  readonly damaged: number;
}

/** All that a journal holds, beside whoever writes it. Undefined where none was begun. */
export async function readFileJournal(folder: string): Promise<JournalRecords | undefined> {
  const [first, ...lines] = await readLines(join(folder, 'heads.txt'));
  const owner = parseOwner(first);
  if (owner === undefined) return undefined;
  const records = lines.slice(0, -1).map(parseRecord);
  const heads = records.filter((head) => head !== undefined);
  return { owner, heads, damaged: records.length - heads.length };
}

/** Read from the end: a file may have a hundred thousand lines, and the last whole one is all that is asked for. */
function newest(lines: readonly string[]): TreeHead | undefined {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const record = parseRecord(lines[at]);
    if (record !== undefined) return record;
  }
  return undefined;
}
