import type { AdmittedEntry } from '../entries/kind.ts';
import type { StoredEntry } from '../storage/entries.ts';
import type { StoreFigures } from '../storage/figures.ts';
import type { GrowthFigures, RefusalReason } from './figures.ts';
import type { StepListener } from './types.ts';

/** An entry with its place. */
export type PlacedEntry = StoredEntry & {
  /** Whether another machine had sent it first, and its sender got an answer. */
  readonly isDuplicate?: boolean;
};

export interface PlaceOptions {
  readonly steps?: StepListener | undefined;
  /** Whether an entry that the log has becomes another leaf. */
  readonly isAnew?: boolean;
}

/** Gives entries their places: by a sequencer of its own, or by that of the machine that leads. */
export interface Placer {
  /** Finds out whether the signer signs, where this machine signs. */
  begin(): Promise<void>;
  /** Entries in the newest head that is in the store, and in the journal. */
  readonly size: number;
  readonly journalled: number;
  /** Entries that wait, and the bytes of their bodies and attestations. */
  readonly waiting: { readonly entries: number; readonly bytes: number };
  readonly figures: GrowthFigures;
  /** Whether no entry is taken now, for each of the reasons. */
  refusals(): Readonly<Record<RefusalReason, boolean>>;
  /** Why no entry is taken now; undefined while they are. */
  refusal(): string | undefined;
  /** Resolves once the entry is durable, and its head as good as shown. @throws Overloaded, NotWritable, NotPublished */
  place(entry: AdmittedEntry, options?: PlaceOptions): Promise<PlacedEntry>;
  /** Writes what is no part of the log. @throws NoRoom */
  heartbeat(): Promise<void>;
  storeFigures(): Promise<StoreFigures | undefined>;
  /** Takes nothing more, and resolves when what was taken is released. */
  stop(): Promise<void>;
}
