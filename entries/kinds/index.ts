import { type EntryKind } from '../kind.ts';
import { dsse001 } from './dsse/v0.0.1.ts';
import { hashedrekord001 } from './hashedrekord/v0.0.1.ts';
import { intoto001 } from './intoto/v0.0.1.ts';
import { intoto002 } from './intoto/v0.0.2.ts';

/** Every kind of entry that this log knows, one line each. */
export const kinds: readonly EntryKind[] = [
  hashedrekord001, //
  intoto001,
  intoto002,
  dsse001,
];
