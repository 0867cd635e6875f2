import { equalBytes } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import type { NodeHash } from '../../merkle/types.ts';
import type { CopiedEntry } from '../../storage/history.ts';

/** Whether these are the entries that were logged: each has the hash that stands in a tile under a signed root. */
export function areLogged(entries: readonly CopiedEntry[], hashes: readonly NodeHash[]): boolean {
  return (
    entries.length === hashes.length &&
    entries.every(({ body }, i) => equalBytes(hashLeaf(body), hashes[i] ?? new Uint8Array()))
  );
}
