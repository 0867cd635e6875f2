import type { Request } from 'express';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';

/** The shard whose origin the request names as its host; the one that grows for any other host. */
export function shardFor(shards: LogShards, request: Request): Log {
  if (shards.ended.length === 0) return shards.active;
  const host = request.hostname as string | undefined; // undefined without a Host header
  return shards.byOrigin((host ?? '').toLowerCase()) ?? shards.active;
}
