import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatFreezeLine } from '../../checkpoint/freeze-line.ts';
import { keyId, type VerifierKey } from '../../checkpoint/key.ts';
import { formatNote, type NoteSignature, type SignedNote } from '../../checkpoint/note.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';

/** Formats the texts that the `c2sp` key of a shard signs, and the checkpoint that Rekor v2 and c2sp.org/tlog-tiles serve: its origin is the host alone. */
export class C2spFormat {
  readonly #key: VerifierKey;

  constructor(key: VerifierKey) {
    this.#key = key;
  }

  /** @param frozen - seconds since the Unix epoch: the log ended then, and its last checkpoint says so */
  checkpointText({ size, root }: TreeHead, frozen?: number): string {
    const extensions = frozen === undefined ? [] : [formatFreezeLine(frozen)];
    return formatCheckpoint({ origin: this.#key.name, size, root, extensions });
  }

  /** Returns the note that witnesses are asked to cosign. */
  uncosigned(head: TreeHead, signature: Uint8Array, frozen?: number): SignedNote {
    const own: NoteSignature = { name: this.#key.name, keyId: keyId(this.#key), signature };
    return { text: this.checkpointText(head, frozen), signatures: [own] };
  }

  /** Returns the signed note as it is served: the log's own signature first, because monitors read no other. */
  checkpoint({ text, signatures }: SignedNote, cosignatures: readonly StoredCosignature[]): string {
    const lines = cosignatures.map(({ name, keyId: id, signature }) => ({ name, keyId: id, signature }));
    return formatNote({ text, signatures: [...signatures, ...lines] });
  }
}
