/** `r` and `s` of an ECDSA signature, unsigned and big-endian, not yet compared with the order of any curve. */
export interface EcdsaScalars {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/** How the bytes are to be read, and what they say; no scalars if what looks like DER does not keep its rules. */
export interface EcdsaSignature {
  readonly encoding: 'asn1' | 'p1363';
  readonly scalars: EcdsaScalars | undefined;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** Two coordinates of P-521: no IEEE P1363 signature is longer, and no DER integer worth reading either. */
const LONGEST_P1363 = 132;

/**
 * Reads DER or IEEE P1363. Which of the two is decided as the sigstore library does: what a lenient ASN.1 parser takes
 * for a SEQUENCE that begins with two INTEGERs is DER, and then has to be strict DER; everything else is P1363.
 * Undefined for what can be neither.
 */
export function readEcdsaSignature(bytes: Uint8Array): EcdsaSignature | undefined {
  const parts = lenientParts(bytes);
  if (parts !== undefined) return { encoding: 'asn1', scalars: strictScalars(bytes, parts) };
  if (bytes.length === 0 || bytes.length > LONGEST_P1363 || bytes.length % 2 !== 0) return undefined;
  const half = bytes.length / 2;
  return { encoding: 'p1363', scalars: { r: bytes.subarray(0, half), s: bytes.subarray(half) } };
}

/** Where the contents of an element lie. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The SEQUENCE, and the two INTEGERs that it begins with. */
interface Parts {
  readonly sequence: Span;
  readonly r: Span;
  readonly s: Span;
}

/** Trailing bytes, further elements and negative numbers pass here, as they do in Go's `encoding/asn1`. */
function lenientParts(bytes: Uint8Array): Parts | undefined {
  const sequence = span(bytes, SEQUENCE, 0, bytes.length);
  if (sequence === undefined) return undefined;
  const r = span(bytes, INTEGER, sequence.from, sequence.to);
  if (r === undefined || !isMinimal(bytes, r)) return undefined;
  const s = span(bytes, INTEGER, r.to, sequence.to);
  return s !== undefined && isMinimal(bytes, s) ? { sequence, r, s } : undefined;
}

function strictScalars(bytes: Uint8Array, { sequence, r, s }: Parts): EcdsaScalars | undefined {
  if (sequence.to !== bytes.length || s.to !== sequence.to) return undefined;
  if (isUnusable(bytes, r) || isUnusable(bytes, s)) return undefined;
  return { r: bytes.subarray(r.from, r.to), s: bytes.subarray(s.from, s.to) };
}

/** Negative, or longer than the order of any curve: megabytes of digits must not become a number. */
function isUnusable(bytes: Uint8Array, { from, to }: Span): boolean {
  return (bytes[from] as number) >= 0x80 || to - from > LONGEST_P1363;
}

/** X.690 §8.3.2: no first nine bits all alike. */
function isMinimal(bytes: Uint8Array, { from, to }: Span): boolean {
  if (to === from) return false;
  if (to === from + 1) return true;
  const first = bytes[from] as number;
  const high = (bytes[from + 1] as number) >= 0x80;
  return !(first === 0 && !high) && !(first === 0xff && high);
}

/** The element with `tag` at `at`, with a length in DER (X.690 §10.1) and contents that end by `end`. */
function span(bytes: Uint8Array, tag: number, at: number, end: number): Span | undefined {
  if (at + 2 > end || bytes[at] !== tag) return undefined;
  const first = bytes[at + 1] as number;
  if (first < 0x80) return within(at + 2, first, end);
  const count = first - 0x80;
  if (count === 0 || count > 4 || at + 2 + count > end || bytes[at + 2] === 0) return undefined;
  let length = 0;
  for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[at + 2 + i] as number);
  return length < 0x80 ? undefined : within(at + 2 + count, length, end);
}

function within(from: number, length: number, end: number): Span | undefined {
  return from + length <= end ? { from, to: from + length } : undefined;
}
