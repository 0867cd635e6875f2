import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { WitnessedHead } from '../../witness-state.ts';
import { readLines, replaceFile, sealed, unsealed } from './durable-file.ts';

/** Records in one file before it is begun again with the newest of each log. */
const RECORDS = 100_000;

/** Heads of other logs that our witness has cosigned, kept away from its state. */
export interface WitnessedJournal extends AsyncDisposable {
  /** The newest of each log, by origin. */
  last(): ReadonlyMap<string, TreeHead>;
  /** Writes the journal anew. Durable once resolved. */
  begin(heads: readonly WitnessedHead[]): Promise<void>;
  /** Durable once resolved. A rejection leaves the outcome unknown. One at a time. */
  append(head: WitnessedHead): Promise<void>;
}

/** Opening it changes nothing. */
export async function openWitnessedJournal(folder: string): Promise<WitnessedJournal> {
  const file = join(folder, 'witnessed.txt');
  const last = new Map<string, TreeHead>();
  for (const line of await readLines(file)) {
    const record = parseWitnessed(line);
    if (record) last.set(record.origin, record);
  }
  let handle: FileHandle | undefined;
  let written = 0;

  async function begin(heads: readonly (TreeHead & { readonly origin: string })[]): Promise<void> {
    await handle?.close();
    handle = await replaceFile(file, heads.map(formatWitnessed).join(''));
    for (const head of heads) last.set(head.origin, head);
    written = 0;
  }

  return {
    last: () => last,
    begin,
    append: async (head) => {
      if (handle === undefined) throw new Error('the journal of the witness has not been begun');
      last.set(head.origin, head);
      if (written >= RECORDS) return begin([...last].map(([origin, each]) => ({ ...each, origin })));
      await handle.appendFile(formatWitnessed(head));
      await handle.datasync();
      written += 1;
    },
    [Symbol.asyncDispose]: async () => {
      await handle?.close();
      handle = undefined;
    },
  };
}

function formatWitnessed({ size, root, origin }: TreeHead & { readonly origin: string }): string {
  return sealed(`${size} ${toHex(root)} ${origin}`);
}

function parseWitnessed(line: string): (TreeHead & { readonly origin: string }) | undefined {
  const [size, root, ...origin] = unsealed(line)?.split(' ') ?? [];
  const bytes = root === undefined ? undefined : parseHex(root, 32);
  return bytes && { size: treeSize(Number(size)), root: nodeHash(bytes) as RootHash, origin: origin.join(' ') };
}
