import type { Headers } from './answer.ts';

/* Every origin may read, nobody is authenticated: what Rekor answers with the default settings of its CORS library. */

const METHODS: readonly string[] = ['GET', 'POST', 'HEAD'];
const REQUEST_HEADERS: readonly string[] = ['accept', 'content-type', 'x-requested-with'];

export const VARY_ORIGIN: Headers = { Vary: 'Origin' };
const VARY_AND_ALLOW: Headers = { ...VARY_ORIGIN, 'Access-Control-Allow-Origin': '*' };
const VARY_PREFLIGHT: Headers = { Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' };

/** The request headers that decide, in lower case as Node gives them. */
export interface CorsRequest {
  readonly method: string;
  readonly origin: string | undefined;
  readonly requestMethod: string | undefined;
  readonly requestHeaders: string | undefined;
}

/** Headers for the answer to any request but a preflight. */
export function corsHeaders(method: string, origin: string | undefined): Headers {
  return origin !== undefined && (METHODS.includes(method) || method === 'OPTIONS') ? VARY_AND_ALLOW : VARY_ORIGIN;
}

/** Headers of the 204 that answers a preflight (Fetch standard, CORS-preflight); undefined for any other request. */
export function preflightHeaders(request: CorsRequest): Headers | undefined {
  const { method, origin, requestMethod, requestHeaders = '' } = request;
  if (method !== 'OPTIONS' || requestMethod === undefined || requestMethod === '') return undefined;
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
