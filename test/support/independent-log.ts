import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { referenceConsistency, referenceRoot } from './reference-tree.ts';
import { keyIdOf, vkeyOf } from './witness-math.ts';

/** The size that a request claims was cosigned last, and the size of its checkpoint. */
interface Growth {
  readonly old: number;
  readonly size: number;
}

const MAX_LEAVES = 200; // leaves

/**
 * A log that asks to be witnessed, and shares nothing with the project. It can lie: each name of a branch gives another
 * tree, of which the first `common` leaves are the same.
 */
export class IndependentLog {
  readonly origin: string;
  readonly vkey: string;
  readonly #key: KeyObject;
  readonly #id: string;
  readonly #common: number;
  readonly #branches = new Map<string, readonly Buffer[]>();

  constructor(origin: string, common = 0) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    this.origin = origin;
    this.vkey = vkeyOf(origin, 1, raw);
    this.#key = privateKey;
    this.#id = keyIdOf(origin, 1, raw);
    this.#common = common;
  }

  /** In hex. */
  root(size: number, branch = ''): string {
    return referenceRoot(this.#leaves(branch), size);
  }

  /** A checkpoint's text. @param more - extension lines */
  text(size: number, branch = '', more = ''): string {
    return `${this.origin}\n${size}\n${Buffer.from(this.root(size, branch), 'hex').toString('base64')}\n${more}`;
  }

  /** A signature line of this log's key, under whatever name. */
  lineOver(text: string, name = this.origin): string {
    const signature = sign(undefined, Buffer.from(text), this.#key);
    return `\u2014 ${name} ${Buffer.concat([Buffer.from(this.#id, 'hex'), signature]).toString('base64')}\n`;
  }

  note(size: number, branch = ''): string {
    const text = this.text(size, branch);
    return `${text}\n${this.lineOver(text)}`;
  }

  /** PROOF(old, D[0:size]), a line for each hash. */
  proof({ old, size }: Growth, branch = ''): string {
    if (old === 0 || old >= size) return '';
    const hashes = referenceConsistency(this.#leaves(branch), old, size);
    return hashes.map((hash) => `${Buffer.from(hash, 'hex').toString('base64')}\n`).join('');
  }

  /** The body of an add-checkpoint request. */
  request(growth: Growth, branch = ''): string {
    return `old ${growth.old}\n${this.proof(growth, branch)}\n${this.note(growth.size, branch)}`;
  }

  #leaves(branch: string): readonly Buffer[] {
    const known = this.#branches.get(branch);
    if (known !== undefined) return known;
    const name = (i: number): string => (i < this.#common ? '' : branch);
    const leaves = Array.from({ length: MAX_LEAVES }, (_, i) => Buffer.from(`${name(i)} ${i}`));
    this.#branches.set(branch, leaves);
    return leaves;
  }
}
