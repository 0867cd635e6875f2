import type { Request } from 'express';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import type { OperationRequest } from '../operations/operation.ts';

/** The shard whose origin the request names as its host; the one that grows for any other host. */
export function shardFor(shards: LogShards, { http, authority }: Pick<OperationRequest, 'http' | 'authority'>): Log {
  if (shards.ended.length === 0) return shards.active;
  return shards.byOrigin(hostNameOf(http, authority)) ?? shards.active;
}

/** Whether the address that was asked for is this shard's for ever: any other host is the next shard's once there is one. */
export function isBoundTo({ shard }: Log, { http, authority }: Pick<OperationRequest, 'http' | 'authority'>): boolean {
  return hostNameOf(http, authority) === shard.origin;
}

/**
 * The host that a request is for, in lower case, without port and without the dot of an absolute name (RFC 1034 §3.1). A
 * target in absolute form takes the place of `Host` (RFC 9112 §3.2.2), and what a trusted proxy says the place of both.
 * Empty if the request names none.
 *
 * @param authority - host of a target in absolute form
 */
function hostNameOf(request: Request, authority: string | undefined): string {
  const isForwarded = request.host !== request.headers.host;
  const host: string | undefined = isForwarded ? request.hostname : (authority ?? request.hostname);
  return (host ?? '').replace(/\.$/, '').toLowerCase();
}
