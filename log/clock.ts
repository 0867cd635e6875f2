/** Where the log takes its time from. */
export interface Clock {
  /** Seconds since the Unix epoch, whole. */
  now(): number;
  /**
   * Why the time is not to be trusted; undefined while it is.
   *
   * @param newest - a time that has been signed: a clock that is far behind it is wrong, or was
   */
  reasonUntrusted(newest: number): string | undefined;
}
