import type { TreeSize } from '../merkle/types.ts';

/** A witness's cosignature of a head: one line below the checkpoint of C2SP (c2sp.org/tlog-cosignature). */
export interface StoredCosignature {
  readonly size: TreeSize;
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** 8 bytes of time and 64 of signature. */
  readonly signature: Uint8Array;
}

/** A witness says that this log is not the one whose heads it has cosigned. */
export interface WitnessClaim {
  /** As the policy calls it. */
  readonly witness: string;
  /** Entries in the tree that it says it has cosigned. */
  readonly size: TreeSize;
  /** `more`: than the log has. `another tree`: the log does not begin with it. */
  readonly says: 'more' | 'another tree';
  /** Seconds since the Unix epoch. */
  readonly at: number;
}

/** Reads of what witnesses have said of this log's heads. */
export interface CosignatureReads {
  cosignatures(size: TreeSize): Promise<readonly StoredCosignature[]>;
  /** The cosignature of the largest head by each key that has cosigned lately. */
  lastCosignatures(): Promise<readonly StoredCosignature[]>;
  /** The last claim of each witness that made one. */
  claims(): Promise<readonly WitnessClaim[]>;
}

/** Stores what witnesses say of this log's heads. */
export interface CosignatureStore extends CosignatureReads {
  /** Keeps cosignatures, and that the head of size `published` awaits nothing any more. Durable once resolved. */
  cosign(cosignatures: readonly StoredCosignature[], published: TreeSize | undefined): Promise<void>;
  /** Keeps what a witness claims, in the place of its earlier claim. Durable once resolved. */
  keepClaim(claim: WitnessClaim): Promise<void>;
}
