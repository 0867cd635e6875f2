import type { TreeSize } from '../merkle/types.ts';
import type { LogReads, LogStore } from './contract.ts';
import type { FoundDatabase } from './identity.ts';
import type { EntryReads } from './entries.ts';
import type { HeadReads } from './heads.ts';
import type { CopiedEntry, HistoryReads, ScannedEntry } from './history.ts';
import type { Journals } from './journal.ts';
import type { Fingerprints } from './search-index/fingerprints.ts';
import type { SearchIndex } from './search.ts';
import type { ReadPart, Run } from './search-index/runs.ts';
import type { FullTile, TileReads } from './tiles.ts';
import type { WitnessState } from './witness-state.ts';

/*
 * The interface of a storage engine: one value that `storage/engines/index.ts` lists. Nothing outside of an engine's folder
 * knows the files that it keeps; docs/adding-an-engine.md says what an engine has to pass.
 */

export interface StorageEngine {
  /** Names that an operator reads in messages, and a copy of a folder leaves behind. */
  readonly files: EngineFiles;
  /** Whether this engine has begun anything in `folder`. Opens nothing. */
  exists(folder: string): boolean;
  /**
   * Looks at the log in `folder`, of whatever format, and leaves its files as they are, so that a start can be refused
   * before it has written anything.
   *
   * @throws StoreRefused for what is no log of this engine, is damaged, or was written by a newer version
   */
  look(folder: string): FoundDatabase;
  /** @throws StoreRefused where the log could be opened under a second name, past its lock */
  requireOneName(folder: string): void;
  /** Writes nothing. @throws StoreRefused while another process holds the folder, of a log or of its journals */
  requireUnlocked(folder: string): void;
  /** Takes the data folder for this process until disposed of, without opening the log. @throws StoreRefused as `open` */
  lock(folder: string, owner: string): Disposable;
  /** Opens the log in `folder` to be written, or an empty one, and keeps every other process out. @throws StoreRefused */
  open(folder: string, options: OpenOptions): Promise<OpenStore>;
  /**
   * Opens the log in `folder` to be served and never written. Locks the folder where it could be written.
   *
   * @throws StoreRefused if there is none, or one of another format, or another process holds it
   */
  openReadOnly(folder: string, owner: string): ReadOnlyStore;
  /**
   * Opens the log in `folder`, of this format or an earlier one, and leaves its files as they are. Needs a folder that no
   * other process has.
   *
   * @throws StoreRefused
   */
  openUnchanged(folder: string): UnchangedLog;
  /** Opens the log in `folder` to be read, beside the process that holds it or without one. @throws StoreRefused */
  openReading(folder: string): LogReading;
  /** Opens the log in `folder` to be copied, as `openReading`. */
  openHistory(folder: string): HistoryReads & Disposable;
  /**
   * Opens the log in `folder` for an audit, as `openReading`.
   *
   * @param unchanged - leaves even the files as they are that a reader makes: where no process has the folder
   */
  audit(folder: string, unchanged: boolean): AuditedLog;
  /** Writes a tile over one that was found damaged, beside the process that holds the log. @throws StoreRefused */
  mendTile(folder: string, tile: FullTile): void;
  /**
   * Writes the 256 entries of a bundle over those that were found damaged, beside the process that holds the log. Of bodies alone what
   * is kept beside them stays as it is.
   *
   * @throws StoreRefused
   * @throws DamagedStore where that is damaged as well, or there is no such bundle yet
   */
  mendBundle(folder: string, number: number, entries: readonly CopiedEntry[]): void;
  /** Has the next start make a run of the search index again. @throws StoreRefused */
  doubtRun(folder: string, run: number): void;
  /** Journals that stand in a folder of their own, away from the log. */
  readonly journals: Journals;
}

export interface EngineFiles {
  /** The file that holds the log. */
  readonly log: string;
  /** Files that belong to the machine and the process that wrote a folder, and to no copy of it. */
  readonly local: readonly string[];
}

/** A log that is open to be served and never written. */
export interface ReadOnlyStore extends LogReads, SearchIndex, AsyncDisposable {}

/** A log that is open to be written, and the state of our own witness. */
export interface OpenStore extends LogStore, WitnessState {
  /** @throws StoreRefused if a file of the log or its lock was removed or replaced */
  check(): Promise<void>;
}

export interface OpenOptions {
  /** One line that tells another process who holds the folder. */
  readonly owner: string;
  /** Told of what takes long and is done once. */
  readonly announce?: (sentence: string) => void;
  /** Called once the folder is locked, before the log is opened or made. What it throws leaves it as it was. */
  readonly confirm?: (() => Promise<void>) | undefined;
  /** Told of what is found damaged while nobody reads. */
  readonly damaged?: ((sentence: string) => void) | undefined;
  /**
   * For a folder that counts only once it is whole: commits wait for no disk. What a power failure takes is the end of what was
   * committed. All is durable once the store has been disposed of.
   */
  readonly isUnsynced?: boolean | undefined;
  /** How much stays free on the volumes that the log grows on: unless given, the standard share of the folder's own. */
  readonly room?: RoomSettings;
}

/** How much of its volumes a log leaves free. */
export interface RoomSettings {
  /** Bytes; undefined for a hundredth of each volume, and at most 64 MiB. */
  readonly minFree: number | undefined;
  /** Other folders that grow with each commit, such as that of the head journal. */
  readonly others: readonly string[];
}

/** Reads that tell whether a log, and our own witness, may sign. */
export type UnchangedReads = Pick<HeadReads, 'head' | 'frozen' | 'countHeads'> &
  TileReads &
  Pick<EntryReads, 'entry'> &
  Pick<WitnessState, 'witnessed' | 'holder'>;

export interface UnchangedLog extends UnchangedReads, Disposable {
  /** Whether it is laid out as this version does. */
  readonly isCurrent: boolean;
}

/** A log as it stands in its folder, without the search: that needs the writer's part of the index. */
export interface LogReading extends LogReads, Pick<WitnessState, 'witnessed' | 'holder'>, Disposable {}

/** Reads for an audit: of all that is stored, in the order in which it is checked. */
export interface AuditedLog extends LogReading {
  /** Entries from `from` up to `to`, in order. @throws DamagedEntry */
  scan(from: number, to: number): Generator<ScannedEntry, undefined>;
  /** @param hash - SHA-256 of it */
  attestation(hash: Uint8Array): Uint8Array | undefined;
  /** Looks at the layout at one moment, so that an audit knows of rows that no read asks for. */
  layout(): StoredLayout;
  /** The runs of the search index, one after another. */
  runs(): readonly Run[];
  readonly fingerprints: Fingerprints;
  /** @throws MissingPart for a part of a run that has been merged meanwhile */
  readonly readPart: ReadPart;
}

export interface StoredLayout {
  /** Of the newest head. */
  readonly size: TreeSize;
  /** Says what is missing, or stored for no entry; undefined where all that is stored fits the size. */
  readonly misfit: { readonly at: number; readonly reason: string } | undefined;
}
