import { utf8 } from '../../base/bytes.ts';
import type { SignedNote } from '../../checkpoint/note.ts';
import type { Signer } from '../../checkpoint/signer.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { HeadSignatures, StoredCosignature, StoredFreeze, StoredHead } from '../../storage/contract.ts';
import type { Shard, SignedHead } from './shard.ts';
import { type EntryPromise, RekorFace } from './rekor-face.ts';
import { TileFace } from './tile-face.ts';

export interface Signers {
  /** ECDSA P-256 with SHA-256, DER. */
  readonly v1: Signer;
  /** Ed25519. */
  readonly tile: Signer;
}

export interface SignedBatch {
  readonly signatures: HeadSignatures;
  /** A signed entry timestamp for each promise. */
  readonly timestamps: readonly Uint8Array[];
}

/** Both faces of a shard: one tree, signed and shown in two ways. */
export class Faces {
  readonly shard: Shard;
  readonly #signers: Signers | undefined;
  readonly #rekor: RekorFace;
  readonly #tile: TileFace;

  /** @param signers - undefined for a shard that has ended: it never signs again */
  constructor(shard: Shard, signers: Signers | undefined) {
    this.shard = shard;
    this.#signers = signers;
    this.#rekor = new RekorFace(shard);
    this.#tile = new TileFace(shard.tileKey);
  }

  /** One signature a face over the head, and one over each promise. */
  async sign(head: TreeHead, promises: readonly EntryPromise[]): Promise<SignedBatch> {
    const texts = [this.#rekor.checkpoint(head), ...promises.map((promise) => this.#rekor.promise(promise))];
    const { v1, tile } = this.#required();
    const [[checkpoint, ...timestamps], [note]] = await Promise.all([
      v1.sign(texts.map(utf8)),
      tile.sign([utf8(this.#tile.checkpoint(head))]),
    ]);
    if (checkpoint === undefined || note === undefined || timestamps.length !== promises.length)
      throw new Error('the signer gave fewer signatures than it was given messages');
    return { signatures: { v1: checkpoint, tile: note }, timestamps };
  }

  /** The tile face's signature over its last checkpoint. @param at - seconds since the Unix epoch */
  async signEnd(head: TreeHead, at: number): Promise<Uint8Array> {
    const [signature] = await this.#required().tile.sign([utf8(this.#tile.checkpoint(head, at))]);
    if (signature === undefined) throw new Error('the signer signed nothing');
    return signature;
  }

  /** The head with what it lacks: those from before there was a tile face have no signature of it. */
  async complete(head: StoredHead): Promise<StoredHead> {
    if (head.signatures.tile !== undefined || this.#signers === undefined) return head;
    const { signatures } = await this.sign(head, []);
    return { ...head, signatures: { v1: head.signatures.v1, tile: signatures.tile } };
  }

  /** The head as it is shown. @param freeze - if it is the last one of a log that ended */
  show(head: StoredHead, cosignatures: readonly StoredCosignature[] = [], freeze?: StoredFreeze): SignedHead {
    const { size, root, at, signatures } = head;
    const own = this.unwitnessed(head, freeze);
    return {
      size,
      root,
      at,
      checkpoint: this.#rekor.note(head, signatures.v1),
      note: own && this.#tile.note(own, cosignatures),
    };
  }

  /** Returns the note that witnesses are asked to cosign. Undefined for heads without the tile face's signature. */
  unwitnessed(head: StoredHead, freeze?: StoredFreeze): SignedNote | undefined {
    const signature = freeze?.signature ?? head.signatures.tile;
    return signature && this.#tile.unwitnessed(head, signature, freeze?.at);
  }

  #required(): Signers {
    if (this.#signers === undefined) throw new Error(`${this.shard.origin} has ended and does not sign`);
    return this.#signers;
  }
}
