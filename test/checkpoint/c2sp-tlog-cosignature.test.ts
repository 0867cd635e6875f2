import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import {
  cosignatureMessage,
  cosignatureVerifier,
  formatCosignature,
  parseCosignature,
} from '../../checkpoint/cosignature.ts';
import { BadSignature } from '../../checkpoint/failures.ts';
import { SIGNATURE_TYPE, verifierKey } from '../../checkpoint/key.ts';
import { formatSignatures, parseNote } from '../../checkpoint/note.ts';
import { ed25519Spki } from '../../checkpoint/spki.ts';
import { type Verifier, verifyNote } from '../../checkpoint/verify.ts';
import { formatVkey, parseVkey } from '../../checkpoint/vkey.ts';
import { COSIGNED_AT, LOG, LOG_LINE, TEXT, WITNESS, WITNESS_LINE, flipped, testWitness } from './signing.ts';

const blob = (time: bigint, signature = new Uint8Array(64)): Uint8Array => {
  const bytes = new Uint8Array(8 + signature.length);
  new DataView(bytes.buffer).setBigUint64(0, time);
  bytes.set(signature, 8);
  return bytes;
};

describe('tlog-cosignature: Ed25519 signed message', () => {
  it('is two lines and the whole text of the checkpoint', () => {
    const message = new TextDecoder().decode(cosignatureMessage(utf8(TEXT), COSIGNED_AT));
    expect(message).toBe(`cosignature/v1\ntime 1700000000\n${TEXT}`);
  });
  it('has the extension lines too', () => {
    const message = new TextDecoder().decode(cosignatureMessage(utf8(`${TEXT}Log frozen\nx\n`), 0));
    expect(message).toBe(`cosignature/v1\ntime 0\n${TEXT}Log frozen\nx\n`);
  });
  it.each([2 ** 53 - 1, 1e15])('writes the time %d without an exponent', (time) => {
    expect(new TextDecoder().decode(cosignatureMessage(utf8('a\n'), time))).toBe(
      `cosignature/v1\ntime ${BigInt(time)}\na\n`,
    );
  });
  it.each([-1, 0.5, Number.NaN, 2 ** 53])('has no time %d', (time) => {
    expect(() => cosignatureMessage(utf8(TEXT), time)).toThrow(RangeError);
    expect(() => formatCosignature({ time, signature: new Uint8Array(64) })).toThrow(RangeError);
  });
});

describe('tlog-cosignature: format', () => {
  it('the witness of the appendix cosigns as it says there', () => {
    expect(formatSignatures([WITNESS.cosign(TEXT, COSIGNED_AT)])).toBe(WITNESS_LINE);
    const note = parseNote(`${TEXT}\n${LOG_LINE}${WITNESS_LINE}`);
    const { verified } = verifyNote(note, [LOG.verifier, WITNESS.verifier]);
    expect(formatSignatures(verified)).toBe(LOG_LINE + WITNESS_LINE);
    expect(parseCosignature(verified[1]?.signature as Uint8Array)?.time).toBe(COSIGNED_AT);
  });
  it('Node finds the signature good over the message', () => {
    const { signature } = parseNote(`${TEXT}\n${WITNESS_LINE}`).signatures[0] ?? LOG.sign(TEXT);
    const key = createPublicKey({ key: Buffer.from(ed25519Spki(WITNESS.key.material)), format: 'der', type: 'spki' });
    expect(verify(undefined, cosignatureMessage(utf8(TEXT), COSIGNED_AT), key, signature.slice(8))).toBe(true);
  });
  it('gives back what was written', () => {
    const signatures = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(fc.record({ time: fc.maxSafeNat(), signature: signatures }), (cosignature) => {
        expect(parseCosignature(formatCosignature(cosignature))).toEqual(cosignature);
      }),
    );
  });
  it('time is 8 bytes, big-endian', () => {
    expect(toHex(formatCosignature({ time: 0x0102030405060, signature: new Uint8Array(64) })).slice(0, 16)).toBe(
      '0000102030405060',
    );
    const inside = new Uint8Array(80).subarray(4, 76); // a view that does not start where its buffer does
    inside.set(blob(258n));
    expect(parseCosignature(inside)?.time).toBe(258);
  });
  it.each([
    ['nothing', new Uint8Array()],
    ['a time alone', new Uint8Array(8)],
    ['a signature of 63 bytes', blob(1n, new Uint8Array(63))],
    ['a signature of 65 bytes', blob(1n, new Uint8Array(65))],
    ['ML-DSA-44', blob(1n, new Uint8Array(2420))],
    ['a plain signature', new Uint8Array(64)],
    ['a time of 2^53', blob(2n ** 53n)],
    ['a time of 2^63', blob(2n ** 63n)],
    ['a time of 2^64 - 1', blob(2n ** 64n - 1n)],
  ])('is not %s', (_what, bytes) => {
    expect(parseCosignature(bytes)).toBeUndefined();
    expect(WITNESS.verifier.verify(utf8(TEXT), bytes)).toBe(false);
    expect(parseCosignature(blob(2n ** 53n - 1n))?.time).toBe(2 ** 53 - 1);
  });
  it.each([63, 65])('no Ed25519 signature has %d bytes', (length) => {
    expect(() => formatCosignature({ time: 1, signature: new Uint8Array(length) })).toThrow(RangeError);
  });
  it('a flipped bit is noticed, in time, signature and text', () => {
    const { signature } = WITNESS.cosign(TEXT, COSIGNED_AT);
    expect(WITNESS.verifier.verify(utf8(TEXT), signature)).toBe(true);
    expect(flipped(signature).filter((bytes) => WITNESS.verifier.verify(utf8(TEXT), bytes))).toEqual([]);
    expect(flipped(utf8(TEXT)).filter((bytes) => WITNESS.verifier.verify(bytes, signature))).toEqual([]);
  });
  it('an added extension line is noticed', () => {
    const { signature } = WITNESS.cosign(TEXT, COSIGNED_AT);
    expect(WITNESS.verifier.verify(utf8(`${TEXT}x\n`), signature)).toBe(false);
    expect(WITNESS.verifier.verify(utf8(`${TEXT}x\n`), WITNESS.cosign(`${TEXT}x\n`, COSIGNED_AT).signature)).toBe(true);
  });
  it('a plain signature of the witness’s key over the text is no cosignature', () => {
    const plain = { ...WITNESS.cosign(TEXT, COSIGNED_AT), signature: LOG.sign(TEXT).signature };
    expect(() => verifyNote({ text: TEXT, signatures: [plain] }, [WITNESS.verifier])).toThrow(BadSignature);
  });
});

describe('rekor-v2 §4.3: a witness that publishes its key as type 0x01', () => {
  it('signs lines with the id of type 0x04', () => {
    const published = parseVkey('rekor-witness-test+a478f5cd+AUtKAvrTeY7srtAMfP5JCUOkZoU+A7F5VA094y5LGr89');
    expect(toHex((cosignatureVerifier(published) as Verifier).id)).toBe('288fb80f');
  });
  it('and is the same cosigner as if it had published the other', () => {
    const { name, material } = WITNESS.key;
    const published = verifierKey(name, SIGNATURE_TYPE.ed25519, material);
    expect(formatVkey(published)).not.toBe(formatVkey(WITNESS.key));
    const verifier = cosignatureVerifier(published) as Verifier;
    expect(verifier.id).toEqual(WITNESS.verifier.id);
    expect(verifier.verify(utf8(TEXT), WITNESS.cosign(TEXT, COSIGNED_AT).signature)).toBe(true);
    expect(verifier.verify(utf8(TEXT), testWitness(name, 3).cosign(TEXT, COSIGNED_AT).signature)).toBe(false);
  });
  it.each([
    ['ML-DSA-44, which is carried and ignored', verifierKey('a', SIGNATURE_TYPE.mlDsa44, new Uint8Array(1312))],
    ['a tree head key', verifierKey('a', SIGNATURE_TYPE.treeHead, new Uint8Array(32))],
    ['a type without a name', verifierKey('a', 0xff, new Uint8Array(32))],
  ])('no cosignature is checked by %s', (_what, key) => {
    expect(cosignatureVerifier(key)).toBeUndefined();
  });
});
