import { toBase64 } from '../base/bytes.ts';
import { type RootHash, type TreeHead, treeSize } from '../merkle/types.ts';
import { MalformedNote } from './failures.ts';
import { isNoteLine, isNoteText, readDecimal, readHash } from './text.ts';

/** A tree head and the log that claims it: c2sp.org/tlog-checkpoint, "Note text". */
export interface Checkpoint extends TreeHead {
  /** Names the log: `<host> - <tree id>` on Rekor v1, the host alone on Rekor v2. Not empty, one line. */
  readonly origin: string;
  /** Opaque lines below the root, none of them empty. Absent if there are none, as there should be. */
  readonly extensions?: readonly string[];
}

/** The text that a log signs. @throws RangeError for an origin or an extension that is not one line */
export function formatCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  if (![origin, ...extensions].every(isNoteLine)) throw new RangeError('not the lines of a checkpoint');
  return [origin, size, toBase64(root), ...extensions].map((line) => `${line}\n`).join('');
}

/** From the text of a note. @throws MalformedNote */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n') || !isNoteText(text)) throw new MalformedNote('not the text of a note');
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  if (!origin || !size || !root) throw new MalformedNote('fewer than three lines');
  if (extensions.includes('')) throw new MalformedNote('an extension line is empty');
  return {
    origin,
    size: treeSize(readDecimal(size, 'tree size', MalformedNote)),
    root: readHash(root, 'root', MalformedNote) as RootHash,
    ...(extensions.length > 0 && { extensions }),
  };
}
