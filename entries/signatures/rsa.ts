import { hexToBytes } from '@noble/hashes/utils.js';
import { equalBytes } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { type DigestAlgorithm } from './claim.ts';
import { toInteger } from './integers.ts';
import { type RsaKey, type RsaPower } from './verifier.ts';

/** OpenSSL goes no further; a signature of this size takes it 5 ms. Rekor has no limit of its own. */
const MAX_MODULUS_BITS = 16_384;
const MIN_MODULUS_BITS = 1024;
const MAX_EXPONENT = 2n ** 31n - 1n;

/** All of a DigestInfo that stands before the digest, in hex (RFC 8017 §9.2, note 1). */
const DIGEST_INFO: Readonly<Record<DigestAlgorithm, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/**
 * Judges an RSASSA-PKCS1-v1_5 signature over `digest` (RFC 8017 §8.2.2), in the words of Go's crypto/rsa.
 * The whole encoded message is compared, so that nothing can hide in its padding.
 */
export function judgeRsa(
  key: RsaKey,
  algorithm: DigestAlgorithm,
  digest: Uint8Array,
  signature: Uint8Array,
  power: RsaPower,
): Verdict {
  const usable = judgeKey(key);
  if (!usable.holds) return usable;
  const expected = encodedMessage(key.modulus.length, algorithm, digest);
  const held =
    expected !== undefined &&
    signature.length === key.modulus.length &&
    equalBytes(power(key, signature) ?? new Uint8Array(), expected);
  return held ? HOLDS : fails('crypto/rsa: verification error');
}

function judgeKey({ modulus, exponent }: RsaKey): Verdict {
  const bits = 8 * modulus.length - Math.clz32(modulus[0] as number) + 24;
  if (bits < MIN_MODULUS_BITS)
    return fails(`crypto/rsa: ${bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)`);
  if (bits > MAX_MODULUS_BITS)
    return fails(`crypto/rsa: ${bits}-bit keys are not supported, at most ${MAX_MODULUS_BITS} bits are`);
  if ((modulus.at(-1) as number) % 2 === 0) return fails('crypto/rsa: public modulus is even');
  const e = toInteger(exponent);
  if (e < 2n) return fails('crypto/rsa: public exponent too small or negative');
  if (e % 2n === 0n) return fails('crypto/rsa: public exponent is even');
  return e > MAX_EXPONENT ? fails('crypto/rsa: public exponent too large') : HOLDS;
}

/** `00 01 FF…FF 00 ‖ DigestInfo`, or undefined if fewer than eight FF would fit. */
function encodedMessage(length: number, algorithm: DigestAlgorithm, digest: Uint8Array): Uint8Array | undefined {
  const prefix = hexToBytes(DIGEST_INFO[algorithm]);
  const padding = length - 3 - prefix.length - digest.length;
  if (padding < 8) return undefined;
  const message = new Uint8Array(length).fill(0xff, 2, 2 + padding);
  message[1] = 1;
  message.set(prefix, 3 + padding);
  message.set(digest, 3 + padding + prefix.length);
  return message;
}
