import type { RecordedShard } from '../shards/begun-shards.ts';
import type { StorageEngine } from '../../storage/engine.ts';

/** Where a shard is, and who it is if it begins now. */
export interface ShardPlace {
  readonly folder: string;
  /** Whether it is the data folder itself, which holds those of later shards. */
  readonly isFirst: boolean;
  /** Folder of its head journal. */
  readonly heads: string;
  readonly engine: StorageEngine;
  readonly rekorKey: string;
  readonly c2spKey: string;
  /** File with the passphrase of keys that are encrypted. */
  readonly keyPassphrase?: string | undefined;
  /** Undefined: the origin that the log has, or `localhost` for a log that begins now. */
  readonly origin: string | undefined;
  /** Undefined for the first shard. */
  readonly later: LaterShard | undefined;
  /** Sum of the sizes of the shards before it. */
  readonly offset: number;
  /** The command that tells an operator what can be done where log and journal do not fit. */
  readonly recoverCommand: string;
}

export interface LaterShard {
  /** From 2 on. */
  readonly number: number;
  /** Folders that keep a record of shards that have begun: those of the data and of the heads of the first. */
  readonly recordedIn: readonly string[];
  /** The record of this one; undefined before it has begun, and where an earlier version began it. */
  readonly begun: RecordedShard | undefined;
}

/** The plan of a start for one shard. */
export interface PlannedShard {
  readonly place: ShardPlace;
  readonly act: 'open' | 'begin';
  /** Looks again, once no other process can change the shard. @throws LogRefused if the plan is out of date */
  readonly confirm: () => Promise<void>;
}
