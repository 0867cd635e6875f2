import { parseHex, toBase64, utf8 } from '../base/bytes.ts';
import { formatCheckpoint } from '../checkpoint/checkpoint.ts';
import { formatNote } from '../checkpoint/note.ts';
import type { Signer } from '../checkpoint/signer.ts';
import type { TreeHead } from '../merkle/types.ts';
import type { Shard, SignedHead } from './types.ts';

/** What Rekor promises about an entry that it has logged. */
export interface EntryPromise {
  readonly body: Uint8Array;
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly virtualIndex: number;
}

/** The v1 face of a shard: which bytes it signs, and how they are shown. */
export class RekorFace {
  readonly shard: Shard;
  readonly #host: string;
  readonly #signer: Signer;
  readonly #hint: Uint8Array;

  /** @param host - signs heads under this name; with the tree id it is their origin */
  constructor(host: string, shard: Shard, signer: Signer) {
    const logId = parseHex(shard.logId, 32);
    if (logId === undefined) throw new Error('a log id is 64 hex digits');
    this.shard = shard;
    this.#host = host;
    this.#signer = signer;
    this.#hint = logId.slice(0, 4);
  }

  /** One signature over the head's checkpoint, and one over each promise: the signed entry timestamps. */
  async sign(
    head: TreeHead,
    promises: readonly EntryPromise[],
  ): Promise<{ readonly signature: Uint8Array; readonly timestamps: readonly Uint8Array[] }> {
    const messages = [this.#noteText(head), ...promises.map((promise) => this.#promiseText(promise))];
    const [signature, ...timestamps] = await this.#signer.sign(messages.map(utf8));
    if (signature === undefined || timestamps.length !== promises.length)
      throw new Error('the signer gave fewer signatures than it was given messages');
    return { signature, timestamps };
  }

  /** The head as clients read it: contract section 8. Exactly one signature, by the host alone. */
  show(head: TreeHead, signature: Uint8Array): SignedHead {
    const signatures = [{ name: this.#host, hint: this.#hint, signature }];
    const checkpoint = formatNote({ text: this.#noteText(head), signatures });
    return { size: head.size, root: head.root, checkpoint };
  }

  #noteText({ size, root }: TreeHead): string {
    return formatCheckpoint({ origin: `${this.#host} - ${this.shard.treeId}`, size, root });
  }

  /** Canonical JSON (RFC 8785) of exactly four members: contract section 7. Base64, digits and hex need no escapes. */
  #promiseText({ body, integratedTime, virtualIndex }: EntryPromise): string {
    const { logId } = this.shard;
    return `{"body":"${toBase64(body)}","integratedTime":${integratedTime},"logID":"${logId}","logIndex":${virtualIndex}}`;
  }
}
