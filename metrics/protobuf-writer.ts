const FIRST_BYTES = 64 * 1024;

/**
 * Writes protocol buffers from their end to their beginning, so that the length of a message is known when it is written before
 * it, and nothing is copied. Whoever writes a message therefore writes its last field first.
 */
export class ProtobufWriter {
  #bytes = Buffer.alloc(FIRST_BYTES);
  /** Where the first byte stands that has been written last. */
  #at = FIRST_BYTES;

  /** @param value - from 0 to 2^53 - 1 */
  whole(field: number, value: number): void {
    this.#varint(value);
    this.#tag(field, 0);
  }

  /** ZigZag: small numbers are short, whatever their sign. */
  signed(field: number, value: number): void {
    this.whole(field, value < 0 ? -2 * value - 1 : 2 * value);
  }

  double(field: number, value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
    this.#tag(field, 1);
  }

  text(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#at -= length;
    this.#bytes.write(value, this.#at, 'utf8');
    this.#varint(length);
    this.#tag(field, 2);
  }

  /** A message in a field. @param write - writes its fields */
  message(field: number, write: () => void): void {
    this.delimited(write);
    this.#tag(field, 2);
  }

  /** A message behind its length, outside of any field. */
  delimited(write: () => void): void {
    const end = this.#bytes.length - this.#at;
    write();
    this.#varint(this.#bytes.length - this.#at - end);
  }

  /** Everything that has been written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
    this.#reserve(length);
    this.#at -= length;
    let rest = value;
    for (let i = 0; i < length; i += 1) {
      this.#bytes[this.#at + i] = i === length - 1 ? rest : 128 + (rest % 128);
      rest = Math.floor(rest / 128);
    }
  }

  #reserve(length: number): void {
    if (this.#at >= length) return;
    const grown = Buffer.alloc(2 * this.#bytes.length + length);
    const at = grown.length - (this.#bytes.length - this.#at);
    this.#bytes.copy(grown, at, this.#at);
    [this.#bytes, this.#at] = [grown, at];
  }
}
