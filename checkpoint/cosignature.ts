import { concatBytes } from '@noble/hashes/utils.js';
import { utf8 } from '../base/bytes.ts';
import { verifyEd25519 } from './ed25519.ts';
import { SIGNATURE_TYPE, type VerifierKey, keyId, verifierKey } from './key.ts';
import type { Verifier } from './verify.ts';

/**
 * A witness's statement that this was, at that time, the largest tree of the log that it had seen, and consistent with
 * all before. c2sp.org/tlog-cosignature, "Format".
 */
export interface Cosignature {
  /** Seconds since the epoch, 2^53 - 1 at most: what lies beyond may be refused as in the future, and is. */
  readonly time: number;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * The bytes that a witness signs, extension lines among them: c2sp.org/tlog-cosignature, "Ed25519 signed message".
 *
 * @param text - the checkpoint's, in UTF-8, with its final newline
 * @param time - seconds since the epoch
 */
export function cosignatureMessage(text: Uint8Array, time: number): Uint8Array {
  return concatBytes(utf8(`cosignature/v1\ntime ${checkedTime(time)}\n`), text);
}

function checkedTime(time: number): number {
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError(`not a time in seconds: ${time}`);
  return time;
}

/** Writes the part of a signature line behind the key's id: 72 bytes. @throws RangeError for what could not be read back */
export function formatCosignature({ time, signature }: Cosignature): Uint8Array {
  if (signature.length !== 64) throw new RangeError(`not an Ed25519 signature: ${signature.length} bytes`);
  const bytes = new Uint8Array(72);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(checkedTime(time)));
  bytes.set(signature, 8);
  return bytes;
}

/** Undefined for what is no Ed25519 cosignature, of a time within reach. */
export function parseCosignature(bytes: Uint8Array): Cosignature | undefined {
  if (bytes.length !== 72) return undefined;
  const time = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  return Number.isSafeInteger(time) ? { time, signature: bytes.slice(8) } : undefined;
}

/**
 * The verifier of a witness's key. Many witnesses publish theirs as an ordinary Ed25519 key (0x01); the lines they sign
 * bear the id of a cosignature key (0x04) all the same. Undefined for other types: rekor-v2 §4.3 and §4.6.
 */
export function cosignatureVerifier({ name, type, material }: VerifierKey): Verifier | undefined {
  if (type !== SIGNATURE_TYPE.ed25519 && type !== SIGNATURE_TYPE.cosignature) return undefined;
  return {
    name,
    id: keyId(verifierKey(name, SIGNATURE_TYPE.cosignature, material)),
    verify: (text, bytes) => {
      const cosignature = parseCosignature(bytes);
      if (cosignature === undefined) return false;
      return verifyEd25519(material, cosignatureMessage(text, cosignature.time), cosignature.signature);
    },
  };
}
