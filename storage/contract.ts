import type { CosignatureReads, CosignatureStore } from './cosignatures.ts';
import type { EntryReads } from './entries.ts';
import type { StoreFigures } from './figures.ts';
import type { HeadReads, HeadRegister } from './heads.ts';
import type { IdentityStore } from './identity.ts';
import type { JournalHolders } from './journal.ts';
import type { SearchIndex } from './search.ts';
import type { TileReads } from './tiles.ts';

/** Work that an engine does beside the log. */
export interface StoreUpkeep {
  /** Writes a row that is no part of the log. Durable once resolved. */
  heartbeat(at: number): Promise<void>;
  /** Undefined for a store that is only read. */
  figures(): Promise<StoreFigures | undefined>;
  /** Does what an engine puts off until it has time, such as merging and compressing. Changes no answer. */
  compact(): Promise<void>;
  /**
   * For a log that has ended: does all that was put off, and gives back what only writing needs. From then on the store
   * can be read, and nothing can be written to it.
   */
  finalize(): Promise<void>;
}

/**
 * Reads of the place where one log lives. Reads may run beside each other and beside a commit, and see all of a commit
 * or none of it.
 */
export interface LogReads extends Pick<IdentityStore, 'identity'>, HeadReads, EntryReads, TileReads, CosignatureReads {}

/**
 * One log: every interface of this folder, for the files that compose a log. All others take the interface that they need.
 * An engine may build it of parts; each part passes its suite of `test/storage/conformance/`.
 *
 * An engine stores and finds; it decides nothing, and knows neither HTTP nor signatures.
 */
export interface LogStore
  extends
    IdentityStore,
    HeadRegister,
    EntryReads,
    TileReads,
    SearchIndex,
    CosignatureStore,
    JournalHolders,
    StoreUpkeep,
    AsyncDisposable {}
