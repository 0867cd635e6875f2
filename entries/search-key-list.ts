import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { ByteReader, ByteWriter } from '../base/byte-record.ts';
import { equalBytes, utf8 } from '../base/bytes.ts';
import { lowerCase } from '../base/go-case.ts';

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

export interface SearchKeyList {
  /** The form that `unpackSearchKeys` reads. */
  readonly packed: Uint8Array;
}

const SOURCES = ['leaf', 'payload'] as const satisfies readonly SearchKey['source'][];
/** How a text stands in the list, and what stands before the 64 digits of those that have some. */
const FORMS = [undefined, '', 'sha256:'] as const;
const DIGITS = /^(sha256:)?[0-9a-f]{64}$/;
/** The form of a text that has no digits to leave out. */
const TEXT = 0;

/** A key, the same for all spellings of it. */
export interface CanonicalKey {
  /** How its bytes are meant: a number below 8. */
  readonly form: number;
  readonly bytes: Uint8Array;
}

export function canonicalKey(text: string): CanonicalKey {
  return spelled(lowerCase(text));
}

function spelled(text: string): CanonicalKey {
  const prefix = DIGITS.test(text) ? text.slice(0, -64) : undefined;
  const form = FORMS.indexOf(prefix as '' | 'sha256:' | undefined);
  return { form, bytes: prefix === undefined ? utf8(text) : hexToBytes(text.slice(-64)) };
}

/** Keys that one entry may be found by. Each costs a row, and an attestation of 32 MiB could name a million. */
export const MAX_SEARCH_KEYS = 16_384;

/** @throws RangeError for a text of more than 65,535 bytes */
export function packSearchKeys(keys: readonly SearchKey[]): SearchKeyList {
  const writer = new ByteWriter(64 + 48 * keys.length);
  writer.uint32(keys.length);
  for (const { source, text } of keys) {
    const { form, bytes } = spelled(text);
    writer.uint8(SOURCES.indexOf(source) * FORMS.length + form);
    if (form === TEXT) writer.bytes(limited(bytes));
    else writer.raw(bytes);
  }
  return { packed: writer.finish() };
}

const MAX_TEXT = 65_535;

function limited(text: Uint8Array): Uint8Array {
  if (text.length > MAX_TEXT) throw new RangeError(`a search key has at most ${MAX_TEXT} bytes, not ${text.length}`);
  return text;
}

/** @throws Error for what `packSearchKeys` did not write */
export function unpackSearchKeys(packed: Uint8Array): readonly SearchKey[] {
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
  readonly #digests: readonly CanonicalKey[];

  constructor(keys: readonly string[]) {
    this.#texts = new Set(keys.map(lowerCase));
    const canonical = Array.from(this.#texts, canonicalKey);
    this.#lengths = new Set(Array.from(this.#texts, (text) => utf8(text).length));
    this.#digests = canonical.filter(({ form }) => form !== TEXT);
  }

  /** Whether the list has any of them. @throws Error for what `packSearchKeys` did not write */
  areIn(packed: Uint8Array): boolean {
    const reader = new ByteReader(packed);
    for (let left = reader.uint32(); left > 0; left -= 1) {
      const form = reader.uint8() % FORMS.length;
      if (form === TEXT ? this.#hasText(reader.bytes()) : this.#hasDigest(form, reader.raw(32))) return true;
    }
    return false;
  }

  #hasDigest(form: number, bytes: Uint8Array): boolean {
    return this.#digests.some((one) => one.form === form && equalBytes(one.bytes, bytes));
  }

  /** The case of ASCII changes no length. */
  #hasText(bytes: Uint8Array): boolean {
    if (!this.#lengths.has(bytes.length) && !bytes.some((byte) => byte > 127)) return false;
    return this.#texts.has(lowerCase(decoder.decode(bytes)));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Calls `visit` with each key of a list, in its order. @throws Error for what `packSearchKeys` did not write */
export function visitKeys(packed: Uint8Array, visit: (key: CanonicalKey) => void): void {
  const reader = new ByteReader(packed);
  for (let left = reader.uint32(); left > 0; left -= 1) {
    const form = reader.uint8() % FORMS.length;
    visit(form === TEXT ? canonicalKey(reader.text()) : { form, bytes: reader.raw(32) });
  }
}
