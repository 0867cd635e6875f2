import type { AdmittedEntry } from '../entries/kind.ts';
import type { TileId } from '../merkle/tile.ts';
import type { LeafHash, LogIndex, Proof, TreeSize } from '../merkle/types.ts';
import type { EntryBundle } from '../storage/entries.ts';
import type { StoreFigures } from '../storage/figures.ts';
import type { WitnessReport } from '../witness/contract.ts';
import type { LogFigures } from './figures.ts';
import type { Shard, SignedHead } from './signers/shard.ts';

/** An entry, and the proof that the log holds it. */
export interface ProvenEntry {
  readonly shard: Shard;
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

/** The entry that was added, or the equal one that the log had. */
export interface AddResult {
  readonly entry: ProvenEntry;
  /** Whether a published head covered the entry before it was sent. */
  readonly duplicate: boolean;
}

/**
 * Groups of search keys: an entry matches a group if it has any key of it, and the question if it matches one group
 * (`or`) or every group (`and`).
 */
export interface SearchQuestion {
  readonly groups: readonly (readonly string[])[];
  readonly operator: 'and' | 'or';
}

export interface SearchHit {
  readonly shard: Shard;
  readonly virtualIndex: number;
  readonly leafHash: LeafHash;
}

export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /** Size of the log that the answer is about: each hit below it is on this page or on one after it. */
  readonly completeTo: number;
  /** Virtual index to go on after; undefined when this page is the last. A page that took too much work may have few hits, or none. */
  readonly next: number | undefined;
}

/** Learns when a step of adding an entry is over, where a trace of it is wanted. An entry that was there before has no steps. */
export interface StepListener {
  /**
   * `sequence`: it has its place, and is signed. `commit`: it is durable. `journal`: so is its head, in the head journal.
   * `publish`: it is shown, with its proof.
   */
  done(step: 'sequence' | 'commit' | 'journal' | 'publish'): void;
}

/** One shard of a log. Every answer is made from one published head. */
export interface Log {
  readonly shard: Shard;
  head(): SignedHead;
  /** Seconds since the Unix epoch; undefined while the shard grows. */
  readonly frozenAt: number | undefined;
  /** Whether it takes no entries as long as the process runs: it has ended, or the process was started to read it only. */
  readonly isClosed: boolean;
  /** Why no entries are taken now; undefined while they are. */
  refusal(): string | undefined;
  /** Figures of a shard that grows; undefined for one that does not. */
  figures(): LogFigures | undefined;
  /** The work of its store; undefined for a shard that is only read. */
  storeFigures(): Promise<StoreFigures | undefined>;
  /** Returns the state of each witness; empty without witnesses. */
  witnesses(): readonly WitnessReport[];
  /** Resolves once the entry is durable and under a published head. @throws Overloaded, NotWritable, NotPublished, Frozen */
  add(entry: AdmittedEntry, steps?: StepListener): Promise<AddResult>;
  /** As `add`, but an entry that the log has becomes another leaf: its sender may not learn that it was there. */
  addAnew(entry: AdmittedEntry, steps?: StepListener): Promise<ProvenEntry>;
  byIndex(virtualIndex: number): Promise<ProvenEntry | undefined>;
  /** @param gone - aborted once nobody waits for the entry: the look-up ends, with its reason */
  byLeaf(leaf: LeafHash, gone?: AbortSignal): Promise<ProvenEntry | undefined>;
  /**
   * @param after - virtual index of the last hit already seen
   * @param limit - hits on a page
   * @param gone - aborted once nobody waits for the page: the search ends, with its reason
   */
  find(question: SearchQuestion, after: number | undefined, limit: number, gone?: AbortSignal): Promise<SearchPage>;
  /** RFC 9162 §2.1.4. @throws SizesReversed, SizeNotReached */
  consistency(old: TreeSize, size: TreeSize): Promise<Proof>;
  /** The first `width` hashes of a tile (1 to 256), 32 bytes each. Undefined beyond the published head. */
  tile(id: TileId, width: number): Promise<Uint8Array | undefined>;
  /** The first `width` entries of bundle `number` (1 to 256). Undefined beyond the published head. */
  bundle(number: number, width: number): Promise<EntryBundle | undefined>;
  /** Published heads of less than `below` entries, the largest first. */
  heads(below: number, limit: number): Promise<readonly SignedHead[]>;
  /** A durable write that adds no leaf. Resolves once done. */
  heartbeat(): Promise<void>;
}
