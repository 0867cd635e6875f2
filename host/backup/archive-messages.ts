/** Start data of the archiver's thread. */
export interface ArchiveSettings {
  readonly data: string;
  readonly heads: string;
  /** The folder that it writes to. */
  readonly into: string;
  /** One line that tells another process who writes to it. */
  readonly owner: string;
}

/** Outcome of one pass. */
export type ArchivePass =
  | {
      readonly ok: true;
      /** Entries of all shards that are in the archive, durably. */
      readonly size: number;
    }
  | { readonly ok: false; readonly reason: string };
