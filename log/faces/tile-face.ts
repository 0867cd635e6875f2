import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatFreezeLine } from '../../checkpoint/freeze-line.ts';
import { keyId, type VerifierKey } from '../../checkpoint/key.ts';
import { formatNote, type NoteSignature, type SignedNote } from '../../checkpoint/note.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { StoredCosignature } from '../../storage/contract.ts';

/** The face of a shard that Rekor v2 and c2sp.org/tlog-tiles know: its origin is the host alone, its key Ed25519. */
export class TileFace {
  readonly #key: VerifierKey;

  constructor(key: VerifierKey) {
    this.#key = key;
  }

  /** @param frozen - seconds since the Unix epoch: the log ended then, and its last checkpoint says so */
  checkpoint({ size, root }: TreeHead, frozen?: number): string {
    const extensions = frozen === undefined ? [] : [formatFreezeLine(frozen)];
    return formatCheckpoint({ origin: this.#key.name, size, root, extensions });
  }

  /** The note that witnesses are asked to cosign. */
  unwitnessed(head: TreeHead, signature: Uint8Array, frozen?: number): SignedNote {
    const own: NoteSignature = { name: this.#key.name, keyId: keyId(this.#key), signature };
    return { text: this.checkpoint(head, frozen), signatures: [own] };
  }

  /** The note as it is served: the log's own signature first, because monitors read no other. */
  note({ text, signatures }: SignedNote, cosignatures: readonly StoredCosignature[]): string {
    const lines = cosignatures.map(({ name, keyId: id, signature }) => ({ name, keyId: id, signature }));
    return formatNote({ text, signatures: [...signatures, ...lines] });
  }
}
