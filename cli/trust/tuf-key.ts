import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { Key, Signature } from '@tufjs/models';
import { canonicalJson } from '../../base/canonical-json.ts';
import { toHex } from '../../base/bytes.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import { readIfThere, writeWhole } from '../state/whole-file.ts';

/** The one key that signs all four roles of a repository. */
export interface TufKey {
  readonly key: Key;
  readonly sign: (data: Buffer) => Signature;
}

/**
 * Reads the private key of a TUF repository, or makes a file with a new one, for its owner alone.
 *
 * @param mayMake - whether the repository is a new one
 * @throws UsageFault
 */
export function openTufKey(file: string, mayMake: boolean): TufKey {
  const pem = readIfThere(file);
  if (pem !== undefined) return tufKey(readPrivateKey(file, pem));
  if (!mayMake)
    throw new UsageFault(`--tuf-key ${file}: it is not there, and the repository is signed with a key already`);
  const { privateKey } = generateKeyPairSync('ed25519');
  writeWhole(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return tufKey(privateKey);
}

function readPrivateKey(file: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, as any other key.
  }
  throw new UsageFault(`--tuf-key ${file}: it is no private Ed25519 key in PEM without a password`);
}

function tufKey(privateKey: KeyObject): TufKey {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const body = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: toHex(spki.subarray(-32)) } };
  const keyID = hash('sha256', canonicalJson(body), 'hex');
  return {
    key: new Key({ keyID, keyType: body.keytype, scheme: body.scheme, keyVal: body.keyval }),
    sign: (data) => new Signature({ keyID, sig: sign(undefined, data, privateKey).toString('hex') }),
  };
}
