/** Where the log takes its time from. */
export interface Clock {
  /** Seconds since the Unix epoch, whole. */
  now(): number;
  /** Why the time is not to be trusted; undefined while it is. */
  doubt(): string | undefined;
}
