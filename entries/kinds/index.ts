import { type EntryKind } from '../kind.ts';
import { dsse001 } from './dsse/v0.0.1.ts';
import { dsse002 } from './dsse/v0.0.2.ts';
import { hashedrekord001 } from './hashedrekord/v0.0.1.ts';
import { hashedrekord002 } from './hashedrekord/v0.0.2.ts';
import { intoto001 } from './intoto/v0.0.1.ts';
import { intoto002 } from './intoto/v0.0.2.ts';

/*
 * Every kind of entry that this log knows, one line each, by the API that takes it. A kind that stands in one list does
 * not exist in the other API: there its version cannot be found, as at a genuine Rekor.
 */

/** Those of the Rekor v1 API. */
export const kinds: readonly EntryKind[] = [
  hashedrekord001, //
  intoto001,
  intoto002,
  dsse001,
];

/** Those of the Rekor v2 API. */
export const v2Kinds: readonly EntryKind[] = [
  hashedrekord002, //
  dsse002,
];
