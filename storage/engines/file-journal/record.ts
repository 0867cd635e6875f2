import { hash } from 'node:crypto';
import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { JournalOwner } from '../../journal.ts';

/*
 * One head a line: size, root in hex, and the first 8 hex digits of the SHA-256 of both. The first line names the
 * owner in the same way. Text, so that a person at three in the morning can read the last head with `tail`.
 */

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

function sealed(text: string): string {
  return `${text} ${checksum(text)}\n`;
}

function unsealed(line: string | undefined): string | undefined {
  const cut = line?.lastIndexOf(' ') ?? -1;
  if (line === undefined || cut < 0) return undefined;
  const text = line.slice(0, cut);
  return line.slice(cut + 1) === checksum(text) ? text : undefined;
}

const checksum = (text: string): string => hash('sha256', text, 'hex').slice(0, 8);
