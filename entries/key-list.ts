import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { ByteReader, ByteWriter } from '../base/byte-record.ts';
import { equalBytes, utf8 } from '../base/bytes.ts';
import { lowerCase } from '../base/go-case.ts';
import { sha256Word } from '../base/sha256.ts';

/**
 * Something an entry can be found by, exactly as Rekor's index spells it: `sha256:<hex>`, a bare `<hex>` of a key,
 * an e-mail address. `leaf` keys can be derived again from the canonical body; `payload` keys stand only here,
 * because the body drops what they came from.
 */
export interface SearchKey {
  readonly source: 'leaf' | 'payload';
  readonly text: string;
}

/*
 * The search keys of an entry, as they travel between threads and as they are kept: made once, when the entry is
 * admitted, and copied from there on. Most keys are the hex of a SHA-256, and stand here as its 32 bytes.
 */

/** 0 ≤ fingerprint < 2^30: all that an index has to know of a key. Whoever finds by it must ask the list itself. */
export const FINGERPRINT_BITS = 30;

export interface KeyList {
  /** What `unpackKeys` reads. */
  readonly packed: Uint8Array;
  /** A fingerprint for each key, in their order: 4 bytes, big-endian. */
  readonly fingerprints: Uint8Array;
}

/** The first 30 bits of a hash. */
export function fingerprintOfHash(hash: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = hash;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> (32 - FINGERPRINT_BITS);
}

/** Of a key's text, whatever its case. */
export function fingerprintOf(text: string): number {
  return sha256Word(lowerCase(text)) >>> (32 - FINGERPRINT_BITS);
}

const SOURCES = ['leaf', 'payload'] as const satisfies readonly SearchKey['source'][];
/** How a text stands in the list, and what stands before the 64 digits of those that have some. */
const FORMS = [undefined, '', 'sha256:'] as const;
const DIGITS = /^(sha256:)?[0-9a-f]{64}$/;

/** Keys that one entry may be found by. Each costs a row, and an attestation of 32 MiB could name a million. */
export const MAX_SEARCH_KEYS = 16_384;

/** @throws RangeError for a text of more than 65,535 bytes */
export function packKeys(keys: readonly SearchKey[]): KeyList {
  const writer = new ByteWriter(64 + 48 * keys.length);
  const fingerprints = new DataView(new ArrayBuffer(4 * keys.length));
  writer.uint32(keys.length);
  for (const [i, { source, text }] of keys.entries()) {
    fingerprints.setUint32(4 * i, fingerprintOf(text));
    const prefix = DIGITS.test(text) ? text.slice(0, -64) : undefined;
    writer.uint8(SOURCES.indexOf(source) * FORMS.length + FORMS.indexOf(prefix as '' | 'sha256:' | undefined));
    if (prefix === undefined) writer.bytes(limited(utf8(text)));
    else writer.raw(hexToBytes(text.slice(-64)));
  }
  return { packed: writer.finish(), fingerprints: new Uint8Array(fingerprints.buffer) };
}

const MAX_TEXT = 65_535;

function limited(text: Uint8Array): Uint8Array {
  if (text.length > MAX_TEXT) throw new RangeError(`a search key has at most ${MAX_TEXT} bytes, not ${text.length}`);
  return text;
}

/** @throws Error for what `packKeys` did not write */
export function unpackKeys(packed: Uint8Array): readonly SearchKey[] {
  const reader = new ByteReader(packed);
  return Array.from({ length: reader.uint32() }, () => {
    const how = reader.uint8();
    const source = SOURCES[Math.floor(how / FORMS.length)];
    if (source === undefined) throw new Error('a list of search keys was not read as it was written');
    return { source, text: readText(reader, how) };
  });
}

function readText(reader: ByteReader, how: number): string {
  const prefix = FORMS[how % FORMS.length];
  return prefix === undefined ? reader.text() : prefix + bytesToHex(reader.raw(32));
}

/** Some keys, in any case, made ready to be looked for in many lists. Finds them without reading the lists' texts. */
export class WantedKeys {
  readonly #texts: ReadonlySet<string>;
  readonly #lengths: ReadonlySet<number>;
  /** The keys that a list has as 32 bytes. */
  readonly #digests: readonly { readonly prefix: string; readonly bytes: Uint8Array }[];

  constructor(keys: readonly string[]) {
    this.#texts = new Set(keys.map(lowerCase));
    const texts = [...this.#texts];
    this.#lengths = new Set(texts.map((text) => utf8(text).length));
    this.#digests = texts
      .filter((text) => DIGITS.test(text))
      .map((text) => ({ prefix: text.slice(0, -64), bytes: hexToBytes(text.slice(-64)) }));
  }

  /** Whether the list has any of them. @throws Error for what `packKeys` did not write */
  areIn(packed: Uint8Array): boolean {
    const reader = new ByteReader(packed);
    for (let left = reader.uint32(); left > 0; left -= 1) {
      const prefix = FORMS[reader.uint8() % FORMS.length];
      if (prefix === undefined ? this.#hasText(reader.bytes()) : this.#hasDigest(prefix, reader.raw(32))) return true;
    }
    return false;
  }

  #hasDigest(prefix: string, bytes: Uint8Array): boolean {
    return this.#digests.some((one) => one.prefix === prefix && equalBytes(one.bytes, bytes));
  }

  /** The case of ASCII changes no length. */
  #hasText(bytes: Uint8Array): boolean {
    if (!this.#lengths.has(bytes.length) && !bytes.some((byte) => byte > 127)) return false;
    return this.#texts.has(lowerCase(decoder.decode(bytes)));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The fingerprints that `packKeys` made, from what it packed: one for each key, in their order. */
export function fingerprintsIn(packed: Uint8Array): readonly number[] {
  const reader = new ByteReader(packed);
  const fingerprints: number[] = [];
  for (let left = reader.uint32(); left > 0; left -= 1)
    fingerprints.push(fingerprintOf(readText(reader, reader.uint8())));
  return fingerprints;
}

/** An entry's fingerprints with that of its leaf in front. */
export function withLeaf(leafHash: Uint8Array, { fingerprints }: KeyList): Uint8Array {
  const first = new Uint8Array(4);
  new DataView(first.buffer).setUint32(0, fingerprintOfHash(leafHash));
  return concatBytes(first, fingerprints);
}
