import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { utf8 } from '../../base/bytes.ts';

/** A key that signs as clients do: over a message for envelopes, over a digest for hashedrekord. */
export interface Signer {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export type KeyType = 'P-256' | 'P-384' | 'P-521' | 'rsa' | 'rsa3072' | 'rsa4096' | 'ed25519';

export function makeSigner(type: KeyType = 'P-256'): Signer {
  const { publicKey, privateKey } = makeKeys(type);
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }), privateKey };
}

function makeKeys(type: KeyType): { publicKey: KeyObject; privateKey: KeyObject } {
  if (type.startsWith('rsa')) return generateKeyPairSync('rsa', { modulusLength: Number(type.slice(3)) || 2048 });
  if (type === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: type });
}

/** As an envelope is signed: SHA-256 whatever the curve, or pure Ed25519. */
export function signMessage({ privateKey }: Signer, message: Uint8Array): string {
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? undefined : 'sha256';
  return sign(digest, message, privateKey).toString('base64');
}

export function signArtifact(
  { privateKey }: Signer,
  artifact: Uint8Array,
  algorithm: string,
  dsaEncoding: 'der' | 'ieee-p1363' = 'der',
): Uint8Array {
  return sign(algorithm, artifact, { key: privateKey, dsaEncoding });
}

/** Ed25519ph, which Node does not make. */
export function signPrehashed({ privateKey }: Signer, artifact: Uint8Array): Uint8Array {
  const { d } = privateKey.export({ format: 'jwk' });
  return ed25519ph.sign(artifact, Buffer.from(d ?? '', 'base64url'));
}

export const sha512Hex = (artifact: Uint8Array): string => Buffer.from(sha512(artifact)).toString('hex');

/** PAE, by hand: what the project makes of it is under test. */
export function pae(type: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload]);
}
