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

/** What every answer says about other origins. */
export function corsHeaders(request: CorsRequest): Headers {
  if (isPreflight(request)) return preflightHeaders(request);
  const { method, origin } = request;
  return origin !== undefined && (METHODS.includes(method) || method === 'OPTIONS') ? VARY_AND_ALLOW : VARY_ORIGIN;
}

function preflightHeaders({ origin, requestMethod = '', requestHeaders = '' }: CorsRequest): Headers {
  const names = requestHeaders === '' ? [] : requestHeaders.split(',').map((name) => name.trim().toLowerCase());
  const allowed = METHODS.includes(requestMethod) && names.every((name) => REQUEST_HEADERS.includes(name));
  if (origin === undefined || !allowed) return VARY_PREFLIGHT;
  return {
    ...VARY_PREFLIGHT,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': requestMethod,
    ...(requestHeaders === '' ? {} : { 'Access-Control-Allow-Headers': requestHeaders }),
  };
}
