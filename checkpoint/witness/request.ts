import { toBase64 } from '../../base/bytes.ts';
import { type Proof, type TreeSize, treeSize } from '../../merkle/types.ts';
import { type Checkpoint, parseCheckpoint } from '../checkpoint.ts';
import { MalformedNote } from '../failures.ts';
import { NOTE_LIMIT, type SignedNote, formatNote, parseNote } from '../note.ts';
import { type WireText, readDecimal, readHashes, readPart, readText } from '../text.ts';
import { MalformedRequest } from './failures.ts';

/** A log's request to a witness: c2sp.org/tlog-witness, "add-checkpoint". */
export interface AddCheckpoint {
  /** Size that the log takes to be the last one cosigned; 0 when it knows of none. */
  readonly old: TreeSize;
  /** From `old` to the checkpoint; 63 hashes at most. */
  readonly proof: Proof;
  readonly note: SignedNote;
}

/** A request whose note holds a checkpoint. Nothing in it has been verified. */
export interface ReadAddCheckpoint extends AddCheckpoint {
  readonly checkpoint: Checkpoint;
}

/** Bytes that a request may have unless a caller says otherwise: a note, and 4 KiB for what stands above it. */
export const ADD_CHECKPOINT_LIMIT = NOTE_LIMIT + 4096;

/** The body of a request. @throws RangeError for a note that could not be read back */
export function formatAddCheckpoint({ old, proof, note }: AddCheckpoint): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${formatNote(note)}`;
}

/**
 * @param limit - bytes
 * @throws MalformedRequest
 */
export function parseAddCheckpoint(body: WireText, limit: number = ADD_CHECKPOINT_LIMIT): ReadAddCheckpoint {
  const text = readText(body, limit, MalformedRequest);
  const gap = text.indexOf('\n\n');
  if (gap < 0) throw new MalformedRequest('no empty line above the checkpoint');
  const [first = '', ...hashes] = text.slice(0, gap).split('\n');
  if (!first.startsWith('old ')) throw new MalformedRequest('the first line does not say the old size');
  const old = treeSize(readDecimal(first.slice(4), 'old size', MalformedRequest));
  const proof = readHashes(hashes, MalformedRequest);
  const note = readPart(() => parseNote(text.slice(gap + 2), limit), MalformedNote, MalformedRequest);
  const checkpoint = readPart(() => parseCheckpoint(note.text), MalformedNote, MalformedRequest);
  return { old, proof, note, checkpoint };
}
