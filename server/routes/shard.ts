import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import { hostNameOf } from '../http/host.ts';
import type { OperationRequest } from '../http/operation.ts';

/** The shard whose origin the request names as its host; the one that grows for any other host. */
export function shardFor(
  shards: LogShards,
  { request, authority }: Pick<OperationRequest, 'request' | 'authority'>,
): Log {
  if (shards.ended.length === 0) return shards.active;
  return shards.byOrigin(hostNameOf(request, authority)) ?? shards.active;
}

/** Whether the address that was asked for is this shard's for ever: any other host is the next shard's once there is one. */
export function isBoundTo(
  { shard }: Log,
  { request, authority }: Pick<OperationRequest, 'request' | 'authority'>,
): boolean {
  return hostNameOf(request, authority) === shard.origin;
}
