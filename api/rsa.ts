import { concatBytes, equalBytes } from '../base/bytes.ts';
import { toFixedBytes, toInteger } from '../entries/signatures/integers.ts';
import type { RsaKey, RsaPower } from '../entries/signatures/verifier.ts';

/*
 * RSA with the numbers of the language. Nothing in it is secret, so that time may depend on it; WebCrypto would make all of the module
 * asynchronous for it. A key of 4,096 bits takes 1 ms.
 */

/** OpenSSL goes no further. */
const MOST_MODULUS_BYTES = 2048;
const MOST_EXPONENT_BYTES = 4;

/** RSAVP1 and I2OSP (RFC 8017 §5.2.2, §4.1); undefined for numbers that are too large. */
export const rsaEncodedMessage: RsaPower = ({ modulus, exponent }, signature) => {
  if (modulus.length > MOST_MODULUS_BYTES || exponent.length > MOST_EXPONENT_BYTES) return undefined;
  const [n, base] = [toInteger(modulus), toInteger(signature)];
  if (signature.length !== modulus.length || n < 3n || base >= n) return undefined;
  let power = 1n;
  for (const bit of toInteger(exponent).toString(2)) {
    power = (power * power) % n;
    if (bit === '1') power = (power * base) % n;
  }
  return toFixedBytes(power, modulus.length);
};

type Digest = (bytes: Uint8Array) => Uint8Array;

/** RSASSA-PSS-VERIFY (RFC 8017 §8.1.2) with MGF1 over the same digest and a salt of its length. */
export function rsaPssHolds(key: RsaKey, digest: Digest, message: Uint8Array, signature: Uint8Array): boolean {
  const power = rsaEncodedMessage(key, signature);
  if (power === undefined) return false;
  const bits = toInteger(key.modulus).toString(2).length - 1;
  const encoded = power.subarray(power.length - Math.ceil(bits / 8));
  const isShort = power.subarray(0, power.length - encoded.length).every((byte) => byte === 0);
  return isShort && isEncoded(encoded, bits, digest, digest(message));
}

/** EMSA-PSS-VERIFY: RFC 8017 §9.1.2. */
function isEncoded(encoded: Uint8Array, bits: number, digest: Digest, hash: Uint8Array): boolean {
  const length = encoded.length - hash.length - 1;
  if (length < hash.length + 1 || encoded.at(-1) !== 0xbc) return false;
  const [masked, seed] = [encoded.subarray(0, length), encoded.subarray(length, -1)];
  const highest = 2 ** (8 - (8 * encoded.length - bits));
  if ((masked[0] ?? 0) >= highest) return false;
  const mask = maskOf(digest, seed, length);
  const block = masked.map((byte, i) => byte ^ (mask[i] ?? 0));
  block[0] = (block[0] ?? 0) % highest;
  const salt = block.subarray(length - hash.length);
  const padding = block.subarray(0, length - hash.length);
  const isPadded = padding.every((byte, i) => byte === (i === padding.length - 1 ? 1 : 0));
  return isPadded && equalBytes(digest(concatBytes(new Uint8Array(8), hash, salt)), seed);
}

/** MGF1: RFC 8017 §B.2.1. */
function maskOf(digest: Digest, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let count = 0; blocks.length * seed.length < length; count += 1)
    blocks.push(digest(concatBytes(seed, Uint8Array.of(0, 0, Math.floor(count / 256), count % 256))));
  return concatBytes(...blocks).subarray(0, length);
}
