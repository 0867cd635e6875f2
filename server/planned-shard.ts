/** Where a shard is, and who it is if it begins now. */
export interface ShardPlace {
  readonly folder: string;
  /** Whether it is the data folder itself, which holds those of later shards. */
  readonly isFirst: boolean;
  /** Folder of its head journal. */
  readonly heads: string;
  readonly v1Key: string;
  readonly tileKey: string;
  /** Undefined: the origin that the log has, or `localhost` for a log that begins now. */
  readonly origin: string | undefined;
  /** Sum of the sizes of the shards before it. */
  readonly offset: number;
  /** The command that tells an operator what can be done where log and journal do not fit. */
  readonly recoverCommand: string;
}

/** The plan of a start for one shard. */
export interface PlannedShard {
  readonly place: ShardPlace;
  readonly act: 'open' | 'begin';
  /** Looks again, once no other process can change the shard. @throws LogRefused if the plan is out of date */
  readonly confirm: () => Promise<void>;
}
