import type { Log } from '../../log/types.ts';
import type { Period } from '../../trust/period.ts';

/** Seconds that a key is said to be older than its first entry: clients whose clock is behind refuse keys of the future. */
const MARGIN_S = 3600;

/** Time in which the keys of a shard sign: from an hour before its first entry to its end, if it has ended. */
export async function periodOf(log: Log): Promise<Period> {
  const first = await log.byIndex(log.shard.offset);
  const start = Math.max(0, (first?.integratedTime ?? log.head().at) - MARGIN_S); // imported entries may have no time
  return { start, ...(log.frozenAt !== undefined && { end: log.frozenAt }) };
}
