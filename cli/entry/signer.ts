import type { DigestAlgorithm, PublicKey } from '../../entries/signatures/claim.ts';
import { encodePem } from '../../entries/pki/pem.ts';
import { type KeyMaterial, readKeyMaterial } from '../../entries/pki/x509.ts';
import { named, readInput } from '../files/input.ts';

/** A public key or a certificate that made a signature. */
export interface SignerKey {
  readonly material: KeyMaterial;
  /** DER: of a certificate, or of a SubjectPublicKeyInfo. */
  readonly der: Uint8Array;
  readonly isCertificate: boolean;
}

/** Reads a file of a signer's: PEM, or DER. @param what - names it in messages @throws UsageFault */
export function readSignerFile(file: string, what: string): SignerKey {
  const bytes = readInput(file, what);
  return named(what, () => signerKeyOf(bytes));
}

/** @throws Failure, Error for what is neither a public key nor a certificate */
function signerKeyOf(bytes: Uint8Array): SignerKey {
  const text = new TextDecoder().decode(bytes);
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  refuseOtherKinds(label, text);
  return signerKeyIn(label === undefined ? toPem(bytes) : bytes);
}

/** @param der - of a certificate, whatever text stands in it @throws Failure */
export function certificateOf(der: Uint8Array): SignerKey {
  return signerKeyIn(encodePem({ label: 'CERTIFICATE', bytes: der }));
}

function signerKeyIn(pem: Uint8Array): SignerKey {
  const material = readKeyMaterial(pem);
  const canonical = new TextDecoder().decode(material.canonicalPem);
  const [, kind, body = ''] = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END/.exec(canonical) ?? [];
  return { material, der: Buffer.from(body, 'base64'), isCertificate: kind === 'CERTIFICATE' };
}

/** @throws Error */
function refuseOtherKinds(label: string | undefined, text: string): void {
  if (label?.includes('PRIVATE KEY') === true)
    throw new Error('it is a private key, and nobody but its owner should have that: give the public key');
  const isOther = /PGP|SSH|minisign/i.test(label ?? text.slice(0, 200)) || /^(ssh|ecdsa)-[\w-]+ /.test(text);
  if (isOther) throw new Error('it is a key of another kind: a PUBLIC KEY or a CERTIFICATE in PEM or DER is needed');
}

/** Tries the one, then the other. */
function toPem(der: Uint8Array): Uint8Array {
  if (der[0] !== 0x30) throw new Error('it is neither a public key nor a certificate, in PEM or in DER');
  const key = encodePem({ label: 'PUBLIC KEY', bytes: der });
  try {
    readKeyMaterial(key);
    return key;
  } catch {
    return encodePem({ label: 'CERTIFICATE', bytes: der });
  }
}

/** Rekor v2's name for a key and the digest that it signs; undefined if it has none. @param isPlain - of Ed25519 over the message itself */
export function keyDetailsOf(key: PublicKey, digest: DigestAlgorithm, isPlain = false): string | undefined {
  if (key.type === 'ed25519') return isPlain ? 'PKIX_ED25519' : digest === 'sha512' ? 'PKIX_ED25519_PH' : undefined;
  const name = key.type === 'ecdsa' ? `${key.curve} ${digest}` : `rsa${8 * key.modulus.length} ${digest}`;
  return KEY_DETAILS.get(name);
}

const KEY_DETAILS: ReadonlyMap<string, string> = new Map([
  ['P-256 sha256', 'PKIX_ECDSA_P256_SHA_256'],
  ['P-384 sha384', 'PKIX_ECDSA_P384_SHA_384'],
  ['P-521 sha512', 'PKIX_ECDSA_P521_SHA_512'],
  ['rsa2048 sha256', 'PKIX_RSA_PKCS1V15_2048_SHA256'],
  ['rsa3072 sha256', 'PKIX_RSA_PKCS1V15_3072_SHA256'],
  ['rsa4096 sha256', 'PKIX_RSA_PKCS1V15_4096_SHA256'],
]);

/** Reads a signature: bytes as they are, or base64 of them, as cosign writes. @throws UsageFault */
export function readSignatureFile(file: string, what: string): Uint8Array {
  const bytes = readInput(file, what);
  const text = new TextDecoder().decode(bytes).trim();
  const compact = text.replaceAll(/\s/g, '');
  if (/^[A-Za-z0-9+/]{16,}={0,2}$/.test(compact) && compact.length % 4 === 0) return Buffer.from(compact, 'base64');
  return text.startsWith('-----BEGIN') ? named(what, refuseArmour) : bytes;
}

function refuseArmour(): never {
  throw new Error('it is PEM, and a signature is its bytes, or base64 of them');
}

/** PEM of a key or certificate, in base64: as entries of Rekor v1 hold it. */
export function pemBase64({ material }: SignerKey): string {
  return Buffer.from(material.canonicalPem).toString('base64');
}

/** @returns what stands for a key in a request of Rekor v2 */
export function verifierOf({ der, isCertificate }: SignerKey, keyDetails: string): object {
  const rawBytes = Buffer.from(der).toString('base64');
  return isCertificate ? { x509Certificate: { rawBytes }, keyDetails } : { publicKey: { rawBytes }, keyDetails };
}
