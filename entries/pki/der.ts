import { dotted } from './object-identifiers.ts';

/** Identifier octets (X.690 §8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[number]` of a context, primitive or constructed. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'primitive' ? 0x80 : 0xa0) + number;
}

/** An element that was read: its identifier, and a reader of its contents. */
export interface DerElement {
  readonly tag: number;
  readonly contents: DerReader;
}

/**
 * Walks over DER without copying. As strict as Go's cryptobyte: minimal lengths, no indefinite ones, no tags above 30.
 * A read that fails answers undefined and leaves the reader where it was.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  /** Where the contents begin of the element that was read last. */
  #contents = 0;

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
  }

  get isEmpty(): boolean {
    return this.#at === this.#end;
  }

  /** All that is left to read. A view, not a copy. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#end);
  }

  startsWith(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag;
  }

  /** The contents of the next element, if it has this tag. */
  enter(tag: number): DerReader | undefined {
    return this.#skip(tag) ? new DerReader(this.#bytes, this.#contents, this.#at) : undefined;
  }

  /** The next element with its identifier and length, if it has this tag. */
  element(tag: number): DerReader | undefined {
    const from = this.#at;
    return this.#skip(tag) ? new DerReader(this.#bytes, from, this.#at) : undefined;
  }

  /** The next element, whatever it is. */
  any(): DerElement | undefined {
    const tag = this.#bytes[this.#at];
    if (tag === undefined || !this.#skip(tag)) return undefined;
    return { tag, contents: new DerReader(this.#bytes, this.#contents, this.#at) };
  }

  /** Reads over the next element, if it has this tag, and says whether it did. */
  #skip(tag: number): boolean {
    if (!this.startsWith(tag) || this.#end - this.#at < 2 || tag % 32 === 31) return false;
    const first = this.#bytes[this.#at + 1] as number;
    const count = first < 0x80 ? 0 : first - 0x80;
    const length = count === 0 ? first : this.#longLength(count);
    const from = this.#at + 2 + count;
    if (length === undefined || first === 0x80 || from + length > this.#end) return false;
    this.#contents = from;
    this.#at = from + length;
    return true;
  }

  /** X.690 §10.1: in as few octets as will do. */
  #longLength(count: number): number | undefined {
    const from = this.#at + 2;
    if (count > 4 || from + count > this.#end || this.#bytes[from] === 0) return undefined;
    let length = 0;
    for (let i = from; i < from + count; i += 1) length = length * 256 + (this.#bytes[i] as number);
    return length < 0x80 ? undefined : length;
  }

  /**
   * Reads over identifier and length of an explicit `[number]`, and says whether it stood there. The length is not
   * compared with what follows, as Go's encoding/asn1 does not, but it is not zero.
   */
  skipExplicitHeader(number: number): boolean {
    const first = this.#bytes[this.#at + 1];
    if (!this.startsWith(contextTag(number, 'constructed')) || this.#end - this.#at < 2) return false;
    if (first === undefined || first === 0 || first === 0x80) return false;
    const count = first < 0x80 ? 0 : first - 0x80;
    if (count > 0 && this.#longLength(count) === undefined) return false;
    this.#at += 2 + count;
    return true;
  }

  /** Whether the next element is absent, or has been read over. */
  skipOptional(tag: number): boolean {
    return !this.startsWith(tag) || this.#skip(tag);
  }

  /** The contents of the next element, if it has this tag. A view, not a copy. */
  value(tag: number): Uint8Array | undefined {
    return this.#skip(tag) ? this.#bytes.subarray(this.#contents, this.#at) : undefined;
  }

  /** The contents of an INTEGER in two's complement, in as few octets as will do (X.690 §8.3). */
  integer(tag: number = TAG.integer): Uint8Array | undefined {
    const value = this.value(tag);
    if (value === undefined || value.length === 0) return undefined;
    const first = value[0] as number;
    const second = value[1];
    if (second === undefined) return value;
    const isPadded = first === 0 ? second < 0x80 : first === 0xff && second >= 0x80;
    return isPadded ? undefined : value;
  }

  /** X.690 §11.1: FF or 00. */
  boolean(): boolean | undefined {
    if (!this.#skip(TAG.boolean) || this.#at - this.#contents !== 1) return undefined;
    const value = this.#bytes[this.#contents];
    return value === 0xff ? true : value === 0 ? false : undefined;
  }

  /**
   * The octets of a BIT STRING (X.690 §8.6). Bits that the last octet does not use have to be zeros (§11.2), and all are
   * shifted to the right by their number, as Go does with keys and signatures.
   */
  bitString(): Uint8Array | undefined {
    const value = this.value(TAG.bitString);
    const unused = value?.[0];
    if (value === undefined || unused === undefined) return undefined;
    const octets = value.subarray(1);
    if (unused === 0) return octets;
    const isPadded = unused < 8 && octets.length > 0 && (octets.at(-1) as number) % 2 ** unused === 0;
    return isPadded ? shiftedRight(octets, unused) : undefined;
  }

  /** In dotted decimal, each arc below 2³¹ (X.690 §8.19). */
  objectIdentifier(): string | undefined {
    return this.#skip(TAG.objectIdentifier) ? dotted(this.#bytes, this.#contents, this.#at) : undefined;
  }
}

function shiftedRight(octets: Uint8Array, bits: number): Uint8Array {
  const unit = 2 ** bits;
  return octets.map((octet, i) => {
    const carried = i === 0 ? 0 : (octets[i - 1] as number) % unit;
    return Math.floor(octet / unit) + carried * 2 ** (8 - bits);
  });
}
