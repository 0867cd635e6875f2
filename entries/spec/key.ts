import { toBase64 } from '../../base/bytes.ts';
import { InvalidEntry } from '../failures.ts';
import { MAX_CLAIMS } from '../kind.ts';
import { InvalidKey } from '../pki/failures.ts';
import { type KeyMaterial, readKeyMaterial } from '../pki/x509.ts';

/** The key, certificate or chain in `pem`. @throws InvalidEntry in Rekor's words */
export function readKey(pem: Uint8Array): KeyMaterial {
  try {
    return readKeyMaterial(pem);
  } catch (error) {
    if (error instanceof InvalidKey) throw new InvalidEntry(error.message, { cause: error });
    throw error;
  }
}

/**
 * The distinct keys of an entry; undefined if one of them cannot be read, or if there are more than an entry that was
 * checked can have. Stored entries may hold keys that nobody has looked at, and nobody pays to look at thousands.
 */
export function readKeysIfReadable(pems: readonly Uint8Array[]): readonly KeyMaterial[] | undefined {
  const distinct = new Map(pems.map((pem) => [toBase64(pem), pem]));
  if (distinct.size > MAX_CLAIMS) return undefined;
  try {
    return Array.from(distinct.values(), readKeyMaterial);
  } catch (error) {
    if (error instanceof InvalidKey) return undefined;
    throw error;
  }
}
