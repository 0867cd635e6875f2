import type { Records } from '../../../search-index/records.ts';
import type { Run } from '../../../search-index/runs.ts';
import type { LogIdentity, StoredCosignature, StoredFreeze, StoredHead, WitnessClaim } from '../../../contract.ts';
import type { JournalHolder, JournalName } from '../../../journal.ts';
import type { WitnessedHead } from '../../../witness-state.ts';
import type { WatchedFile } from '../../watched-files.ts';
import type { RoomSettings } from '../file/room.ts';

/** Start data of the writer's thread. */
export interface WriterSettings {
  readonly folder: string;
  /** Files that each write depends on, beside those that only this thread has seen open. */
  readonly watched: readonly WatchedFile[];
  /** Records of the index that wait in memory until they become a run; undefined for as many as is best. */
  readonly runRecords: number | undefined;
  readonly room: RoomSettings;
}

/** A commit as the writer's thread gets it: ready rows, in buffers that change hands. */
export interface WriterCommit {
  /** Size the log must still have. */
  readonly from: number;
  readonly head: StoredHead;
  /** The row that `packBatch` made. */
  readonly batch: Uint8Array<ArrayBuffer>;
  /** For the index: of every leaf and key. */
  readonly records: Records;
  readonly attestations: readonly { readonly hash: Uint8Array; readonly payload: Uint8Array }[];
  readonly tiles: readonly { readonly place: number; readonly nodes: Uint8Array }[];
}

export interface Cosigning {
  readonly cosignatures: readonly StoredCosignature[];
  readonly published: number | undefined;
}

export interface Witnessing {
  readonly head: WitnessedHead;
  /** Size of the head that it replaces. */
  readonly size: number | undefined;
}

export interface Holding {
  readonly journal: JournalName;
  readonly holder: JournalHolder;
}

/** A request to the writer's thread. */
export type WriterRequest =
  | { readonly op: 'create'; readonly value: LogIdentity }
  | { readonly op: 'keepKeys'; readonly value: NonNullable<LogIdentity['publicKeys']> }
  | { readonly op: 'commit'; readonly value: WriterCommit }
  | { readonly op: 'cosign'; readonly value: Cosigning }
  | { readonly op: 'keepClaim'; readonly value: WitnessClaim }
  | { readonly op: 'freeze'; readonly value: StoredFreeze }
  | { readonly op: 'witness'; readonly value: Witnessing }
  | { readonly op: 'hold'; readonly value: Holding }
  | { readonly op: 'heartbeat'; readonly value: number }
  /** A part of a run of the index has been found damaged. */
  | { readonly op: 'doubt'; readonly value: number }
  /** Does all that can wait; for good, so that no record of the index is left outside of runs, and no WAL. */
  | { readonly op: 'compact'; readonly value: 'for now' | 'for good' }
  | { readonly op: 'close' };

/** Tells that the readers have the runs that were published last. Not answered. */
export interface RunsAdopted {
  readonly op: 'adopted';
}

/** Requests are answered in the order asked. */
export type WriterReply =
  { readonly ok: true } | { readonly ok: false; readonly name: string; readonly message: string };

/** The thread works: these are the runs of the index, and the records of the entries up to `to` that are in none yet. */
export interface WriterBegun {
  readonly begun: { readonly runs: readonly Run[]; readonly fresh: Records; readonly to: number };
}

/** For the operator. Answers nothing. */
export interface WriterSays {
  readonly level: 'info' | 'error';
  readonly sentence: string;
}

/** The runs of the index have changed. Answers nothing. */
export interface RunsPublished {
  readonly runs: readonly Run[];
}
