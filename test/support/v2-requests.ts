import { createHash, createPublicKey } from 'node:crypto';
import { utf8 } from '../../base/bytes.ts';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import { type KeyType, makeSigner, pae, type Signer, signArtifact, signPrehashed } from './signing.ts';

/* Requests of Rekor v2, signed as its clients sign them. */

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

/** Algorithms that Rekor v2 lets an operator choose from: the key, what is signed, and its name in the policy. */
export const ALGORITHMS = [
  ['PKIX_ECDSA_P256_SHA_256', 'P-256', 'sha256', 'ecdsa-sha2-256-nistp256'],
  ['PKIX_ECDSA_P384_SHA_384', 'P-384', 'sha384', 'ecdsa-sha2-384-nistp384'],
  ['PKIX_ECDSA_P521_SHA_512', 'P-521', 'sha512', 'ecdsa-sha2-512-nistp521'],
  ['PKIX_RSA_PKCS1V15_2048_SHA256', 'rsa', 'sha256', 'rsa-sign-pkcs1-2048-sha256'],
  ['PKIX_RSA_PKCS1V15_3072_SHA256', 'rsa3072', 'sha256', 'rsa-sign-pkcs1-3072-sha256'],
  ['PKIX_RSA_PKCS1V15_4096_SHA256', 'rsa4096', 'sha256', 'rsa-sign-pkcs1-4096-sha256'],
  ['PKIX_ED25519_PH', 'ed25519', 'sha512', 'ed25519-ph'],
] as const satisfies readonly (readonly [string, KeyType, DigestAlgorithm, string])[];

export interface V2Signer extends Signer {
  readonly type: KeyType;
  /** SubjectPublicKeyInfo. */
  readonly der: Uint8Array;
  readonly keyDetails: string;
  readonly algorithm: DigestAlgorithm;
}

export function makeV2Signer(type: KeyType = 'P-256'): V2Signer {
  const signer = makeSigner(type);
  const [keyDetails, , algorithm] = ALGORITHMS.find(([, key]) => key === type) ?? ALGORITHMS[0];
  return { ...signer, type, der: derOf(signer.pem), keyDetails, algorithm };
}

export function derOf(pem: string): Uint8Array {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' });
}

/** As clients of Rekor v2 sign both artifacts and envelopes: over the digest that goes with the key. */
export function signV2(signer: V2Signer, artifact: Uint8Array): Uint8Array {
  return signer.type === 'ed25519' ? signPrehashed(signer, artifact) : signArtifact(signer, artifact, signer.algorithm);
}

export interface VerifierJson {
  readonly publicKey?: { readonly rawBytes: string };
  readonly x509Certificate?: { readonly rawBytes: string };
  readonly keyDetails: string | number;
}

export function keyVerifier({ der, keyDetails }: V2Signer): VerifierJson {
  return { publicKey: { rawBytes: base64(der) }, keyDetails };
}

export function certificateVerifier(certificate: Uint8Array, { keyDetails }: V2Signer): VerifierJson {
  return { x509Certificate: { rawBytes: base64(certificate) }, keyDetails };
}

export const ARTIFACT = utf8('artifact');

export function hashedRekordRequest(
  signer: V2Signer,
  verifier = keyVerifier(signer),
  artifact: string | Uint8Array = ARTIFACT,
) {
  const bytes = Buffer.from(artifact);
  const digest = createHash(signer.algorithm).update(bytes).digest('base64');
  return { digest, signature: { content: base64(signV2(signer, bytes)), verifier } };
}

export type HashedRekordRequest = ReturnType<typeof hashedRekordRequest>;

/** @param verifiers - those of the signers, unless it is said */
export function dsseRequestOf(
  signers: readonly V2Signer[],
  payload: string,
  payloadType = 'application/vnd.in-toto+json',
  verifiers = signers.map(keyVerifier),
) {
  const message = pae(payloadType, utf8(payload));
  const signatures = signers.map((signer) => ({ sig: base64(signV2(signer, message)), keyid: '' }));
  return { envelope: { payload: base64(payload), payloadType, signatures }, verifiers };
}

export type DsseRequest = ReturnType<typeof dsseRequestOf>;

export const HASH = { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' } as const;

/** The body as docs/spec/rekor-v2.md has it, put together by hand. */
export function expectedBody({ digest, signature }: HashedRekordRequest, hash: string): string {
  const { publicKey, x509Certificate, keyDetails } = signature.verifier;
  const [member, rawBytes] = publicKey
    ? ['publicKey', publicKey.rawBytes]
    : ['x509Certificate', x509Certificate?.rawBytes];
  const verifier = `{"keyDetails":"${keyDetails}","${member}":{"rawBytes":"${rawBytes}"}}`;
  const data = `{"algorithm":"${hash}","digest":"${digest}"}`;
  const spec = `{"hashedRekordV002":{"data":${data},"signature":{"content":"${signature.content}","verifier":${verifier}}}}`;
  return `{"apiVersion":"0.0.2","kind":"hashedrekord","spec":${spec}}`;
}

export function derPart(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
}
