import { utf8 } from '../../base/bytes.ts';
import type { SignedNote } from '../../checkpoint/note.ts';
import type { Signer } from '../../checkpoint/signer.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';
import type { HeadSignatures, StoredFreeze, StoredHead } from '../../storage/heads.ts';
import type { OriginalNotes, Shard, SignedHead } from './shard.ts';
import { type TimestampInput, RekorFormat } from './rekor-format.ts';
import { C2spFormat } from './c2sp-format.ts';

/** The two keys that a shard signs with. */
export interface KeySigners {
  /** For Rekor v1: ECDSA P-256 with SHA-256, DER. */
  readonly rekor: Signer;
  /** For C2SP and Rekor v2: Ed25519. */
  readonly c2sp: Signer;
}

export interface SignedBatch {
  readonly signatures: HeadSignatures;
  /** One signed entry timestamp for each entry. */
  readonly timestamps: readonly Uint8Array[];
}

/** Signs the heads and entries of a shard with both of its keys, and formats what it serves of them. */
export class ShardSigner {
  readonly shard: Shard;
  readonly #signers: KeySigners | undefined;
  readonly #originals: ReadonlyMap<number, OriginalNotes> | undefined;
  readonly #rekor: RekorFormat;
  readonly #c2sp: C2spFormat;

  /**
   * @param signers - undefined for a shard that has ended: it never signs again
   * @param originals - of a shard that was imported: the notes to show, by the size of their heads
   */
  constructor(shard: Shard, signers: KeySigners | undefined, originals?: ReadonlyMap<number, OriginalNotes>) {
    this.shard = shard;
    this.#signers = signers;
    this.#originals = originals;
    this.#rekor = new RekorFormat(shard);
    this.#c2sp = new C2spFormat(shard.c2spKey);
  }

  /** Whether one of the keys is with a signer outside of this process. */
  get mayBeAway(): boolean {
    const { rekor, c2sp } = this.#signers ?? {};
    return rekor?.mayBeAway === true || c2sp?.mayBeAway === true;
  }

  /** Signs the head with each key, and each entry with the `rekor` key. */
  async sign(head: TreeHead, entries: readonly TimestampInput[]): Promise<SignedBatch> {
    const texts = [this.#rekor.checkpointText(head), ...entries.map((entry) => this.#rekor.timestampText(entry))];
    const signers = this.#required();
    const [[rekor, ...timestamps], [c2sp]] = await Promise.all([
      signers.rekor.sign(texts.map(utf8)),
      signers.c2sp.sign([utf8(this.#c2sp.checkpointText(head))]),
    ]);
    if (rekor === undefined || c2sp === undefined || timestamps.length !== entries.length)
      throw new Error('the signer gave fewer signatures than it was given messages');
    return { signatures: { rekor, c2sp }, timestamps };
  }

  /** Signs the last checkpoint with the `c2sp` key. @param at - seconds since the Unix epoch */
  async signEnd(head: TreeHead, at: number): Promise<Uint8Array> {
    const [signature] = await this.#required().c2sp.sign([utf8(this.#c2sp.checkpointText(head, at))]);
    if (signature === undefined) throw new Error('the signer signed nothing');
    return signature;
  }

  /** Returns the head with both signatures: heads of format 1 have none of the `c2sp` key. */
  async complete(head: StoredHead): Promise<StoredHead> {
    if (head.signatures.c2sp !== undefined || this.#signers === undefined) return head;
    const { signatures } = await this.sign(head, []);
    return { ...head, signatures: { rekor: head.signatures.rekor, c2sp: signatures.c2sp } };
  }

  /** Returns the head as it is served. @param freeze - of the last head of a log that has ended */
  show(head: StoredHead, cosignatures: readonly StoredCosignature[] = [], freeze?: StoredFreeze): SignedHead {
    const { size, root, at, signatures } = head;
    if (this.#originals !== undefined) return { size, root, at, ...originalOf(this.#originals, size) };
    const own = this.uncosigned(head, freeze);
    return {
      size,
      root,
      at,
      rekorCheckpoint: this.#rekor.checkpoint(head, signatures.rekor),
      checkpoint: own && this.#c2sp.checkpoint(own, cosignatures),
    };
  }

  /** Returns the note that witnesses are asked to cosign. Undefined for heads without a signature of the `c2sp` key. */
  uncosigned(head: StoredHead, freeze?: StoredFreeze): SignedNote | undefined {
    const signature = freeze?.signature ?? head.signatures.c2sp;
    return signature && this.#c2sp.uncosigned(head, signature, freeze?.at);
  }

  #required(): KeySigners {
    if (this.#signers === undefined) throw new Error(`${this.shard.origin} has ended and does not sign`);
    return this.#signers;
  }
}

function originalOf(originals: ReadonlyMap<number, OriginalNotes>, size: number): OriginalNotes {
  const notes = originals.get(size);
  if (notes === undefined) throw new Error(`no signed note of ${size} entries was imported`);
  return notes;
}
