import { parseHex, toBase64 } from '../../base/bytes.ts';
import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatNote } from '../../checkpoint/note.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { Shard } from './shard.ts';

/** The members that a signed entry timestamp is over. */
export interface TimestampInput {
  readonly body: Uint8Array;
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly virtualIndex: number;
}

/** Formats the texts that the `rekor` key of a shard signs, and the checkpoint that Rekor v1 serves. */
export class RekorFormat {
  readonly #shard: Shard;
  readonly #keyId: Uint8Array;

  constructor(shard: Shard) {
    const logId = parseHex(shard.logId, 32);
    if (logId === undefined) throw new Error('a log id is 64 hex digits');
    this.#shard = shard;
    this.#keyId = logId.slice(0, 4);
  }

  /** Returns the signed note: rekor-v1 §8. It has exactly one signature, under the name of the host alone. */
  checkpoint(head: TreeHead, signature: Uint8Array): string {
    const signatures = [{ name: this.#shard.origin, keyId: this.#keyId, signature }];
    return formatNote({ text: this.checkpointText(head), signatures });
  }

  checkpointText({ size, root }: TreeHead): string {
    const { origin, treeId } = this.#shard;
    return formatCheckpoint({ origin: `${origin} - ${treeId}`, size, root });
  }

  /**
   * Returns the signed text of a signed entry timestamp: canonical JSON (RFC 8785) of exactly four members, none of
   * which needs escapes: rekor-v1 §7.
   */
  timestampText({ body, integratedTime, virtualIndex }: TimestampInput): string {
    const { logId } = this.#shard;
    return `{"body":"${toBase64(body)}","integratedTime":${integratedTime},"logID":"${logId}","logIndex":${virtualIndex}}`;
  }
}
