import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { utf8 } from '../../base/bytes.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { StoredFreeze, StoredHead } from '../../storage/heads.ts';
import { C2spFormat } from './c2sp-format.ts';
import { RekorFormat } from './rekor-format.ts';
import type { Shard } from './shard.ts';

/** A shard with its `c2sp` key as PEM. */
export interface VerifiableShard extends Shard {
  readonly c2spKeyId: string;
  readonly c2spPublicKey: string;
}

/** Checks what a shard has signed about its heads, with its public keys alone. */
export class HeadVerifier {
  readonly #formats: { readonly rekor: RekorFormat; readonly c2sp: C2spFormat };
  readonly #keys: { readonly rekor: KeyObject; readonly c2sp: KeyObject };

  /** @throws Error for a key that is not the one its id names */
  constructor(shard: VerifiableShard) {
    this.#formats = { rekor: new RekorFormat(shard), c2sp: new C2spFormat(shard.c2spKey) };
    this.#keys = {
      rekor: keyOf('rekor', shard.publicKey, shard.logId),
      c2sp: keyOf('c2sp', shard.c2spPublicKey, shard.c2spKeyId),
    };
  }

  /** Returns the number of signatures on the head. @throws Error for one that does not verify */
  requireSigned({ signatures: { rekor, c2sp }, ...head }: StoredHead): 1 | 2 {
    if (!verify('sha256', utf8(this.#formats.rekor.checkpointText(head)), this.#keys.rekor, rekor))
      throw unsigned(head, 'rekor');
    if (c2sp === undefined) return 1; // a head of format 1
    if (!this.#isSigned(this.#formats.c2sp.checkpointText(head), c2sp)) throw unsigned(head, 'c2sp');
    return 2;
  }

  /** @throws Error unless the last checkpoint of a log that ended is signed */
  requireEnd(head: TreeHead, { at, signature }: StoredFreeze): void {
    if (this.#isSigned(this.#formats.c2sp.checkpointText(head, at), signature)) return;
    throw new Error('the signature on the last checkpoint, which says that the log ended, does not verify');
  }

  #isSigned(text: string, signature: Uint8Array): boolean {
    return verify(undefined, utf8(text), this.#keys.c2sp, signature);
  }
}

function keyOf(name: string, pem: string, id: string): KeyObject {
  const key = createPublicKey(pem);
  if (hash('sha256', key.export({ type: 'spki', format: 'der' }), 'hex') === id) return key;
  throw new Error(`the ${name} key is not the one that the log's id names`);
}

function unsigned({ size }: TreeHead, key: string): Error {
  return new Error(`the ${key} signature on the head of ${size} entries does not verify`);
}
