import type { TreeSize } from '../../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../cosignatures.ts';
import type { StoredEntry } from '../entries.ts';
import type { StoredFreeze, StoredHead } from '../heads.ts';
import type { LogIdentity } from '../identity.ts';
import type { WitnessedHead } from '../witness-state.ts';

/*
 * The steps of a log: everything that makes it, in the order in which it happened, whatever engine keeps it. A log that takes
 * the steps of another from the first on has the same answers. What is derived is in none: tiles, bundles, the search index.
 */

/** An entry of a step. Its index follows from its place, its leaf hash from its body. */
export interface RecordedEntry extends Omit<StoredEntry, 'index'> {
  /** The form that `unpackSearchKeys` reads. */
  readonly searchKeys: Uint8Array;
}

/** The entries of one commit and the head that was signed over them. */
export interface CommitStep {
  readonly op: 'commit';
  readonly entries: readonly RecordedEntry[];
  readonly head: StoredHead;
}

export type Step =
  /** The first of every log, with its public keys. */
  | { readonly op: 'create'; readonly identity: LogIdentity }
  /** The genesis document. */
  | { readonly op: 'document'; readonly text: string }
  | CommitStep
  /** Cosignatures of heads before it, and the size of a head that awaits nothing any more. */
  | {
      readonly op: 'cosign';
      readonly cosignatures: readonly StoredCosignature[];
      readonly published: TreeSize | undefined;
    }
  | { readonly op: 'claim'; readonly claim: WitnessClaim }
  /** A head of another log that our own witness has cosigned. */
  | { readonly op: 'witness'; readonly head: WitnessedHead }
  /**
   * Says under which leadership the steps beside it were written: only in a list that several machines share, where it stands before them
   * in each record. No two leaderships write the same bytes, so whoever reads a record back knows whether it is his.
   */
  | {
      readonly op: 'lead';
      /** 16 random bytes. */
      readonly term: Uint8Array;
      /** Where the machine that leads from this record on takes entries of others; undefined where it led before. */
      readonly address: string | undefined;
    }
  /** The last that changes the tree. */
  | { readonly op: 'freeze'; readonly freeze: StoredFreeze };
