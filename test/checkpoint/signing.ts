import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { utf8 } from '../../base/bytes.ts';
import { cosignatureMessage, cosignatureVerifier, formatCosignature } from '../../checkpoint/cosignature.ts';
import { SIGNATURE_TYPE, type VerifierKey, keyId, verifierKey } from '../../checkpoint/key.ts';
import type { NoteSignature } from '../../checkpoint/note.ts';
import { type EcdsaCheck, type Verifier, logVerifier } from '../../checkpoint/verify.ts';

/*
 * Signers for tests, made with Node's own cryptography, so that what is verified was not signed by the same code. The
 * seeds are those of the appendix of docs/spec/rekor-v2.md: 32 bytes that are all the same.
 */

export interface Seeded {
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function seeded(byte: number): Seeded {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
  return { publicKey: Uint8Array.from(publicKey), sign: (message) => Uint8Array.from(sign(undefined, message, key)) };
}

/** Somebody who signs notes. */
export interface TestLog {
  readonly key: VerifierKey;
  readonly verifier: Verifier;
  readonly sign: (text: string) => NoteSignature;
}

export function testLog(name: string, byte: number): TestLog {
  const signer = seeded(byte);
  const key = verifierKey(name, SIGNATURE_TYPE.ed25519, signer.publicKey);
  return {
    key,
    verifier: logVerifier(key) as Verifier,
    sign: (text) => ({ name, keyId: keyId(key), signature: signer.sign(utf8(text)) }),
  };
}

/** Somebody who cosigns checkpoints. */
export interface TestWitness {
  readonly key: VerifierKey;
  readonly verifier: Verifier;
  readonly cosign: (text: string, time: number) => NoteSignature;
}

export function testWitness(name: string, byte: number): TestWitness {
  const signer = seeded(byte);
  const key = verifierKey(name, SIGNATURE_TYPE.cosignature, signer.publicKey);
  return {
    key,
    verifier: cosignatureVerifier(key) as Verifier,
    cosign: (text, time) => ({
      name,
      keyId: keyId(key),
      signature: formatCosignature({ time, signature: signer.sign(cosignatureMessage(utf8(text), time)) }),
    }),
  };
}

/** ECDSA by Node, which takes the curve from the key. */
export const ecdsa: EcdsaCheck = (spki, text, signature) =>
  verify('sha256', text, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), signature);

/** The appendix of docs/spec/rekor-v2.md: log, witness, and the checkpoint of two leaves, `a` and `b`. */
export const LOG = testLog('log.example.test', 1);
export const WITNESS = testWitness('witness.example.test', 2);
export const TEXT = 'log.example.test\n2\nsTeYX/SE+2ANuTEHx3sDZcgNePW0Kd7Q/Zc2HQd5mes=\n';
export const LOG_LINE =
  '— log.example.test NoCK76VARgjgJxEv4kHMmo5I5+lHYieaz7kNxnVXH0mR11eSZXg6Va9ujfxP+PGNSJKRp6oaZPNWjUXZNsYDGgByugE=\n';
export const WITNESS_LINE =
  '— witness.example.test eqVKDgAAAABlU/EAZjwv7P2ImK/ddxJtg/PXFkK7qwgAKAWeas+jlvftLEK5twBMHu6uheoEggZtAYqaCLMFwOCJiL8RplAIuxibAg==\n';
export const COSIGNED_AT = 1_700_000_000;

/** Every copy of `bytes` in which one bit is another. */
export function flipped(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: 8 * bytes.length }, (_, bit) => {
    const copy = Uint8Array.from(bytes);
    copy[Math.floor(bit / 8)] = (copy[Math.floor(bit / 8)] as number) ^ (1 << (bit % 8));
    return copy;
  });
}

/** Returns the error that `read` threw; undefined if it gave something. */
export function thrownBy(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}
