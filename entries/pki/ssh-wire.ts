import { concatBytes, utf8 } from '../../base/bytes.ts';

/** A `string` of RFC 4251 §5. */
export function sshString(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes(length, bytes);
}

/** An `mpint` of RFC 4251 §5 from a magnitude without leading zeros. */
export function sshInteger(magnitude: Uint8Array): Uint8Array {
  const isHigh = (magnitude[0] ?? 0) >= 0x80;
  return sshString(isHigh ? concatBytes(Uint8Array.of(0), magnitude) : magnitude);
}

/** Returns a key in its wire form: its fields, the first of which names its type. */
export function sshBlob(...fields: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...fields);
}

/** Reads the fields of a key one after the other. */
export class SshReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next `string`; undefined if it is longer than what is left. */
  string(): Uint8Array | undefined {
    const from = this.#at + 4;
    if (from > this.#bytes.length) return undefined;
    const length = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at).getUint32(0);
    if (from + length > this.#bytes.length) return undefined;
    this.#at = from + length;
    return this.#bytes.subarray(from, this.#at);
  }
}
