import { openTransport, parseAddress, type Send, type Transport } from '../../../client/http/transport.ts';
import { nodeSend } from '../../log/node-send.ts';
import type { Credentials } from './credentials.ts';

/** The log behind the proxy, asked with its credentials. */
export interface Upstream {
  readonly transport: Transport;
  /** One request, whose answer is read as it comes. */
  readonly send: Send;
}

/** A read is made again once where the connection breaks. */
const RETRIES = 1;

/** @throws MalformedAddress */
export function openUpstream(base: string, credentials: Credentials, timeout: number): Upstream {
  const { root, authorization } = parseAddress(base);
  const send = sendWith(credentials, authorization);
  const headers = { 'user-agent': 'stele-proxy', 'accept-encoding': 'identity' };
  return { transport: openTransport(root, { timeout, retries: RETRIES, headers, send }), send };
}

/** @param basic - credential of the address: in use where there is no token */
function sendWith({ token, identity }: Credentials, basic: string | undefined): Send {
  const send = nodeSend(identity);
  return (url, options) => {
    const bearer = token();
    const authorization = bearer === undefined ? basic : `Bearer ${bearer}`;
    const headers = { ...options.headers, ...(authorization !== undefined && { authorization }) };
    return send(url, { ...options, headers });
  };
}
