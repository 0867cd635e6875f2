import { InvalidEntry } from '../failures.ts';
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

/** Undefined if one of them cannot be read: stored entries may hold keys that nobody has looked at. */
export function readKeysIfReadable(pems: readonly Uint8Array[]): readonly KeyMaterial[] | undefined {
  try {
    return pems.map(readKeyMaterial);
  } catch (error) {
    if (error instanceof InvalidKey) return undefined;
    throw error;
  }
}
