import { utf8 } from '../../base/bytes.ts';
import { type TreeSize, treeSize } from '../../merkle/types.ts';
import { parseCosignature } from '../cosignature.ts';
import { NOTE_LIMIT, type NoteSignature, parseSignatures } from '../note.ts';
import { type WireText, readDecimal, readText } from '../text.ts';
import { type Verifier, isBy } from '../verify.ts';
import { MalformedAnswer } from './failures.ts';

/*
 * Answers of a witness: c2sp.org/tlog-witness, "add-checkpoint". With 200 come signature lines, which
 * `formatSignatures` writes; with 409 comes the size that was cosigned last.
 */

/** The media type of a size: what tells a conflict of sizes from any other 409. */
export const SIZE_TYPE = 'text/x.tlog.size';

const SIZE_LIMIT = 64; // bytes; 2^64 has 20 digits

/** The body of a conflict. */
export function formatSize(size: TreeSize): string {
  return `${size}\n`;
}

/** From the body of a conflict. @throws MalformedAnswer */
export function parseSize(body: WireText): TreeSize {
  const text = readText(body, SIZE_LIMIT, MalformedAnswer);
  if (!text.endsWith('\n')) throw new MalformedAnswer('no newline behind the size');
  return treeSize(readDecimal(text.slice(0, -1), 'size', MalformedAnswer));
}

/** A cosigner that was asked, and the time it last gave for this log: seconds, undefined if none is known. */
export interface AskedWitness {
  readonly verifier: Verifier;
  readonly last: number | undefined;
}

/** In seconds since the epoch, but for `tolerance`, which is how far a witness's clock may be from ours. */
export interface Clock {
  readonly now: number;
  /** Time at which the tree was made: no cosignature can be older. */
  readonly since: number;
  readonly tolerance: number;
}

/** A line that goes below the checkpoint. */
export interface AcceptedCosignature {
  readonly witness: Verifier;
  readonly signature: NoteSignature;
  /** Seconds since the epoch. */
  readonly time: number;
}

/**
 * Why a line of a witness that was asked is not taken: it is no signature of that witness over this text; it says no
 * time; its time is yet to come; its time lies before one that the witness gave earlier; its time lies before there was
 * anything to see.
 */
export type CosignatureFault = 'does-not-verify' | 'no-time' | 'time-ahead' | 'time-behind' | 'time-before';

/** A line that is not published. */
export interface RefusedCosignature {
  readonly witness: Verifier;
  readonly fault: CosignatureFault;
}

/** At most one line of each witness that was asked. */
export interface Cosignatures {
  readonly accepted: readonly AcceptedCosignature[];
  readonly refused: readonly RefusedCosignature[];
}

/**
 * Sorts the lines of an answer. Each is judged by itself: a bad one is not published and so spoils nothing. Lines by
 * keys that were not asked are dropped, and so are further lines of one key.
 *
 * @param text - of the checkpoint that was sent
 * @param limit - bytes of the answer
 * @throws MalformedAnswer
 */
export function readCosignatures(
  answer: WireText,
  text: string,
  asked: readonly AskedWitness[],
  clock: Clock,
  limit: number = NOTE_LIMIT,
): Cosignatures {
  const lines = parseSignatures(readText(answer, limit, MalformedAnswer), MalformedAnswer);
  const message = utf8(text);
  const accepted: AcceptedCosignature[] = [];
  const refused: RefusedCosignature[] = [];
  for (const { verifier: witness, last } of asked) {
    const signature = lines.find((line) => isBy(line, witness));
    if (signature === undefined) continue;
    const time = parseCosignature(signature.signature)?.time;
    if (time === undefined || !witness.verify(message, signature.signature))
      refused.push({ witness, fault: 'does-not-verify' });
    else {
      const fault = timeFault(time, last, clock);
      if (fault === undefined) accepted.push({ witness, signature, time });
      else refused.push({ witness, fault });
    }
  }
  return { accepted, refused };
}

function timeFault(
  time: number,
  last: number | undefined,
  { now, since, tolerance }: Clock,
): CosignatureFault | undefined {
  if (time === 0) return 'no-time';
  if (time > now + tolerance) return 'time-ahead';
  if (time < since - tolerance) return 'time-before';
  return last !== undefined && time < last ? 'time-behind' : undefined;
}
