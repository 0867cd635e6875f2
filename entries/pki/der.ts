/** Identifier octets (X.690 §8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
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
    return this.startsWith(tag) ? this.any()?.contents : undefined;
  }

  /** The next element with its identifier and length, if it has this tag. */
  element(tag: number): DerReader | undefined {
    const from = this.#at;
    return this.enter(tag) === undefined ? undefined : new DerReader(this.#bytes, from, this.#at);
  }

  /** The next element, whatever it is. */
  any(): DerElement | undefined {
    const tag = this.#bytes[this.#at];
    if (this.#end - this.#at < 2 || tag === undefined || tag % 32 === 31) return undefined;
    const first = this.#bytes[this.#at + 1] as number;
    const count = first < 0x80 ? 0 : first - 0x80;
    const length = count === 0 ? first : this.#longLength(count);
    const from = this.#at + 2 + count;
    if (length === undefined || first === 0x80 || from + length > this.#end) return undefined;
    this.#at = from + length;
    return { tag, contents: new DerReader(this.#bytes, from, this.#at) };
  }

  /** X.690 §10.1: in as few octets as will do. */
  #longLength(count: number): number | undefined {
    const from = this.#at + 2;
    if (count > 4 || from + count > this.#end || this.#bytes[from] === 0) return undefined;
    let length = 0;
    for (let i = from; i < from + count; i += 1) length = length * 256 + (this.#bytes[i] as number);
    return length < 0x80 ? undefined : length;
  }

  /** Whether the next element is absent, or has been read over. */
  skipOptional(tag: number): boolean {
    return !this.startsWith(tag) || this.any() !== undefined;
  }

  /** The contents of an INTEGER in two's complement, in as few octets as will do (X.690 §8.3). */
  integer(tag: number = TAG.integer): Uint8Array | undefined {
    const value = this.enter(tag)?.bytes;
    if (value === undefined || value.length === 0) return undefined;
    const first = value[0] as number;
    const second = value[1];
    if (second === undefined) return value;
    const isPadded = first === 0 ? second < 0x80 : first === 0xff && second >= 0x80;
    return isPadded ? undefined : value;
  }

  /** X.690 §11.1: FF or 00. */
  boolean(): boolean | undefined {
    const value = this.enter(TAG.boolean)?.bytes;
    if (value?.length !== 1) return undefined;
    return value[0] === 0xff ? true : value[0] === 0 ? false : undefined;
  }

  /** The octets of a BIT STRING. One that ends inside an octet is refused: nothing signed or signing does. */
  bitString(): Uint8Array | undefined {
    const value = this.enter(TAG.bitString)?.bytes;
    return value?.[0] === 0 ? value.subarray(1) : undefined;
  }

  /** In dotted decimal, each arc below 2³¹ (X.690 §8.19). */
  objectIdentifier(): string | undefined {
    const value = this.enter(TAG.objectIdentifier)?.bytes;
    return value === undefined ? undefined : dotted(value);
  }
}

function dotted(value: Uint8Array): string | undefined {
  let text = '';
  let arc = 0;
  let isFresh = true;
  for (const byte of value) {
    if (isFresh && byte === 0x80) return undefined;
    arc = arc * 128 + (byte % 128);
    if (arc >= 2 ** 31) return undefined;
    isFresh = byte < 0x80;
    if (!isFresh) continue;
    text += text === '' ? firstTwo(arc) : `.${arc}`;
    arc = 0;
  }
  return isFresh && text !== '' ? text : undefined;
}

function firstTwo(arc: number): string {
  const root = Math.min(2, Math.floor(arc / 40));
  return `${root}.${arc - 40 * root}`;
}
