import type { Headers } from './answer.ts';

/* Every origin may read, nobody is authenticated: what Rekor answers with the default settings of its CORS library. */

const METHODS: readonly string[] = ['GET', 'POST', 'HEAD'];
const REQUEST_HEADERS: readonly string[] = ['accept', 'content-type', 'x-requested-with'];

const VARY_ORIGIN: Headers = { Vary: 'Origin' };
const VARY_AND_ALLOW: Headers = { ...VARY_ORIGIN, 'Access-Control-Allow-Origin': '*' };
const VARY_PREFLIGHT: Headers = { Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' };

/** The request headers that decide, in lower case as Node gives them. */
export interface CorsRequest {
  readonly method: string;
  readonly origin: string | undefined;
  readonly requestMethod: string | undefined;
  readonly requestHeaders: string | undefined;
}

/** Whether the request only asks what another may do: Fetch standard, CORS-preflight. */
export function isPreflight({ method, requestMethod }: CorsRequest): boolean {
  return method === 'OPTIONS' && requestMethod !== undefined && requestMethod !== '';
}

/** Returns the headers about other origins, which every answer has. */
export function corsHeaders(request: CorsRequest): Headers {
  if (isPreflight(request)) return preflightHeaders(request);
  const { method, origin } = request;
  return origin !== undefined && (METHODS.includes(method) || method === 'OPTIONS') ? VARY_AND_ALLOW : VARY_ORIGIN;
}

/** Returns the headers of an answer that no page of another site may read. */
export function withoutOrigins({ Vary = 'Origin' }: Headers): Headers {
  return { Vary };
}

/** Empty names in a list that are passed over (RFC 9110 §5.6.1.2). */
const MOST_EMPTY_NAMES = 16;
/** Characters of a list that can be allowed: all names, empty ones, and the blanks around them. */
const MOST_CHARACTERS = 256;
/** A name in a list, with at most one blank on either side. */
const NAME = /^[ \t]?(?:[ \t]|([^ \t]*)[ \t]?)$/;

/** Browsers send names in lower case, sorted, each once (Fetch standard), and only so they are taken. */
function areNamesAllowed(list: string): boolean {
  if (list.length > MOST_CHARACTERS) return false;
  const names = list.split(',').map((part) => (NAME.test(part) ? part.trim() : undefined));
  const places = names.filter((name) => name !== '').map((name) => REQUEST_HEADERS.indexOf(name ?? ''));
  const areSorted = places.every((place, i) => place > (places[i - 1] ?? -1));
  return areSorted && names.length - places.length <= MOST_EMPTY_NAMES;
}

function preflightHeaders({ origin, requestMethod = '', requestHeaders = '' }: CorsRequest): Headers {
  const allowed = METHODS.includes(requestMethod) && areNamesAllowed(requestHeaders);
  if (origin === undefined || !allowed) return VARY_PREFLIGHT;
  return {
    ...VARY_PREFLIGHT,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': requestMethod,
    ...(requestHeaders === '' ? {} : { 'Access-Control-Allow-Headers': requestHeaders }),
  };
}
