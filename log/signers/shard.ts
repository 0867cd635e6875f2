import type { VerifierKey } from '../../checkpoint/key.ts';
import type { RootHash, TreeSize } from '../../merkle/types.ts';

/** One tree of a log, and its offset behind the trees before it. */
export interface Shard {
  /** Rekor's tree id: a positive int64 in decimal. Never a JavaScript number. */
  readonly treeId: string;
  /** Sum of the sizes of the shards before this one: `virtual index = offset + index`. */
  readonly offset: number;
  /** Host name: the name that the `c2sp` key signs as; in checkpoints of Rekor v1 the tree id follows it. */
  readonly origin: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo of the `rekor` key: 64 hex digits. */
  readonly logId: string;
  /** The key of `logId`: PEM `PUBLIC KEY` with a final newline. */
  readonly publicKey: string;
  /** The Ed25519 `c2sp` key, under the name `origin`. */
  readonly c2spKey: VerifierKey;
}

/** The notes over one head, as another log has signed them: what a shard shows that was imported from it. */
export type OriginalNotes = Pick<SignedHead, 'rekorCheckpoint' | 'checkpoint'>;

/** A head as it is published; every answer of the log is made from one. */
export interface SignedHead {
  readonly size: TreeSize;
  readonly root: RootHash;
  /** Seconds since the Unix epoch. */
  readonly at: number;
  /** Signed note of Rekor v1: `<origin> - <tree id>`, size, root, one signature. */
  readonly rekorCheckpoint: string;
  /**
   * Signed note of C2SP and Rekor v2: `<origin>`, size, root, the log's signature, then cosignatures. Undefined for heads
   * of format 1, which have no such signature.
   */
  readonly checkpoint: string | undefined;
}
