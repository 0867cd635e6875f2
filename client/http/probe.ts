import { Failure } from '../../base/failure.ts';
import { parseUtf8 } from '../../base/bytes.ts';
import { parseLogKeys } from '../key-text.ts';
import { originOf, signerName, type TrustedKey } from '../trusted-keys.ts';
import { NoLog, RefusedByLog } from './failures.ts';
import type { Api } from './log-client.ts';
import type { Answer, Transport } from './transport.ts';

/** The kind of log that a server was found to be. */
export interface Offer {
  /** APIs that it speaks, the one with the most operations first. */
  readonly apis: readonly Api[];
  /** Path below which its tiles are: empty, or `/api/v2`. Undefined if it has none. */
  readonly tilePrefix: string | undefined;
  /** Its own word for what it is, if it is a Stele. */
  readonly discovery: Discovery | undefined;
  /** Heads as they came, not checked: that of Rekor v1, and that of the tiles. */
  readonly rekorNote: string | undefined;
  readonly tileNote: string | undefined;
}

/** Members read of `.well-known/stele.json`. Nothing about them is proved. */
export interface Discovery {
  readonly shards: readonly ShardDiscovery[];
  readonly limits?: { readonly page?: number };
}

/** Names and keys of a shard, and the time in which they sign: seconds since 1970. */
export interface ShardDiscovery {
  readonly v1?: { readonly origin: string; readonly publicKey: string };
  readonly v2?: { readonly origin: string; readonly vkey: string };
  readonly begins?: unknown;
  readonly frozen?: unknown;
}

/** Bytes of a head, of keys, and of what a server says of itself. */
const PROBE_LIMIT = 1024 * 1024;

/**
 * Asks a server what it is, with one question for each API, all at once.
 *
 * @throws Unreachable, NoLog if it is none of them
 */
export async function probe(transport: Transport): Promise<Offer> {
  const paths = ['/.well-known/stele.json', '/api/v1/log', '/api/v2/checkpoint', '/checkpoint'];
  const asked = paths.map((path) =>
    transport.ask(path, { limit: PROBE_LIMIT }).catch((error: unknown) => failureOf(error)),
  );
  const [own, v1, v2, tiles] = await Promise.all(asked);
  const all = [own, v1, v2, tiles].flatMap((one) => one ?? []);
  const [rekorNote, v2Note, plainNote] = [rekorNoteIn(v1), noteIn(v2), noteIn(tiles)];
  const spoken: readonly (readonly [Api, boolean])[] = [
    ['rekor-v1', rekorNote !== undefined],
    ['rekor-v2', v2Note !== undefined || isUnreadRekorV2(v2)],
    ['tiles', plainNote !== undefined],
  ];
  const open = spoken.flatMap(([api, isSpoken]) => (isSpoken ? api : []));
  const apis = open.length > 0 ? open : closedApis(v1, v2);
  if (apis.length === 0) throw all.find((one) => one instanceof Error) ?? noLogAt(transport.base, all);
  return {
    apis,
    tilePrefix: plainNote === undefined ? v2Note && '/api/v2' : '',
    discovery: discoveryIn(own),
    rekorNote,
    tileNote: plainNote ?? v2Note,
  };
}

/** APIs of a private log that lets this credential do something else than see its heads. */
function closedApis(v1: Probed, v2: Probed): readonly Api[] {
  const isClosed = (answer: Probed): boolean => statusOf(answer) === 403;
  return [...(isClosed(v1) ? (['rekor-v1'] as const) : []), ...(isClosed(v2) ? (['rekor-v2'] as const) : [])];
}

function statusOf(answer: Probed): number | undefined {
  return answer === undefined || answer instanceof Error ? undefined : answer.status;
}

/** @throws anything that is no failure */
function failureOf(error: unknown): Error {
  if (error instanceof Failure) return error;
  throw error;
}

type Probed = Answer | Error | undefined;

function textIn(answer: Probed): string | undefined {
  return answer === undefined || answer instanceof Error || answer.status !== 200 ? undefined : parseUtf8(answer.body);
}

function jsonIn(answer: Probed): unknown {
  try {
    return JSON.parse(textIn(answer) ?? 'null') as unknown;
  } catch {
    return null;
  }
}

function rekorNoteIn(answer: Probed): string | undefined {
  const info = jsonIn(answer) as { readonly signedTreeHead?: unknown } | null;
  const note = typeof info?.signedTreeHead === 'string' ? info.signedTreeHead : undefined;
  // A copy of a log of tiles answers there with the note of that log, which has another form: rekor-v1 §8.
  return note === undefined || signerName(originOf(note)) === originOf(note) ? undefined : note;
}

/** A text with the form of a signed note. */
function noteIn(answer: Probed): string | undefined {
  const text = textIn(answer);
  return text !== undefined && /^[^\n<{]+\n\d+\n[A-Za-z0-9+/=]+\n(?:[^\n]+\n)*\n\u2014 /.test(text) ? text : undefined;
}

/** Rekor v2's own server takes entries, and leaves reading to a server of files: rekor-v2 §1.2. */
function isUnreadRekorV2(answer: Probed): boolean {
  return statusOf(answer) === 501;
}

function discoveryIn(answer: Probed): Discovery | undefined {
  const value = jsonIn(answer) as Partial<Discovery> | null;
  return Array.isArray(value?.shards) ? (value as Discovery) : undefined;
}

function noLogAt(base: string, all: readonly (Answer | Error)[]): Failure<string> {
  const answers = all.flatMap((one) => (one instanceof Error ? [] : one));
  if (answers.some(({ status }) => status === 401)) return new RefusedByLog(`${base} is a private log: give --token`);
  const isPage = answers.some(({ status, body }) => status === 200 && /^\s*</.test(parseUtf8(body) ?? ''));
  const said = isPage
    ? 'it answers with web pages'
    : `it answers ${[...new Set(answers.map(({ status }) => status))].join(', ')}`;
  return new NoLog(`no log is at ${base}: ${said} where Rekor v1, Rekor v2 or the files of a C2SP log would be`);
}

/**
 * Returns the keys that a server says are its log's: a reason to trust them at first use, and no other.
 *
 * @throws MalformedKey, Unreachable, NoLog
 */
export async function offeredKeys(
  transport: Transport,
  { apis, discovery, rekorNote, tileNote }: Omit<Offer, 'tilePrefix'>,
): Promise<readonly TrustedKey[]> {
  if (discovery !== undefined) return discovery.shards.flatMap(shardKeys);
  const isClosed = rekorNote === undefined && tileNote === undefined; // a private log, which shows keys to everyone
  const c2sp = isClosed && apis.includes('rekor-v2') ? await keysAt(transport, '/vkey') : [];
  if (!apis.includes('rekor-v1')) return c2sp;
  const name = rekorNote === undefined ? c2sp[0]?.name : signerName(originOf(rekorNote));
  const rekor = await keysAt(transport, '/api/v1/log/publicKey');
  return [...rekor.map(({ spki }) => ({ name, spki })), ...c2sp];
}

/** @returns none where there is no such file @throws MalformedKey */
async function keysAt(transport: Transport, path: string): Promise<readonly TrustedKey[]> {
  const { status, body } = await transport.ask(path, { limit: PROBE_LIMIT });
  return status === 200 ? parseLogKeys(parseUtf8(body) ?? '') : [];
}

/** Returns the keys that a server names for a shard, each with the host that it signs as. @throws MalformedKey */
export function shardKeys({ v1, v2 }: ShardDiscovery): readonly TrustedKey[] {
  const rekor = v1 === undefined ? [] : parseLogKeys(v1.publicKey);
  return [
    ...rekor.map(({ spki }) => ({ name: signerName(v1?.origin ?? ''), spki })),
    ...(v2 === undefined ? [] : parseLogKeys(v2.vkey)),
  ];
}
