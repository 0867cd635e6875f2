import { parseBase64, toBase64 } from '../base/bytes.ts';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../merkle/types.ts';
import { MalformedNote } from './failures.ts';

/** A tree head and the log that claims it: c2sp.org/tlog-checkpoint, "Note text". */
export interface Checkpoint extends TreeHead {
  /** Names the log: `<host> - <tree id>` on Rekor v1. Not empty, one line. */
  readonly origin: string;
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Accepts extension lines and ignores them, as the specification asks. @throws MalformedNote */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root] = text.split('\n');
  if (!text.endsWith('\n') || !origin || !size || !root) throw new MalformedNote('fewer than three lines');
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new MalformedNote('the tree size is not a plain decimal below 2^53');
  const hash = parseBase64(root);
  if (hash?.length !== 32) throw new MalformedNote('the root is not base64 of a SHA-256 hash');
  return { origin, size: treeSize(Number(size)), root: nodeHash(hash) as RootHash };
}
