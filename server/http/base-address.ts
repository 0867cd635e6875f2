import type { Request } from 'express';

/** Address of the server as the request says it, without a slash at its end, if it says something that can be a host. */
export function baseOf({ protocol, host }: Request): string {
  return /^[\w.:[\]-]{1,255}$/.test(host ?? '') ? `${protocol}://${host}` : 'http://127.0.0.1:3000';
}
