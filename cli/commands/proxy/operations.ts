import type { TileResource } from '../../../merkle/tile-path.ts';
import { parseTilePath } from '../../../merkle/tile-path.ts';
import type { Check } from './checks.ts';
import { checkEntries, checkEntryAt, checkEntryOf, checkHead } from './checks.ts';
import { checkCheckpoint, checkDiscovery, checkKeys, checkProofFile, checkTrustedRoot } from './checks-of-log.ts';
import { SUBMIT_PATHS } from './submit.ts';

/** How the proxy answers a request. */
export type Operation =
  | { readonly is: 'submission' }
  /** Read whole, and checked. */
  | { readonly is: 'checked'; readonly check: Check; readonly accept: string }
  /** Made of the tree that was checked. */
  | { readonly is: 'tile'; readonly resource: TileResource }
  /** A consistency proof of Rekor v1. */
  | { readonly is: 'growth' }
  /** Nothing in it can be proved: passed on as it comes. */
  | { readonly is: 'passed' };

const JSON_TYPE = 'application/json';

/** Operations with something to check: method and path, and what is asked for. */
const CHECKED: readonly (readonly [RegExp, Check, string])[] = [
  [/^GET \/api\/v1\/log\/entries$/, checkEntryAt, JSON_TYPE],
  [/^GET \/api\/v1\/log\/entries\/[^/]+$/, checkEntryOf, JSON_TYPE],
  [/^POST \/api\/v1\/log\/entries\/retrieve$/, checkEntries, JSON_TYPE],
  [/^GET \/api\/v1\/log$/, checkHead, JSON_TYPE],
  [/^GET (\/api\/v2)?\/checkpoint$/, checkCheckpoint, '*/*'],
  [/^GET \/api\/v2\/log\/proof\/[^/]+$/, checkProofFile, '*/*'],
  [/^GET (\/api\/v[12]\/log\/publicKey|\/vkey)$/, checkKeys, 'application/x-pem-file, text/plain'],
  [/^GET \/trusted_root\.json$/, checkTrustedRoot, JSON_TYPE],
  [/^GET \/\.well-known\/stele\.json$/, checkDiscovery, JSON_TYPE],
];

/** @param path - without its query */
export function operationOf(method: string, path: string): Operation {
  if (method === 'POST' && path in SUBMIT_PATHS) return { is: 'submission' };
  const tile = method === 'GET' ? /^(?:\/api\/v2)?\/tile\/(.+)$/.exec(path)?.[1] : undefined;
  const resource = tile === undefined ? undefined : parseTilePath(tile);
  if (resource !== undefined) return { is: 'tile', resource };
  if (method === 'GET' && path === '/api/v1/log/proof') return { is: 'growth' };
  const asked = `${method} ${path}`;
  const row = CHECKED.find(([pattern]) => pattern.test(asked));
  return row === undefined ? { is: 'passed' } : { is: 'checked', check: row[1], accept: row[2] };
}
