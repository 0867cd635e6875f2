import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { verifyCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import { cosignatureVerifier } from '../../checkpoint/cosignature.ts';
import { BadSignature, MalformedNote, UnverifiedNote } from '../../checkpoint/failures.ts';
import { type KeyId, SIGNATURE_TYPE, keyId, logKey, longKeyId, verifierKey } from '../../checkpoint/key.ts';
import { type NoteSignature, type SignedNote, formatNote, formatSignatures, parseNote } from '../../checkpoint/note.ts';
import { ed25519Spki } from '../../checkpoint/spki.ts';
import { type Verifier, checkSignatures, logVerifier, verifyNote } from '../../checkpoint/verify.ts';
import { parseVkey } from '../../checkpoint/vkey.ts';
import {
  COSIGNED_AT,
  LOG,
  LOG_LINE,
  TEXT,
  WITNESS,
  WITNESS_LINE,
  ecdsa,
  flipped,
  testLog,
  thrownBy,
} from './signing.ts';

const LOG_2 = testLog('other.example.test', 3);
const SECOND = testLog('log.example.test', 4);
const LINE_1 = LOG.sign(TEXT);
const LINE_0: NoteSignature = { ...LINE_1, signature: LOG_2.sign(TEXT).signature };
const note = (...signatures: readonly NoteSignature[]): SignedNote => ({ text: TEXT, signatures });
const lines = (signatures: readonly NoteSignature[]): string => formatSignatures(signatures);

/** The digits of base64 that stand for the same four bits, with a stray one set. */
const TEXTS: Readonly<Record<string, string>> = Object.fromEntries(
  'AEIMQUYcgkosw048'.split('').map((digit) => [digit, String.fromCharCode(digit.charCodeAt(0) + 1)]),
);

describe('signed-note: the vectors', () => {
  it('the log of the appendix signs as it says there', () => {
    expect(lines([LINE_1])).toBe(LOG_LINE);
    expect(verifyNote(parseNote(`${TEXT}\n${LOG_LINE}`), [LOG.verifier]).text).toBe(TEXT);
  });
  it('the example in the documentation of Go’s package', () => {
    const read = (name: string): string => readFileSync(new URL(`../vectors/notes/${name}`, import.meta.url), 'utf8');
    const verifier = logVerifier(parseVkey(read('peter-neumann.vkey').trimEnd())) as Verifier;
    const example = parseNote(read('peter-neumann.note'));
    expect(verifyNote(example, [verifier]).verified.map(({ name }) => name)).toEqual(['PeterNeumann']);
    const text = example.text.replace('problem', 'problems');
    expect(() => verifyNote({ ...example, text }, [verifier])).toThrow(BadSignature);
  });
});

describe('signed-note: which signatures count', () => {
  it('one by a known key is enough, and the others are told apart', () => {
    const signed = note(LOG_2.sign(TEXT), LINE_1, WITNESS.cosign(TEXT, COSIGNED_AT));
    const { verified, unknown } = verifyNote(signed, [LOG.verifier]);
    expect(lines(verified)).toBe(lines([LINE_1]));
    expect(lines(unknown)).toBe(lines([LOG_2.sign(TEXT), WITNESS.cosign(TEXT, COSIGNED_AT)]));
  });
  it('several known keys, in the order of the lines', () => {
    const signed = note(SECOND.sign(TEXT), LOG_2.sign(TEXT), LINE_1);
    const { verified, unknown } = verifyNote(signed, [LOG.verifier, LOG_2.verifier, SECOND.verifier]);
    expect(lines(verified)).toBe(lines(signed.signatures));
    expect(unknown).toEqual([]);
  });
  it('none by a known key is not', () => {
    expect(() => verifyNote(note(LOG_2.sign(TEXT)), [LOG.verifier])).toThrow(UnverifiedNote);
    expect(() => verifyNote(note(LINE_1), [])).toThrow(UnverifiedNote);
    expect(checkSignatures(note(LOG_2.sign(TEXT)), [LOG.verifier]).verified).toEqual([]);
  });
  it('a bad one of a known key spoils the note, whatever else is there', () => {
    expect(() => verifyNote(note(LINE_0), [LOG.verifier])).toThrow(BadSignature);
    expect(() => verifyNote(note(LOG_2.sign(TEXT), LINE_0), [LOG.verifier, LOG_2.verifier])).toThrow(BadSignature);
    expect(() => verifyNote(note(LINE_0, LOG_2.sign(TEXT)), [LOG.verifier, LOG_2.verifier])).toThrow(BadSignature);
    expect(() => checkSignatures(note(LINE_0), [LOG.verifier])).toThrow(BadSignature);
  });
  it('a bad one of an unknown key does not', () => {
    expect(lines(verifyNote(note(LINE_0, LOG_2.sign(TEXT)), [LOG_2.verifier]).verified)).toBe(
      lines([LOG_2.sign(TEXT)]),
    );
  });
  it('a key is known by its name and its id, and not by one of them', () => {
    const named: NoteSignature = { ...LINE_0, keyId: Uint8Array.of(1, 2, 3, 4) };
    const identified: NoteSignature = { ...LINE_0, name: 'log.example.tset' };
    const { verified, unknown } = verifyNote(note(named, identified, LINE_1), [LOG.verifier]);
    expect([lines(verified), lines(unknown)]).toEqual([lines([LINE_1]), lines([named, identified])]);
  });
  it('of one key every line has to verify, and the first is taken', () => {
    expect(() => verifyNote(note(LINE_1, LINE_0), [LOG.verifier])).toThrow(BadSignature);
    expect(() => verifyNote(note(LINE_0, LINE_1), [LOG.verifier])).toThrow(BadSignature);
    expect(() => verifyNote(note(LINE_1, LINE_1, LINE_0), [LOG.verifier])).toThrow(BadSignature);
    expect(lines(verifyNote(note(LINE_1, LINE_1), [LOG.verifier]).verified)).toBe(lines([LINE_1]));
  });
  it('of one key that signed a hundred times, the same line is checked once, and the first bad one ends the work', () => {
    let checks = 0;
    const counting: Verifier = {
      ...LOG.verifier,
      verify: (...about) => ((checks += 1), LOG.verifier.verify(...about)),
    };
    verifyNote(note(...Array.from({ length: 100 }, () => LINE_1)), [counting]);
    expect(checks).toBe(1);
    expect(() => verifyNote(note(LINE_1, ...Array.from({ length: 99 }, () => LINE_0)), [counting])).toThrow(
      BadSignature,
    );
    expect(checks).toBe(3);
  });
  it('stray bits of base64 spoil no line but their own, whoever made it', () => {
    const stray = (line: string): string => line.replace(/.=\n$/, (end) => `${TEXTS[end[0] as string]}=\n`);
    const [foreign, own] = [lines([LOG_2.sign(TEXT)]), lines([LINE_1])];
    expect([stray(foreign) === foreign, stray(own) === own]).toEqual([false, false]);
    const read = parseNote(`${TEXT}\n${stray(foreign)}${own}`);
    expect(lines(verifyNote(read, [LOG.verifier]).verified)).toBe(own);
    for (const text of [own + stray(own), stray(own) + own])
      expect(lines(verifyNote(parseNote(`${TEXT}\n${text}`), [LOG.verifier]).verified)).toBe(own);
    expect(() => verifyNote(parseNote(`${TEXT}\n${foreign}${stray(own)}`), [LOG.verifier])).toThrow(UnverifiedNote);
    expect(() => parseNote(`${TEXT}\n${stray(own)}`)).toThrow(MalformedNote);
  });
  it('of unknown lines that are the same there is one', () => {
    const twice = [LOG_2.sign(TEXT), LINE_0, LOG_2.sign(TEXT), { ...LINE_0, signature: Uint8Array.of(1) }, LINE_0];
    const { unknown } = checkSignatures(note(...twice), []);
    expect(lines(unknown)).toBe(lines([LOG_2.sign(TEXT), LINE_0, { ...LINE_0, signature: Uint8Array.of(1) }]));
  });
  it('two keys of one name and id are nobody’s to tell apart', () => {
    const double: Verifier = { ...LOG.verifier, verify: () => true };
    expect(() => verifyNote(note(LINE_1), [LOG.verifier, double])).toThrow(RangeError);
    expect(lines(verifyNote(note(LOG_2.sign(TEXT)), [LOG.verifier, double, LOG_2.verifier]).verified)).not.toBe('');
  });
  it('a signature over another text does not count', () => {
    expect(() => verifyNote({ text: TEXT, signatures: [LOG.sign(`${TEXT}x\n`)] }, [LOG.verifier])).toThrow(
      BadSignature,
    );
  });
  it('post-quantum lines are carried and ignored', () => {
    const quantum: NoteSignature = {
      name: LOG.key.name,
      keyId: Uint8Array.of(6, 6, 6, 6),
      signature: new Uint8Array(2428),
    };
    const read = parseNote(formatNote(note(LINE_1, quantum)));
    expect(lines(verifyNote(read, [LOG.verifier]).unknown)).toBe(lines([quantum]));
  });
  it('a flipped bit anywhere in the note leaves no note that verifies as it was', () => {
    const whole = utf8(formatNote(note(LINE_1)));
    const passed = flipped(whole).filter((bytes) => {
      const thrown = thrownBy(() => verifyNote(parseNote(bytes), [LOG.verifier]));
      const isNamed = [MalformedNote, BadSignature, UnverifiedNote].some((kind) => thrown instanceof kind);
      return !isNamed;
    });
    expect(passed).toEqual([]);
  });
});

describe('signed-note: ECDSA, as somebody else checks it', () => {
  it.each(['P-256', 'P-384', 'P-521'])('%s over SHA-256', (namedCurve) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
    const key = logKey('log.test', Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' })));
    const line: NoteSignature = {
      name: 'log.test',
      keyId: keyId(key),
      signature: sign('sha256', utf8(TEXT), privateKey),
    };
    const verifier = logVerifier(key, ecdsa) as Verifier;
    expect(verifyNote(note(line), [verifier]).verified).toEqual([line]);
    expect(() => verifyNote({ text: 'a\n', signatures: [line] }, [verifier])).toThrow(BadSignature);
  });
  it('without such a check there is no verifier, and other types have none at all', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(logVerifier(logKey('a', publicKey.export({ type: 'spki', format: 'der' })))).toBeUndefined();
    expect(logVerifier(WITNESS.key, ecdsa)).toBeUndefined();
    expect(logVerifier(verifierKey('a', SIGNATURE_TYPE.treeHead, new Uint8Array(32)), ecdsa)).toBeUndefined();
  });

  /** The key in Sigstore's trusted root for its public instance. */
  const spki = Buffer.from(
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==',
    'base64',
  );
  interface Bundle {
    readonly verificationMaterial: {
      readonly tlogEntries: readonly {
        readonly inclusionProof: { readonly checkpoint: { readonly envelope: string } };
      }[];
    };
  }
  it.each(['oci-attestation', 'sigstore-js-provenance'])('the real Rekor’s, in %s', (name) => {
    const path = new URL(`../vectors/rekor/bundles/${name}.sigstore.json`, import.meta.url);
    const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle;
    const verifier = logVerifier(logKey('rekor.sigstore.dev', spki), ecdsa) as Verifier;
    const envelopes = bundle.verificationMaterial.tlogEntries.map((entry) => entry.inclusionProof.checkpoint.envelope);
    expect(envelopes.length).toBeGreaterThan(0);
    for (const envelope of envelopes) {
      const read = parseNote(envelope);
      expect(verifyNote(read, [verifier]).verified.length).toBe(1);
      expect(() => verifyNote({ ...read, text: read.text.replace('\n', '\n1') }, [verifier])).toThrow(BadSignature);
    }
  });
});

describe('signed-note: what we sign, as the client of Sigstore reads it', () => {
  const authority = {
    logID: Buffer.from(longKeyId(LOG.key)),
    baseURL: 'https://log.example.test',
    publicKey: createPublicKey({ key: Buffer.from(ed25519Spki(LOG.key.material)), format: 'der', type: 'spki' }),
    validFor: { start: new Date(0), end: new Date(8.64e15) },
  };
  const check = (envelope: string) =>
    verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } } as Parameters<typeof verifyCheckpoint>[0], [
      authority,
    ]);

  it('it finds the log’s signature first, and takes no offence at cosignatures', () => {
    const { origin, logSize, logHash } = check(formatNote(note(LINE_1, WITNESS.cosign(TEXT, COSIGNED_AT))));
    expect([origin, logSize, toHex(logHash)]).toEqual([
      'log.example.test',
      2n,
      'b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb',
    ]);
  });
  it('and refuses what is refused here', () => {
    expect(() => check(formatNote(note(LINE_0)))).toThrow(/checkpoint signature/);
    expect(() => check(formatNote(note(LOG_2.sign(TEXT))))).toThrow(/checkpoint signature/);
  });
});

describe('signed-note: verifying whatever comes', () => {
  it('throws nothing but its failures', () => {
    const id = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const signature: fc.Arbitrary<NoteSignature> = fc.record({
      name: fc.constantFrom('log.example.test', 'witness.example.test', 'x'),
      keyId: fc.oneof(id, fc.constant<KeyId>(LOG.verifier.id), fc.constant(WITNESS.verifier.id)),
      signature: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.constant(LINE_1.signature),
        fc.constant(WITNESS.cosign(TEXT, COSIGNED_AT).signature),
      ),
    });
    const witness = cosignatureVerifier(WITNESS.key) as Verifier;
    fc.assert(
      fc.property(fc.array(signature, { minLength: 1, maxLength: 4 }), (signatures) => {
        const thrown = thrownBy(() => {
          const { verified } = verifyNote(note(...signatures), [LOG.verifier, witness]);
          const honest = [LOG_LINE, WITNESS_LINE];
          expect(verified.every((one) => honest.includes(lines([one])))).toBe(true);
        });
        expect(thrown === undefined || thrown instanceof BadSignature || thrown instanceof UnverifiedNote).toBe(true);
      }),
    );
  });
});
