import type { VerifierKey } from '../../checkpoint/key.ts';
import type { RootHash, TreeSize } from '../../merkle/types.ts';

/** One tree of a log, and where its entries stand among those of the trees before it. */
export interface Shard {
  /** Rekor's tree id: a positive int64 in decimal. Never a JavaScript number. */
  readonly treeId: string;
  /** Sum of the sizes of the shards before this one: `virtual index = offset + index`. */
  readonly offset: number;
  /** Host name: what the tile face signs as, and the v1 face together with the tree id. */
  readonly origin: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo of the key that signs for the v1 face: 64 hex digits. */
  readonly logId: string;
  /** The key of `logId`: PEM `PUBLIC KEY` with a final newline. */
  readonly publicKey: string;
  /** The Ed25519 key of the tile face, under the name `origin`. */
  readonly tileKey: VerifierKey;
}

/** A head that has been released: what everything the log answers at that moment is made from. */
export interface SignedHead {
  readonly size: TreeSize;
  readonly root: RootHash;
  /** Seconds since the Unix epoch. */
  readonly at: number;
  /** Signed note of the v1 face: `<origin> - <tree id>`, size, root, one signature. */
  readonly checkpoint: string;
  /**
   * Signed note of the tile face: `<origin>`, size, root, its signature, then cosignatures. Undefined for heads from before
   * there was one.
   */
  readonly note: string | undefined;
}
