import { plainText } from '../apis/plain.ts';
import { handlerError, rekorV1 } from '../apis/rekor-v1.ts';
import { rekorV2 } from '../apis/rekor-v2.ts';
import type { Answer, Headers } from '../http/answer.ts';

/* Rules that the operations of one API share. None says who may ask: each operation does that itself. */

const JSON_ONLY = ['application/json'];

/** Headers of answers that no cache may keep: rekor-v1 §1.4. */
const NEVER_CACHE: Headers = {
  'Cache-Control': 'no-cache, no-store, no-transform, must-revalidate, private, max-age=0',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
  Pragma: 'no-cache',
  'X-Accel-Expires': '0',
};

export const V1 = { format: rekorV1, api: 'rekor-v1', match: 'normalized', produces: JSON_ONLY } as const;
export const V1_READ = { ...V1, headers: NEVER_CACHE } as const;

export const V2 = { format: rekorV2, api: 'rekor-v2', match: 'exact', produces: JSON_ONLY } as const;
export const V2_READ = { ...V2, answersHead: true } as const;

/** Files of a C2SP log at the root. */
export const FILE = { format: plainText, api: 'rekor-v2', match: 'exact', produces: [], answersHead: true } as const;

/** Operations of no API, open with every choice of APIs. */
export const PLAIN_OPERATION = { format: plainText, match: 'exact', produces: [] } as const;

/** @param name - of the operation, as Rekor says it */
export function notEnabled(name: string): Answer {
  return handlerError(501, `${name} API not enabled in this Rekor instance`);
}
