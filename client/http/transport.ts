import { parseUtf8, toBase64, utf8 } from '../../base/bytes.ts';
import { brief } from '../../base/brief.ts';
import { MalformedAddress, NoLog, Unreachable } from './failures.ts';

/** A request, and what its answer may be. */
export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes that the answer may have, after decompression; what is longer is not read. 32 MiB if it is left out. */
  readonly limit?: number;
}

export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Asks one server. All methods throw `Unreachable` and `NoLog`. */
export interface Transport {
  /** Without a slash at its end. */
  readonly base: string;
  /** @param path - begins with a slash */
  ask(path: string, ask?: Ask): Promise<Answer>;
}

export interface TransportOptions {
  /** Milliseconds that one answer may take, from the first byte to the last. */
  readonly timeout: number;
  /** Times that a request is made again: where the server is busy (429, 502 to 504), or the connection breaks. */
  readonly retries: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the requests; `fetch` if it is left out. */
  readonly send?: Send;
}

/** A request as `Send` makes it. */
export interface SendOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}

/** Makes one request, and follows no redirect. */
export type Send = (url: string, options: SendOptions) => Promise<Response>;

const sendByFetch: Send = (url, options) => fetch(url, { ...options, redirect: 'manual' });

const DEFAULT_LIMIT = 32 * 1024 * 1024;
/** Most redirects within the server's own address. */
const MOST_REDIRECTS = 5;
/** A server that asks for a longer pause than this is not waited for. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 250;
const BUSY_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Makes requests with bounds on size, time and redirects.
 *
 * @throws MalformedAddress unless `base` is an address of http or https without query and fragment
 */
export function openTransport(base: string, options: TransportOptions): Transport {
  const { root, authorization } = parseAddress(base);
  const headers = { ...(authorization !== undefined && { authorization }), ...options.headers };
  const ask = async (path: string, asked: Ask = {}): Promise<Answer> => {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await once(`${root}${path}`, asked, { ...options, headers }).catch((error: unknown) => {
        if (error instanceof Unreachable && attempt < options.retries) return undefined;
        throw error;
      });
      if (outcome !== undefined && (!BUSY_STATUSES.has(outcome.status) || attempt >= options.retries)) return outcome;
      await pause(pauseBefore(attempt, outcome?.headers.get('retry-after') ?? undefined));
    }
  };
  return { base: root, ask };
}

/**
 * A user and a password in the address become a header, and are in no message.
 *
 * @throws MalformedAddress
 */
export function parseAddress(base: string): { readonly root: string; readonly authorization?: string } {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '' || !/^https?:$/.test(url.protocol)) {
    const named = base.includes('@') ? 'the address' : JSON.stringify(brief(base));
    throw new MalformedAddress(`${named} is no address of a log: write it as https://log.example`);
  }
  const { username, password } = url;
  [url.username, url.password] = ['', ''];
  const root = url.href.replace(/\/+$/, '');
  if (username === '' && password === '') return { root };
  const credential = utf8(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { root, authorization: `Basic ${toBase64(credential)}` };
}

/** Goes after redirects within the server. @throws Unreachable, NoLog */
async function once(url: string, ask: Ask, options: TransportOptions): Promise<Answer> {
  const signal = AbortSignal.timeout(options.timeout);
  try {
    let at = url;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const response = await sendAsked(at, ask, options, signal);
      const next = redirectOf(at, response);
      if (next === undefined) return await answerOf(at, response, ask.limit ?? DEFAULT_LIMIT);
      await response.body?.cancel();
      at = next;
    }
    throw new NoLog(`${url} redirects more than ${MOST_REDIRECTS} times`);
  } catch (error) {
    if (error instanceof NoLog) throw error;
    if (signal.aborted) throw new Unreachable(`${url} has not answered within ${options.timeout / 1000} s`);
    throw new Unreachable(`${url} does not answer: ${reasonOf(error)}`, { cause: error });
  }
}

function sendAsked(url: string, ask: Ask, options: TransportOptions, signal: AbortSignal): Promise<Response> {
  const { method = 'GET', body } = ask;
  const { send = sendByFetch } = options;
  const headers = { accept: '*/*', ...options.headers, ...ask.headers };
  return send(url, { method, headers, signal, ...(body !== undefined && { body }) });
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where an answer leads to. @throws NoLog if that is another server: keys and entries are for the one that was named */
function redirectOf(url: string, { status, headers }: Response): string | undefined {
  const location = headers.get('location');
  if (!REDIRECTS.has(status) || location === null) return undefined;
  const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
  if (next?.origin === new URL(url).origin) return next.href;
  throw new NoLog(`${url} redirects to ${brief(next?.href ?? location)}: name that server if it is the log`);
}

async function answerOf(url: string, response: Response, limit: number): Promise<Answer> {
  const { status, headers } = response;
  return { url, status, headers, body: await readBody(response, url, limit) };
}

/** @throws NoLog for a body beyond `limit` */
async function readBody(response: Response, url: string, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > limit) throw new NoLog(`the answer of ${url} has more than ${limit} bytes, and was not read on`);
    parts.push(part);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** Reasons that people meet, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address. Is the log running?',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now. Is there a network?',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ECONNRESET: 'the connection was cut off',
  UND_ERR_SOCKET: 'the connection was cut off',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is signed by itself. Name it in NODE_EXTRA_CA_CERTS if it is the right one',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS. Is the log at http instead of https?',
};

/** The most telling message: `fetch` hides it in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0] ?? new Error(error.message));
  if (cause instanceof Error) return reasonOf(cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? error.message;
}

function pauseBefore(attempt: number, retryAfter: string | undefined): number {
  const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : 0;
  return Math.min(Math.max(asked, FIRST_PAUSE_MS * 2 ** attempt), LONGEST_PAUSE_MS);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((over) => void setTimeout(over, milliseconds));
}

/** Reads an answer of JSON. @throws NoLog that names what came instead */
export function readJson({ url, body }: Answer): unknown {
  const text = readText({ url, body });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new NoLog(`${url} answers with ${kindOfText(text)}, and JSON was expected`);
  }
}

/** Reads an answer of text. @throws NoLog for other bytes, and for a web page */
export function readText({ url, body }: Pick<Answer, 'url' | 'body'>): string {
  const text = parseUtf8(body);
  if (text === undefined) throw new NoLog(`${url} answers with bytes that are no text`);
  if (isPage(text)) throw new NoLog(`${url} answers with a web page: is that the address of a log?`);
  return text;
}

function isPage(text: string): boolean {
  return /^\s*<(?:!doctype|html|\?xml|head|body)/i.test(text);
}

function kindOfText(text: string): string {
  if (text.trim() === '') return 'nothing';
  return /^\s*[[{]/.test(text) ? 'JSON that is cut off or broken' : `"${brief(text.trim())}"`;
}
