import type { LogEntry } from '../../../client/http/log-client.ts';

/** The outcome of a verification that holds. */
export interface Verified {
  /** The entry, as JSON. */
  readonly place: object;
  /** The entry, for people. */
  readonly at: string;
  readonly checked: readonly string[];
  readonly isOffline: boolean;
  /** The part that could not be checked. */
  readonly left?: string | undefined;
}

/** Where an entry stands, for people. */
export function placeOf({ logIndex, head }: Pick<LogEntry, 'logIndex' | 'head'>): string {
  return `entry ${logIndex} of ${head.checkpoint.origin}, ${head.checkpoint.size} entries`;
}
