import type { TreeHead } from '../../../../merkle/types.ts';
import type { Records } from '../../../search-index/records.ts';
import type { Run } from '../../../search-index/runs.ts';
import type { StoredCosignature, WitnessClaim } from '../../../cosignatures.ts';
import type { StoredFreeze, StoredHead } from '../../../heads.ts';
import type { LogIdentity } from '../../../identity.ts';
import {
  NoRoom,
  StaleCommit,
  StaleWitness,
  type StoreFailure,
  StoreRefused,
  UnreadablePage,
} from '../../../failures.ts';
import type { RoomSettings } from '../../../engine.ts';
import type { JournalHolder, JournalName } from '../../../journal.ts';
import type { WitnessedHead } from '../../../witness-state.ts';
import type { FigureMemory } from './figures.ts';
import type { WatchedFile } from '../../local-files/watched-files.ts';

/** Start data of the writer's thread. */
export interface WriterSettings {
  readonly folder: string;
  /** Files that each write depends on, beside those that only this thread has seen open. */
  readonly watched: readonly WatchedFile[];
  /** Records of the index that wait in memory until they become a run; undefined for as many as is best. */
  readonly runRecords: number | undefined;
  /** Whether commits wait for no disk. */
  readonly isUnsynced: boolean;
  readonly room: RoomSettings;
  readonly figures: FigureMemory;
}

/** A commit as the writer's thread gets it: ready rows, in buffers that change hands. */
export interface WriterCommit {
  /** The newest head that the log must still have. */
  readonly after: TreeHead;
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
export type WriterReply = { readonly op: 'done' } | { readonly op: 'failed'; readonly error: SentError };

/** The thread works: these are the runs of the index, and the records of the entries up to `to` that are in none yet. */
export interface WriterBegun {
  readonly op: 'begun';
  readonly runs: readonly Run[];
  readonly fresh: Records;
  readonly to: number;
}

/** For the operator. Answers nothing. */
export interface WriterSays {
  readonly op: 'says';
  readonly level: 'info' | 'error';
  readonly sentence: string;
}

/** The runs of the index have changed. Answers nothing. */
export interface RunsPublished {
  readonly op: 'runs';
  readonly runs: readonly Run[];
}

/** An error as it crosses threads. */
export interface SentError {
  /** Undefined for what is no failure of a store. */
  readonly code: StoreFailure['code'] | undefined;
  readonly name: string;
  readonly message: string;
}

/** The class of each failure of a store: one that is missing here does not compile. */
export type StoreFailureClasses = {
  readonly [C in StoreFailure['code']]: new (message: string) => Extract<StoreFailure, { readonly code: C }>;
};

const CLASSES: StoreFailureClasses = {
  'store-stale': StaleCommit,
  'witness-stale': StaleWitness,
  'no-room': NoRoom,
  'page-unreadable': UnreadablePage,
  'store-refused': StoreRefused,
};

export function sentError(thrown: unknown): SentError {
  if (!(thrown instanceof Error)) return { code: undefined, name: 'Error', message: String(thrown) };
  return { code: codeOf(thrown), name: thrown.name, message: thrown.message };
}

/** A failure of a store keeps its class. */
export function revivedError({ code, name, message }: SentError): Error {
  if (code === undefined) return Object.assign(new Error(message), { name });
  return new CLASSES[code](message);
}

/** Also of an error that ended a thread: Node copies its members, and not its class. */
function codeOf(error: Error): StoreFailure['code'] | undefined {
  const code = 'code' in error ? String(error.code) : '';
  return Object.hasOwn(CLASSES, code) ? (code as StoreFailure['code']) : undefined;
}
