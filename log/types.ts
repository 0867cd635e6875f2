import type { AdmittedEntry } from '../entries/kind.ts';
import type { LeafHash, LogIndex, Proof, RootHash, TreeSize } from '../merkle/types.ts';

/** One tree of a log, and where its entries stand among those of the trees before it. */
export interface Shard {
  /** Rekor's tree id: a positive int64 in decimal. Never a JavaScript number. */
  readonly treeId: string;
  /** Sum of the sizes of the shards before this one: `virtual index = offset + index`. */
  readonly offset: number;
  /** SHA-256 of the DER SubjectPublicKeyInfo of the key that signs for the shard: 64 hex digits. */
  readonly logId: string;
  /** That key: PEM `PUBLIC KEY` with a final newline. */
  readonly publicKey: string;
}

/** A head that has been released: what everything the log answers at that moment is made from. */
export interface SignedHead {
  readonly size: TreeSize;
  readonly root: RootHash;
  /** Signed note of the v1 face: `<origin> - <tree id>`, size, root, one signature. */
  readonly checkpoint: string;
}

/** An entry, and the proof that the log holds it. */
export interface ProvenEntry {
  /** Place in the shard's own tree. What proofs are about. */
  readonly index: LogIndex;
  /** Place in the whole log. What the signed entry timestamp is about. */
  readonly virtualIndex: number;
  readonly leafHash: LeafHash;
  readonly body: Uint8Array;
  /** Seconds since the Unix epoch. Never less than that of the entry before. */
  readonly integratedTime: number;
  /** Signature over body, time, log id and virtual index, made once: Rekor's SET. */
  readonly signedEntryTimestamp: Uint8Array;
  readonly head: SignedHead;
  readonly proof: Proof;
  readonly attestation?: Uint8Array;
}

export interface AddedEntry {
  readonly entry: ProvenEntry;
  /** Whether the log held the entry before it was sent. */
  readonly duplicate: boolean;
}

/** Groups of keys: an entry answers a group by having any key of it, and the question by any or by every group. */
export interface SearchQuestion {
  readonly groups: readonly (readonly string[])[];
  readonly operator: 'and' | 'or';
}

export interface SearchPage {
  readonly hits: readonly { readonly virtualIndex: number; readonly leafHash: LeafHash }[];
  /** The answer holds for the log of this size: a hit that is not on the page is behind it or beyond this size. */
  readonly completeTo: TreeSize;
  /** Virtual index to go on after; undefined when this page is the last. */
  readonly next: number | undefined;
}

/** The log, as everything above it sees it. Every answer is made from one released head. */
export interface Log {
  readonly shard: Shard;
  head(): SignedHead;
  /** Why the log takes no entries now; undefined while it does. */
  refusal(): string | undefined;
  /** Resolves once the entry is durable and under a released head. @throws Overloaded, NotWritable */
  add(entry: AdmittedEntry): Promise<AddedEntry>;
  byIndex(virtualIndex: number): Promise<ProvenEntry | undefined>;
  byLeaf(leaf: LeafHash): Promise<ProvenEntry | undefined>;
  /** @param after - virtual index of the last hit already seen @param limit - hits on a page */
  find(question: SearchQuestion, after: number | undefined, limit: number): Promise<SearchPage>;
  /** RFC 9162 §2.1.4. @throws SizesReversed, SizeNotReached */
  consistency(old: TreeSize, size: TreeSize): Promise<Proof>;
  /** A durable write that adds no leaf. Resolves once done. */
  heartbeat(): Promise<void>;
}
