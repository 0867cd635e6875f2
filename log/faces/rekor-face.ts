import { parseHex, toBase64 } from '../../base/bytes.ts';
import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatNote } from '../../checkpoint/note.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { Shard } from './shard.ts';

/** An entry that gets a signed entry timestamp. */
export interface EntryPromise {
  readonly body: Uint8Array;
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly virtualIndex: number;
}

/** The v1 face of a shard: which bytes it signs, and how they are shown. */
export class RekorFace {
  readonly #shard: Shard;
  readonly #keyId: Uint8Array;

  constructor(shard: Shard) {
    const logId = parseHex(shard.logId, 32);
    if (logId === undefined) throw new Error('a log id is 64 hex digits');
    this.#shard = shard;
    this.#keyId = logId.slice(0, 4);
  }

  /** The note as clients read it: rekor-v1 §8. Exactly one signature, by the host alone. */
  note(head: TreeHead, signature: Uint8Array): string {
    const signatures = [{ name: this.#shard.origin, keyId: this.#keyId, signature }];
    return formatNote({ text: this.checkpoint(head), signatures });
  }

  checkpoint({ size, root }: TreeHead): string {
    const { origin, treeId } = this.#shard;
    return formatCheckpoint({ origin: `${origin} - ${treeId}`, size, root });
  }

  /**
   * Returns the signed text of a signed entry timestamp: canonical JSON (RFC 8785) of exactly four members, none of
   * which needs escapes: rekor-v1 §7.
   */
  promise({ body, integratedTime, virtualIndex }: EntryPromise): string {
    const { logId } = this.#shard;
    return `{"body":"${toBase64(body)}","integratedTime":${integratedTime},"logID":"${logId}","logIndex":${virtualIndex}}`;
  }
}
