import type { LogClient } from '../client/http/log-client.ts';
import { NoLog } from '../client/http/failures.ts';
import { type Offer, probe } from '../client/http/probe.ts';
import { RekorV1Client } from '../client/http/rekor-v1-client.ts';
import { TileClient } from '../client/http/tile-client.ts';
import { openTransport, type Transport } from '../client/http/transport.ts';
import { bearsTrusted, type TrustedKey } from '../client/trusted-keys.ts';
import { ecdsa } from './ecdsa.ts';
import { type Trust, trustedKeys } from './trust.ts';

export type { Trust } from './trust.ts';
export type * from '../client/http/log-client.ts';
export type { TrustedHead } from '../client/trusted-keys.ts';
export { FalseAnswer, NoLog, NotFound, NotOffered, RefusedByLog, Unreachable } from '../client/http/failures.ts';

/** How a log is asked. */
export interface ConnectOptions extends Trust {
  /** Milliseconds that one answer may take; 30,000 if it is left out. */
  readonly timeout?: number;
  /** Times that a request is made again where the server is busy or the connection breaks; 2 if it is left out. */
  readonly retries?: number;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 2;
/** Most ids that are asked for at once, as Rekor's own page. */
const SEARCH_PAGE = 100;

/**
 * Finds out which API the log at an address speaks that its keys can check: Rekor v1, which has the most operations, else Rekor v2
 * or the files of a C2SP log. The client returns nothing that it has not checked with those keys.
 *
 * @throws Unreachable, NoLog
 * @throws MalformedInput, MalformedKey, MalformedAnswer for keys that are none
 */
export async function connect(url: string, options: ConnectOptions): Promise<LogClient> {
  const { timeout = TIMEOUT_MS, retries = RETRIES, headers } = options;
  const keys = trustedKeys(options);
  const transport = openTransport(url, { timeout, retries, ...(headers !== undefined && { headers }) });
  return clientFor(transport, await probe(transport), keys);
}

function clientFor(transport: Transport, offer: Offer, keys: readonly TrustedKey[]): LogClient {
  const isTrusted = (note: string | undefined): boolean => note !== undefined && bearsTrusted(note, keys, ecdsa);
  if (isTrusted(offer.rekorNote)) return rekorClient(transport, offer, keys);
  if (isTrusted(offer.tileNote)) return tileClient(transport, offer, keys);
  throw new NoLog(`the head of ${transport.base} is signed by none of the keys that are trusted`);
}

function rekorClient(transport: Transport, { discovery }: Offer, keys: readonly TrustedKey[]): LogClient {
  const searchPage = discovery === undefined ? undefined : (discovery.limits?.page ?? SEARCH_PAGE);
  return new RekorV1Client(transport, { keys, ecdsa, ...(searchPage !== undefined && { searchPage }) });
}

function tileClient(transport: Transport, offer: Offer, keys: readonly TrustedKey[]): LogClient {
  const { apis, discovery, tilePrefix: prefix } = offer;
  return new TileClient(transport, {
    api: apis.includes('rekor-v2') ? 'rekor-v2' : 'tiles',
    keys,
    ecdsa,
    tiles: prefix === undefined ? undefined : { transport, prefix },
    findsHashes: discovery !== undefined,
  });
}
