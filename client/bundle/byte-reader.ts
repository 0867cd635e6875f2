/** Reads the structures of TLS (RFC 8446 §3) from bytes. A read past the end answers undefined, and so do all after it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next bytes. A view, not a copy. */
  take(length: number): Uint8Array | undefined {
    const from = this.#at;
    if (from + length > this.#bytes.length) {
      this.#at = Number.POSITIVE_INFINITY;
      return undefined;
    }
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }

  /** A number in 6 bytes at most. */
  number(width: number): number | undefined {
    return this.take(width)?.reduce((sum, byte) => 256 * sum + byte, 0);
  }

  /** Bytes with their length before them, in `width` bytes. */
  vector(width: number): Uint8Array | undefined {
    const length = this.number(width);
    return length === undefined ? undefined : this.take(length);
  }
}
