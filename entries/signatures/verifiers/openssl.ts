import { concatBytes } from '../../../base/bytes.ts';
import { CURVES } from '../curves.ts';
import { type DigestCheck, type DigestVerifier } from '../verifier.ts';
import { type OpenSsl } from './node-ffi.ts';

/** Verifies through node:ffi at native OpenSSL cost. */
export function opensslVerifier(openssl: OpenSsl): DigestVerifier {
  return {
    name: 'openssl',
    verifyDigests: (curve, checks) => {
      const { length } = CURVES[curve];
      return checks.map((check) => {
        const signature = signatureOf(check, length);
        return signature !== undefined && openssl.ecdsaHolds(curve, check.point, check.digest, signature);
      });
    },
    ed25519phHolds: (key, digest, signature) => openssl.ed25519phHolds(key, digest, signature),
    rsaEncodedMessage: ({ modulus, exponent }, signature) => openssl.power(signature, exponent, modulus),
  };
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * An ECDSA signature in DER (RFC 3279 §2.2.3). It is written anew, however it came, so that OpenSSL never reads what a
 * stranger encoded. Undefined if a number has more than `length` bytes: then it is not below the order.
 */
function signatureOf({ r, s }: DigestCheck, length: number): Uint8Array | undefined {
  const [left, right] = [magnitude(r), magnitude(s)];
  if (left.length > length || right.length > length) return undefined;
  const [first, second] = [integer(left), integer(right)];
  const size = first.length + second.length;
  return concatBytes(Uint8Array.of(SEQUENCE, ...(size < 0x80 ? [size] : [0x81, size])), first, second);
}

/** Without leading zeros: none for 0. */
function magnitude(number: Uint8Array): Uint8Array {
  let zeros = 0;
  while (number[zeros] === 0) zeros += 1;
  return zeros === 0 ? number : number.subarray(zeros);
}

/** With a zero in front of what would read as negative, or as nothing at all. */
function integer(digits: Uint8Array): Uint8Array {
  const padding = digits[0] === undefined || digits[0] >= 0x80 ? 1 : 0;
  const element = new Uint8Array(2 + padding + digits.length);
  element[0] = INTEGER;
  element[1] = padding + digits.length;
  element.set(digits, 2 + padding);
  return element;
}
