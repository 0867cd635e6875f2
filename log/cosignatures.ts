import { equalBytes } from '../base/bytes.ts';
import type { StoredCosignature } from '../storage/contract.ts';

/** All that was said of one head. Later words of a witness take the place of its earlier ones. */
export function withLater(
  known: readonly StoredCosignature[],
  later: readonly StoredCosignature[],
): readonly StoredCosignature[] {
  const isReplaced = (old: StoredCosignature): boolean =>
    later.some(({ name, keyId }) => name === old.name && equalBytes(keyId, old.keyId));
  return [...known.filter((old) => !isReplaced(old)), ...later];
}
