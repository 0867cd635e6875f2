/*
 * Records of bytes and numbers in one buffer, for what crosses threads by the hundred and for what is kept: one buffer
 * changes hands where a structured clone would copy, and allocate, each part on its own. Lengths are 4 bytes, numbers are
 * IEEE doubles, all big-endian; reader and writer agree on the order of the parts.
 */

export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** @param size - bytes to begin with; it grows */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  number(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  bytes(value: Uint8Array): void {
    this.uint32(value.length);
    this.raw(value);
  }

  /** Bytes of a length that the reader knows. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** @param value - well-formed */
  text(value: string): void {
    this.#reserve(4 + 3 * value.length); // no UTF-16 unit takes more than 3 bytes of UTF-8
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 4));
    this.#view.setUint32(this.#length, written);
    this.#length += 4 + written;
  }

  /** Writes over a `uint32` that was written at offset `at`. */
  setUint32(at: number, value: number): void {
    this.#view.setUint32(at, value);
  }

  /** Returns the bytes written so far: a view of a buffer that is the caller's from now on. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads what a `ByteWriter` wrote. @throws RangeError at the end of the bytes */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  /** @param at - offset of the first part */
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  number(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8);
  }

  uint8(): number {
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  uint32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    return this.raw(this.uint32());
  }

  /** Goes on behind what `bytes` would give. */
  passOver(): void {
    const length = this.uint32();
    this.#at += length;
  }

  /** The next `length` bytes: a view, not a copy. */
  raw(length: number): Uint8Array {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the bytes end before the record does');
    return this.#bytes.subarray(from, this.#at);
  }

  text(): string {
    return decoder.decode(this.bytes());
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
