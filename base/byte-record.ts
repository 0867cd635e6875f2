/*
 * Records of bytes and numbers in one buffer, for what crosses threads by the hundred: one buffer changes hands where
 * a structured clone would copy, and allocate, each part on its own. Lengths are 4 bytes, numbers are IEEE doubles,
 * both big-endian; reader and writer agree on the order of the parts.
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

  number(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(4 + value.length);
    this.#view.setUint32(this.#length, value.length);
    this.#bytes.set(value, this.#length + 4);
    this.#length += 4 + value.length;
  }

  /** @param value - well-formed */
  text(value: string): void {
    this.#reserve(4 + 3 * value.length); // no UTF-16 unit takes more than 3 bytes of UTF-8
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 4));
    this.#view.setUint32(this.#length, written);
    this.#length += 4 + written;
  }

  /** What has been written: a view of a buffer that is the caller's from now on. */
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

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8);
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    const from = this.#at + 4;
    this.#at = from + this.#view.getUint32(this.#at);
    return this.#bytes.subarray(from, this.#at);
  }

  text(): string {
    return decoder.decode(this.bytes());
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
