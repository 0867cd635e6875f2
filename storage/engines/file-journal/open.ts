import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TreeHead } from '../../../merkle/types.ts';
import type { HeadJournal, JournalOwner } from '../../journal.ts';
import { formatOwner, formatRecord, parseOwner, parseRecord } from './record.ts';

/** Records in one file before it is begun again with the newest: about 10 MB. Every head is in the database too. */
const RECORDS = 100_000;

/** A journal of heads in `folder`, one file. Opening it changes nothing. @param most - records in one file */
export async function openFileJournal(folder: string, most = RECORDS): Promise<HeadJournal> {
  const file = join(folder, 'heads.txt');
  const lines = (await readIfThere(file))?.split('\n') ?? [];
  let owner = parseOwner(lines[0]);
  let last = lines
    .slice(1)
    .map(parseRecord)
    .findLast((record) => record !== undefined);
  let handle: FileHandle | undefined;
  let records = 0;

  async function begin(next: JournalOwner, head: TreeHead | undefined): Promise<void> {
    await handle?.close();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    handle = await replace(file, formatOwner(next) + (head ? formatRecord(head) : ''));
    [owner, last, records] = [next, head, 0];
  }

  return {
    owner: () => owner,
    last: () => last,
    begin,
    append: async (head) => {
      if (handle === undefined || owner === undefined) throw new Error('the head journal has not been begun');
      if (records >= most) return begin(owner, head);
      await handle.appendFile(formatRecord(head));
      await handle.datasync();
      records += 1;
      last = head;
    },
    [Symbol.asyncDispose]: async () => {
      await handle?.close();
      handle = undefined;
    },
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The new file takes the old one's name only when it is on the disk; the folder is synced so that the name is too. */
async function replace(file: string, text: string): Promise<FileHandle> {
  const fresh = await open(`${file}.new`, 'w', 0o600);
  await fresh.writeFile(text);
  await fresh.sync();
  await rename(`${file}.new`, file);
  const folder = await open(dirname(file));
  await folder.sync();
  await folder.close();
  return fresh;
}
