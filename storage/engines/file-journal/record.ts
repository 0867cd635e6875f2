import { parseHex, toHex } from '../../../base/bytes.ts';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { JournalOwner, JournalRecord } from '../../journal.ts';
import { withChecksum, verifyChecksum } from './durable-file.ts';
import type { JournalFormat } from './journal-file.ts';

/*
 * The first line names the owner, and since the second form the token of its data folder. Then one head a line, size and root in hex; the line of the end has the time as well.
 */

const TITLE = 'stele-heads-2';
const TITLE_WITHOUT_HOLDER = 'stele-heads-1';
const END = 'frozen';

export const HEADS: JournalFormat<JournalOwner, JournalRecord> = {
  name: 'heads.txt',
  longest: 160,
  formatOwner,
  parseOwner,
  formatRecord,
  parseRecord,
};

function formatOwner({ treeId, logId, holder }: JournalOwner): string {
  return withChecksum(
    holder === undefined ? `${TITLE_WITHOUT_HOLDER} ${treeId} ${logId}` : `${TITLE} ${treeId} ${logId} ${holder}`,
  );
}

function parseOwner(line: string | undefined): JournalOwner | undefined {
  const [title, treeId, logId, ...rest] = verifyChecksum(line)?.split(' ') ?? [];
  const [holder, more] = rest;
  if (treeId === undefined || logId === undefined || more !== undefined) return undefined;
  return title === (holder === undefined ? TITLE_WITHOUT_HOLDER : TITLE) ? { treeId, logId, holder } : undefined;
}

export function formatRecord({ size, root, at }: JournalRecord): string {
  const head = `${size} ${toHex(root)}`;
  return withChecksum(at === undefined ? head : `${END} ${head} ${at}`);
}

/** Undefined for a line that is not as it was written. */
export function parseRecord(line: string): JournalRecord | undefined {
  const text = verifyChecksum(line);
  const [, end, digits, root, at] = /^(frozen )?(\d{1,16}) ([0-9a-f]{64})(?: (\d{1,16}))?$/.exec(text ?? '') ?? [];
  const [size, bytes] = [Number(digits), parseHex(root ?? '', 32)];
  if (bytes === undefined || !Number.isSafeInteger(size) || (end === undefined) !== (at === undefined))
    return undefined;
  const head = { size: treeSize(size), root: nodeHash(bytes) as RootHash };
  return at === undefined ? head : { ...head, at: Number(at) };
}
