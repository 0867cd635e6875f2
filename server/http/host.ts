import type { Request } from 'express';

/**
 * The host that a request is for, in lower case, without port and without the dot of an absolute name (RFC 1034 §3.1). A
 * target in absolute form takes the place of `Host` (RFC 9112 §3.2.2), and what a trusted proxy says the place of both.
 * Empty if the request names none.
 *
 * @param authority - host of a target in absolute form
 */
export function hostNameOf(request: Request, authority: string | undefined): string {
  const isForwarded = request.host !== request.headers.host;
  const host: string | undefined = isForwarded ? request.hostname : (authority ?? request.hostname);
  return (host ?? '').replace(/\.$/, '').toLowerCase();
}
