/*
 * Records of the index: 30 bits that tell of a leaf or a key (`fingerprints.ts`) and 34 bits of the index of an entry
 * that has the key, as two words of 32 bits, the low one first. Sorted by both, so that the entries of one key stand
 * beside each other in log order. A little-endian machine sorts the pairs as 64-bit numbers; a big-endian one is
 * refused, not mistaken.
 */

/** Bits of a fingerprint: all that the index knows of a key. A hit is a candidate until the entry's own list confirms it. */
export const FINGERPRINT_BITS = 30;

/** Pairs of words. */
export type Records = Uint32Array<ArrayBuffer>;

/** Entries that 34 bits can tell apart: 17 thousand million. */
export const MOST_ENTRIES = 2 ** (64 - FINGERPRINT_BITS);

const WORD = 2 ** 32;
const HIGH_INDEXES = MOST_ENTRIES / WORD; // 4: two bits of the index stand in the high word

export function highWord(fingerprint: number, index: number): number {
  return fingerprint * HIGH_INDEXES + Math.floor(index / WORD);
}

export function lowWord(index: number): number {
  return index % WORD;
}

export function fingerprintIn(high: number): number {
  return Math.floor(high / HIGH_INDEXES);
}

/** The index in the record at `place`, counted in records. */
export function indexAt(records: Records, place: number): number {
  return ((records[2 * place + 1] as number) % HIGH_INDEXES) * WORD + (records[2 * place] as number);
}

export function sortRecords(records: Records): void {
  if (new Uint16Array(Uint8Array.of(1, 0).buffer)[0] !== 1) throw new Error('this machine is big-endian');
  new BigUint64Array(records.buffer, records.byteOffset, records.length / 2).sort();
}

/** The first place whose record is not below `(high, low)`; the number of records if there is none. */
export function lowerBound(records: Records, high: number, low: number): number {
  let from = 0;
  let to = records.length / 2;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const there = records[2 * middle + 1] as number;
    const below = there < high || (there === high && (records[2 * middle] as number) < low);
    if (below) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Records as they are added, in one growing buffer. */
export class RecordList {
  #words: Records = new Uint32Array(1024);
  #length = 0;

  /** Number of records. */
  get size(): number {
    return this.#length / 2;
  }

  add(fingerprint: number, index: number): void {
    this.#reserve(2);
    this.#words[this.#length] = lowWord(index);
    this.#words[this.#length + 1] = highWord(fingerprint, index);
    this.#length += 2;
  }

  addAll(records: Records): void {
    this.#reserve(records.length);
    this.#words.set(records, this.#length);
    this.#length += records.length;
  }

  /** A view of all that was added. */
  all(): Records {
    return this.#words.subarray(0, this.#length);
  }

  /** A copy of all that was added, which is forgotten here. */
  take(): Records {
    const taken = this.#words.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#words.length) return;
    const larger = new Uint32Array(Math.max(2 * this.#words.length, this.#length + more));
    larger.set(this.all());
    this.#words = larger;
  }
}
