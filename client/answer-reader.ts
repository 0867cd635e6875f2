import { parseBase64, parseHex } from '../base/bytes.ts';
import { readDecimal } from '../checkpoint/text.ts';
import { type NodeHash, nodeHash } from '../merkle/types.ts';
import { MalformedAnswer } from './failures.ts';

/** Most hashes in a proof: the height of a tree of 2^63 leaves. */
const MAX_PROOF_HASHES = 63;

/** How an API writes bytes. Undefined for a text that is not written so. */
export type BytesFormat = (text: string) => Uint8Array | undefined;

export const base64: BytesFormat = parseBase64;
/** Of 32 bytes. */
export const hexHash: BytesFormat = (text) => parseHex(text, 32);

/** Reads an object of a log's answer. All methods throw `MalformedAnswer`, which names the member. */
export class AnswerReader {
  readonly #value: object;
  readonly #path: string;

  /** @param path - of the object in the answer; empty for the answer itself */
  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null) throw new MalformedAnswer(`${path || 'the answer'} is no object`);
    [this.#value, this.#path] = [value, path];
  }

  /** The object itself. */
  get value(): object {
    return this.#value;
  }

  /** Whether the object has the member, and not as null. */
  has(name: string): boolean {
    const value = this.#member(name);
    return value !== undefined && value !== null;
  }

  object(name: string): AnswerReader {
    return new AnswerReader(this.#member(name), this.#pathOf(name));
  }

  /** Objects of a list, at most `most` of them. */
  objects(name: string, most: number): readonly AnswerReader[] {
    const list = this.#member(name);
    if (!Array.isArray(list) || list.length > most) return this.#refuse(name, `a list of ${most} objects at most`);
    return list.map((one: unknown, i) => new AnswerReader(one, this.#pathOf(`${name}.${i}`)));
  }

  text(name: string): string {
    const value = this.#member(name);
    return typeof value === 'string' ? value : this.#refuse(name, 'a string');
  }

  /** A number of JSON, 0 to 2^53 - 1. */
  count(name: string): number {
    const value = this.#member(name);
    return isCount(value) ? value : this.#refuse(name, 'an integer from 0 to 2^53 - 1');
  }

  /** A number in decimal digits, as proto3 JSON writes int64: 0 to 2^53 - 1. */
  digits(name: string): number {
    return readDecimal(this.text(name), this.#pathOf(name), MalformedAnswer);
  }

  bytes(name: string, format: BytesFormat): Uint8Array {
    return format(this.text(name)) ?? this.#refuse(name, 'bytes as the API writes them');
  }

  hash(name: string, format: BytesFormat): NodeHash {
    return this.#hashOf(this.text(name), name, format);
  }

  /** Hashes of a proof, 63 at most. */
  hashes(name: string, format: BytesFormat): readonly NodeHash[] {
    const list = this.#member(name);
    if (!Array.isArray(list) || list.length > MAX_PROOF_HASHES)
      return this.#refuse(name, `a list of ${MAX_PROOF_HASHES} hashes at most`);
    return list.map((one: unknown, i) => this.#hashOf(one, `${name}.${i}`, format));
  }

  #hashOf(value: unknown, name: string, format: BytesFormat): NodeHash {
    const bytes = typeof value === 'string' ? format(value) : undefined;
    return bytes?.length === 32 ? nodeHash(bytes) : this.#refuse(name, 'a SHA-256 hash');
  }

  #member(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value as Record<string, unknown>)[name] : undefined;
  }

  #refuse(name: string, expected: string): never {
    throw new MalformedAnswer(`${this.#pathOf(name)} is not ${expected}`);
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
