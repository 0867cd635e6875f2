/** Time in which a key or a service is in use. Seconds since 1970; open at its end while it still is. */
export interface Period {
  readonly start: number;
  readonly end?: number;
}

/** As protobuf's JSON writes it: RFC 3339 in UTC. */
export interface TimeRange {
  readonly start: string;
  readonly end?: string;
}

/** A period in the words of trust files. Parts of a second are dropped. */
export function timeRange({ start, end }: Period): TimeRange {
  return { start: timeText(start), ...(end !== undefined && { end: timeText(end) }) };
}

function timeText(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
