import { existsSync } from 'node:fs';
import type { LogClient } from '../../client/http/log-client.ts';
import { type Offer, offeredKeys, probe } from '../../client/http/probe.ts';
import { RekorV1Client } from '../../client/http/rekor-v1-client.ts';
import { TileClient } from '../../client/http/tile-client.ts';
import { openTransport, type Send, type Transport } from '../../client/http/transport.ts';
import { bearsTrusted, openTrusted, type TrustedHead, type TrustedKey } from '../../client/trusted-keys.ts';
import { readInput } from '../files/input.ts';
import type { Run } from '../frame/command.ts';
import { CheckFailed, UsageFault } from '../frame/exit-codes.ts';
import { StateUnwritable } from '../state/failures.ts';
import { LogStateFile } from '../state/log-state.ts';
import { type ClientIdentity, clientIdentity } from './client-identity.ts';
import { ecdsa } from './ecdsa.ts';
import { follow, place } from './follow.ts';
import { namedKeys } from './log-keys.ts';
import { nodeSend } from './node-send.ts';
import { stateFolder } from './state-folder.ts';

/** A log that was found, with the keys that it is trusted by. */
export interface OpenedLog {
  readonly base: string;
  readonly offer: Offer;
  readonly keys: readonly TrustedKey[];
  /** By the API with the most operations that the keys can check. */
  readonly client: LogClient;
  /** By its tiles, where the keys can check their heads; it may be `client` itself. */
  readonly tiles: LogClient | undefined;
  /** Compares a head with the last one that was seen of its tree, and remembers it. @throws CheckFailed */
  follow(client: LogClient, head: TrustedHead): Promise<void>;
  /** As `follow`, but takes a head that is older than the last one, if that one begins with it. @throws CheckFailed */
  place(client: LogClient, head: TrustedHead): Promise<void>;
}

const DEFAULT_TIMEOUT = 30; // seconds
const RETRIES = 2;
/** Ids on a page that any Stele gives. */
const DEFAULT_PAGE = 100;

/** How a log is opened otherwise than the command line says. */
interface OpenOptions {
  /** Instead of `--server`. */
  readonly server?: string;
  /** Times that a request is made again; 2 if it is left out. */
  readonly retries?: number;
  /** In place of one that is made for `server`. */
  readonly transport?: Transport;
}

type Asking = Pick<Run, 'globals' | 'machine' | 'output'>;

/** Returns how long one answer may take. */
export function timeoutMs({ timeout = DEFAULT_TIMEOUT }: Pick<Run['globals'], 'timeout'>): number {
  return timeout * 1000;
}

/** Headers of requests to a server. The token is for the log, and not for where its tiles are if that is elsewhere. @throws UsageFault */
export function requestHeaders(server: string, { token, tiles }: Run['globals']): Readonly<Record<string, string>> {
  const agent = { 'user-agent': 'stele' };
  if (token === undefined || server === tiles) return agent;
  const text = existsSync(token) ? new TextDecoder().decode(readInput(token, `--token ${token}`)) : token;
  if (/^[\x21-\x7e]+$/.test(text.trim())) return { ...agent, authorization: `Bearer ${text.trim()}` };
  throw new UsageFault('--token: there is no such file, or what it holds is no token');
}

/** Returns the client certificate for a server: it is for the log, as the token is. @throws UsageFault */
export function identityFor(server: string, globals: Run['globals']): ClientIdentity | undefined {
  return server === globals.tiles ? undefined : clientIdentity(globals);
}

function sendTo(server: string, globals: Run['globals']): Send | undefined {
  const identity = identityFor(server, globals);
  return identity && nodeSend(identity);
}

/** @throws UsageFault without an address */
export function transportTo(
  server: string | undefined,
  { globals }: Pick<Run, 'globals'>,
  retries: number = RETRIES,
): Transport {
  if (server === undefined) throw new UsageFault('no log is named: give --server URL, or set STELE_SERVER');
  const send = sendTo(server, globals);
  const headers = requestHeaders(server, globals);
  return openTransport(server, { timeout: timeoutMs(globals), retries, headers, ...(send && { send }) });
}

/**
 * Finds the log at `--server`, and trusts it by the keys of the command line, by those that were pinned before, or by those
 * that it offers now, which are pinned then.
 *
 * @throws Failure
 */
export async function openLog(asking: Asking, options: OpenOptions = {}): Promise<OpenedLog> {
  const { server, retries } = options;
  const transport = options.transport ?? transportTo(server ?? asking.globals.server, asking, retries);
  const offer = await probe(transport);
  const state = new LogStateFile(stateFolder(asking), transport.base);
  const keys = await trustedKeys(asking, transport, offer, state);
  const clients = openClients(asking, transport, offer, keys);
  return {
    base: transport.base,
    offer,
    keys,
    ...clients,
    follow: (client, head) => follow(state, client, head).catch((error: unknown) => tellForgotten(asking, error)),
    place: (client, head) => place(state, client, head).catch((error: unknown) => tellForgotten(asking, error)),
  };
}

/** A machine without a place for state is no reason to fail, unless that place was named. @throws all other errors */
function tellForgotten({ globals, output }: Asking, error: unknown): void {
  if (!(error instanceof StateUnwritable) || globals.state !== undefined) throw error;
  output.remark(`the head of the log is not remembered: ${error.message}`);
}

async function trustedKeys(
  { globals, output }: Asking,
  transport: Transport,
  offer: Offer,
  state: LogStateFile,
): Promise<readonly TrustedKey[]> {
  const named = namedKeys(globals);
  if (named.length > 0) return named;
  const { keys: pinned } = state.read();
  if (pinned.length > 0) return stillUsed(pinned, transport, offer, state);
  const offered = await offeredKeys(transport, offer);
  if (offered.length === 0)
    throw new UsageFault(`no key of the log at ${transport.base} is known, and it offers none: give --log-key`);
  const notes = [offer.rekorNote, offer.tileNote].filter((note) => note !== undefined);
  const own = notes.filter((note) => bearsTrusted(note, offered, ecdsa));
  // Of a private log that shows no head every answer is checked with them all the same.
  if ((notes.length > 0 && own.length === 0) || !own.every((note) => openTrusted(note, offered, ecdsa).holds))
    throw new CheckFailed(
      `${transport.base} offers keys that have not signed its head: nothing is pinned. Give --log-key`,
    );
  await state.update((old) => ({ ...old, keys: offered }));
  const names = [...new Set(offered.map(({ name }) => name ?? 'a log without a name'))].join(', ');
  output.remark(`first use of ${transport.base}: trusting the keys it offers for ${names}, pinned in ${state.path}`);
  return offered;
}

/** @throws CheckFailed if none of the heads is by a pinned key: it is another log, or its keys were changed */
function stillUsed(
  pinned: readonly TrustedKey[],
  { base }: Transport,
  { rekorNote, tileNote }: Offer,
  { path }: LogStateFile,
): readonly TrustedKey[] {
  const notes = [rekorNote, tileNote].filter((note) => note !== undefined);
  if (notes.length === 0 || notes.some((note) => bearsTrusted(note, pinned, ecdsa))) return pinned;
  throw new CheckFailed(
    `the log at ${base} signs with other keys than those that were pinned at first use. If you know why, give its key with --log-key, or remove ${path}`,
  );
}

/** The clients of each API, chosen by what the keys can check. @throws UsageFault */
function openClients(
  { globals }: Asking,
  transport: Transport,
  offer: Offer,
  keys: readonly TrustedKey[],
): Pick<OpenedLog, 'client' | 'tiles'> {
  const { api } = globals;
  if (api !== undefined && !offer.apis.includes(api))
    throw new UsageFault(`--api ${api}: ${transport.base} speaks ${offer.apis.join(' and ')}`);
  const rekor = (): LogClient => rekorClient(transport, offer, keys);
  if (api === 'rekor-v1') return { client: rekor(), tiles: undefined };
  const tileClient = openTiles({ globals }, transport, offer, keys);
  const [hasRekor, hasTiles] = [offer.rekorNote, offer.tileNote].map((note) => bears(note, keys));
  const tiles = hasTiles === true ? tileClient : undefined;
  const isRekor = api === undefined && (hasRekor === true || (tiles === undefined && offer.apis.includes('rekor-v1')));
  return { client: isRekor ? rekor() : tileClient, tiles };
}

function bears(note: string | undefined, keys: readonly TrustedKey[]): boolean {
  return note !== undefined && bearsTrusted(note, keys, ecdsa);
}

function rekorClient(transport: Transport, { discovery }: Offer, keys: readonly TrustedKey[]): LogClient {
  const searchPage = discovery === undefined ? undefined : (discovery.limits?.page ?? DEFAULT_PAGE);
  return new RekorV1Client(transport, { keys, ecdsa, ...(searchPage !== undefined && { searchPage }) });
}

function openTiles(
  { globals }: Pick<Run, 'globals'>,
  transport: Transport,
  { apis, discovery, tilePrefix: prefix }: Offer,
  keys: readonly TrustedKey[],
): LogClient {
  const below = prefix === undefined ? undefined : { transport, prefix };
  const elsewhere = globals.tiles === undefined ? undefined : transportTo(globals.tiles, { globals });
  return new TileClient(transport, {
    api: globals.api === 'tiles' || !apis.includes('rekor-v2') ? 'tiles' : 'rekor-v2',
    keys,
    ecdsa,
    tiles: elsewhere === undefined ? below : { transport: elsewhere, prefix: '' },
    findsHashes: discovery !== undefined,
  });
}
