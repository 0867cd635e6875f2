/** Start data of the scrub's thread. */
export interface ScrubSettings {
  readonly data: string;
  readonly heads: string;
  /** Whether no file may change: then a restart begins anew. */
  readonly readOnly: boolean;
  /** Milliseconds that a full pass is to take. */
  readonly period: number;
  /** Folder with a backup of the log that damaged entries are read from. */
  readonly archive: string | undefined;
  /** Where another server has the same tree. */
  readonly mirror: string | undefined;
}

/** Messages of the thread. */
export type ScrubMessage =
  | { readonly kind: 'figures'; readonly figures: ScrubFigures }
  | { readonly kind: 'damage'; readonly says: string }
  | { readonly kind: 'repaired'; readonly says: string }
  | { readonly kind: 'warning'; readonly says: string }
  | { readonly kind: 'passed'; readonly entries: number; readonly damaged: number }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ScrubFigures {
  /** Entries checked since the start of the process. */
  readonly entries: number;
  /** Records of the search index checked since the start of the process. */
  readonly records: number;
  /** Entries that this pass has behind it, of all shards. */
  readonly position: number;
  /** When the last full pass ended, in seconds since the Unix epoch; undefined before the first. */
  readonly lastPass: number | undefined;
  /** Places that this pass or the one before found damaged: the larger number. */
  readonly damaged: number;
}
