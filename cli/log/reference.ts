import type { EntryReference } from '../../client/http/log-client.ts';
import { UsageFault } from '../frame/exit-codes.ts';

/** Reads an index, a leaf hash or an entry id. @throws UsageFault */
export function parseReference(word: string): EntryReference {
  if (/^(?:[0-9a-fA-F]{16})?[0-9a-fA-F]{64}$/.test(word)) return { by: 'id', id: word };
  const index = /^\d{1,16}$/.test(word) ? Number(word) : Number.NaN;
  if (Number.isSafeInteger(index)) return { by: 'index', index };
  throw new UsageFault(
    `${JSON.stringify(word)} is no entry: give an index, a leaf hash (64 hex digits) or an entry id (80)`,
  );
}
