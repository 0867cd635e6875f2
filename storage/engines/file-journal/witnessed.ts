import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { WitnessedHead } from '../../witness-state.ts';
import { readLines, replaceFile, sealed, unsealed } from './durable-file.ts';

/** Records in one file before it is begun again with the newest of each log. */
const RECORDS = 100_000;

/** Which witness has cosigned the heads in a journal. */
export interface WitnessOwner {
  readonly name: string;
  /** SHA-256 of its key's SubjectPublicKeyInfo: 64 hex digits. */
  readonly key: string;
}

/** Heads of other logs that our witness has cosigned, kept away from its state. */
export interface WitnessedJournal extends AsyncDisposable {
  /** Undefined in a journal that was never begun. */
  owner(): WitnessOwner | undefined;
  /** The newest of each log, by origin. */
  last(): ReadonlyMap<string, TreeHead>;
  /** Writes the journal anew. Durable once resolved. */
  begin(owner: WitnessOwner, heads: readonly NamedHead[]): Promise<void>;
  /** Durable once resolved. A rejection leaves the outcome unknown. One at a time. */
  append(head: WitnessedHead): Promise<void>;
}

interface NamedHead extends TreeHead {
  readonly origin: string;
}

/** Opening it changes nothing. @param most - records in one file */
export async function openWitnessedJournal(folder: string, most = RECORDS): Promise<WitnessedJournal> {
  const file = join(folder, 'witnessed.txt');
  const [first, ...records] = await readLines(file);
  let owner = parseOwner(first);
  let last = new Map(records.flatMap((line) => parseWitnessed(line) ?? []).map((head) => [head.origin, head]));
  let handle: FileHandle | undefined;
  let written = 0;

  async function begin(next: WitnessOwner, heads: readonly NamedHead[]): Promise<void> {
    await handle?.close();
    handle = await replaceFile(file, formatOwner(next) + heads.map(formatWitnessed).join(''));
    [owner, written] = [next, 0];
    last = new Map(heads.map((head) => [head.origin, head]));
  }

  return {
    owner: () => owner,
    last: () => last,
    begin,
    append: async (head) => {
      if (handle === undefined || owner === undefined) throw new Error('the journal of the witness has not been begun');
      if (written >= most) return begin(owner, [...new Map(last).set(head.origin, head).values()]);
      await handle.appendFile(formatWitnessed(head));
      await handle.datasync();
      written += 1;
      last.set(head.origin, head);
    },
    [Symbol.asyncDispose]: async () => {
      await handle?.close();
      handle = undefined;
    },
  };
}

/* The first line names the witness; then one head a line: size, root in hex, and the log's origin, which may have spaces. */

const TITLE = 'stele-witnessed-1';

function formatOwner({ name, key }: WitnessOwner): string {
  return sealed(`${TITLE} ${name} ${key}`);
}

function parseOwner(line: string | undefined): WitnessOwner | undefined {
  const [title, name, key] = unsealed(line)?.split(' ') ?? [];
  return title === TITLE && name !== undefined && key !== undefined ? { name, key } : undefined;
}

function formatWitnessed({ size, root, origin }: NamedHead): string {
  return sealed(`${size} ${toHex(root)} ${origin}`);
}

/** Undefined for a line that was not written whole. */
function parseWitnessed(line: string): NamedHead | undefined {
  const [size, root, ...origin] = unsealed(line)?.split(' ') ?? [];
  const bytes = root === undefined ? undefined : parseHex(root, 32);
  return bytes && { size: treeSize(Number(size)), root: nodeHash(bytes) as RootHash, origin: origin.join(' ') };
}
