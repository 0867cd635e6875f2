import { sha256Word } from '../../base/sha256.ts';
import { type CanonicalKey, canonicalKey, visitKeys } from '../../entries/search-key-list.ts';
import { FINGERPRINT_BITS, type RecordList } from './records.ts';

/** Bytes of the secret that fingerprints are made with. */
export const SECRET_BYTES = 16;

/** The form of a leaf hash among the forms of keys, which are numbers below 8. */
const LEAF = 255;

/** Leaves have the lower half of all fingerprints and keys the upper: no search ever looks at a leaf's record, or a leaf at a key's. */
const KEYS = 2 ** (FINGERPRINT_BITS - 1);

/**
 * Fingerprints by which the index knows leaves and keys: 29 bits of SHA-256(secret ‖ form ‖ bytes). Without the secret,
 * which is the log's own, nobody can say which keys have one fingerprint, and make a search confirm thousands of
 * entries for nothing. The rest of the hash never leaves this file, so that there is nothing to extend.
 */
export class Fingerprints {
  /** The secret, a form and what is hashed. */
  #input = new Uint8Array(SECRET_BYTES + 1 + 64);

  /** @param secret - of `SECRET_BYTES` bytes */
  constructor(secret: Uint8Array) {
    if (secret.length !== SECRET_BYTES)
      throw new RangeError(`the secret has ${secret.length} bytes, not ${SECRET_BYTES}`);
    this.#input.set(secret);
  }

  /** @param leaf - its hash */
  ofLeaf(leaf: Uint8Array): number {
    return this.#bits(LEAF, leaf);
  }

  /** @param text - in any case */
  ofKey(text: string): number {
    return this.#ofCanonical(canonicalKey(text));
  }

  /** Adds a record for the leaf and one for each key. @param keys - a packed list @throws Error if the list is damaged */
  addTo(list: RecordList, index: number, leaf: Uint8Array, keys: Uint8Array): void {
    list.add(this.ofLeaf(leaf), index);
    visitKeys(keys, (key) => list.add(this.#ofCanonical(key), index));
  }

  #ofCanonical({ form, bytes }: CanonicalKey): number {
    return KEYS + this.#bits(form, bytes);
  }

  #bits(form: number, bytes: Uint8Array): number {
    const length = SECRET_BYTES + 1 + bytes.length;
    if (length > this.#input.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.#input.subarray(0, SECRET_BYTES));
      this.#input = larger;
    }
    this.#input[SECRET_BYTES] = form;
    this.#input.set(bytes, SECRET_BYTES + 1);
    return sha256Word(this.#input.subarray(0, length)) >>> (33 - FINGERPRINT_BITS);
  }
}
