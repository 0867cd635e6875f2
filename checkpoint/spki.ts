import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { decodeBase64, equalBytes, toBase64 } from '../base/bytes.ts';

/*
 * SubjectPublicKeyInfo in DER, which for one algorithm and curve differs in its last bytes only: RFC 8410 §4 for
 * Ed25519, RFC 5480 §2 for named curves.
 */

const ED25519 = hexToBytes('302a300506032b6570032100');

/** The bytes before the two coordinates of an uncompressed point (0x04), and how many bytes those have. */
const ECDSA = [
  { curve: 'P-256', prefix: hexToBytes('3059301306072a8648ce3d020106082a8648ce3d03010703420004'), length: 64 },
  { curve: 'P-384', prefix: hexToBytes('3076301006072a8648ce3d020106052b8104002203620004'), length: 96 },
  { curve: 'P-521', prefix: hexToBytes('30819b301006072a8648ce3d020106052b810400230381860004'), length: 132 },
] as const;

/** @param key - 32 bytes: RFC 8032 §5.1.2 */
export function ed25519Spki(key: Uint8Array): Uint8Array {
  return concatBytes(ED25519, key);
}

/** The 32 bytes; undefined for anything else. */
export function parseEd25519Spki(der: Uint8Array): Uint8Array | undefined {
  return hasForm(der, ED25519, 32) ? der.slice(ED25519.length) : undefined;
}

/** Whether `der` has the form of a P-256, P-384 or P-521 key. Whether its point is on the curve is not asked. */
export function isEcdsaSpki(der: Uint8Array): boolean {
  return ECDSA.some(({ prefix, length }) => hasForm(der, prefix, length));
}

/** A key of ECDSA in its parts. */
export interface EcdsaPoint {
  readonly curve: (typeof ECDSA)[number]['curve'];
  /** Uncompressed: 0x04 and both coordinates. Whether it is on the curve is not asked. */
  readonly point: Uint8Array;
}

/** The curve and the point; undefined for anything else. */
export function parseEcdsaSpki(der: Uint8Array): EcdsaPoint | undefined {
  const form = ECDSA.find(({ prefix, length }) => hasForm(der, prefix, length));
  return form && { curve: form.curve, point: der.slice(form.prefix.length - 1) };
}

function hasForm(der: Uint8Array, prefix: Uint8Array, length: number): boolean {
  return der.length === prefix.length + length && equalBytes(der.subarray(0, prefix.length), prefix);
}

/** A public key as RFC 7468 §13 writes it, with a final newline. */
export function toPem(spki: Uint8Array): string {
  const lines = toBase64(spki).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}

/** Returns the key in what `toPem` wrote. @throws if it is not base64 between two lines */
export function parsePem(pem: string): Uint8Array {
  return decodeBase64(pem.split('\n').slice(1, -2).join(''));
}
