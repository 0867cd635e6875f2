import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { JournalOwner } from '../../journal.ts';
import { sealed, unsealed } from './durable-file.ts';

/* One head a line: size and root in hex. The first line names the owner in the same way. */

const TITLE = 'stele-heads-1';

export function formatOwner({ treeId, logId }: JournalOwner): string {
  return sealed(`${TITLE} ${treeId} ${logId}`);
}

export function parseOwner(line: string | undefined): JournalOwner | undefined {
  const [title, treeId, logId] = unsealed(line)?.split(' ') ?? [];
  return title === TITLE && treeId !== undefined && logId !== undefined ? { treeId, logId } : undefined;
}

export function formatRecord({ size, root }: TreeHead): string {
  return sealed(`${size} ${toHex(root)}`);
}

/** Undefined for a line that was not written whole. */
export function parseRecord(line: string | undefined): TreeHead | undefined {
  const [size, root] = unsealed(line)?.split(' ') ?? [];
  const bytes = root === undefined ? undefined : parseHex(root, 32);
  return bytes && { size: treeSize(Number(size)), root: nodeHash(bytes) as RootHash };
}
