import { generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex, utf8 } from '../../base/bytes.ts';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { MalformedNote } from '../../checkpoint/failures.ts';
import { formatNote, parseNote } from '../../checkpoint/note.ts';
import { type RootHash, nodeHash, treeSize } from '../../merkle/types.ts';

const ROOT = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const zero = nodeHash(new Uint8Array(32)) as RootHash;

describe('tlog-checkpoint: what is a checkpoint', () => {
  const valid: readonly (readonly [string, string, Checkpoint])[] = [
    ['Rekor', `rekor.test - 42\n7\n${ROOT}\n`, { origin: 'rekor.test - 42', size: treeSize(7), root: zero }],
    ['an empty tree', `a\n0\n${ROOT}\n`, { origin: 'a', size: treeSize(0), root: zero }],
    ['2^53 - 1 leaves', `a\n9007199254740991\n${ROOT}\n`, { origin: 'a', size: treeSize(2 ** 53 - 1), root: zero }],
    [
      'an extension line',
      `a\n7\n${ROOT}\nTimestamp: 1\n`,
      { origin: 'a', size: treeSize(7), root: zero, extensions: ['Timestamp: 1'] },
    ],
    [
      'two of them, as opaque as they may be',
      `a\n7\n${ROOT}\n \n\u2014 é\n`,
      { origin: 'a', size: treeSize(7), root: zero, extensions: [' ', '\u2014 é'] },
    ],
  ];
  it.each(valid)('%s', (_what, text, checkpoint) => {
    expect(parseCheckpoint(text)).toStrictEqual(checkpoint);
    expect(formatCheckpoint(checkpoint)).toBe(text);
  });

  const invalid: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['two lines', `a\n7\n`],
    ['no final newline', `a\n7\n${ROOT}`],
    ['no origin', `\n7\n${ROOT}\n`],
    ['no size', `a\n\n${ROOT}\n`],
    ['no root', `a\n7\n\n`],
    ['a leading zero', `a\n07\n${ROOT}\n`],
    ['a sign', `a\n+7\n${ROOT}\n`],
    ['a negative size', `a\n-7\n${ROOT}\n`],
    ['a fraction', `a\n7.0\n${ROOT}\n`],
    ['an exponent', `a\n7e3\n${ROOT}\n`],
    ['hex', `a\n0x7\n${ROOT}\n`],
    ['a space beside the size', `a\n7 \n${ROOT}\n`],
    ['2^53 leaves', `a\n9007199254740992\n${ROOT}\n`],
    ['a size of 17 digits', `a\n10000000000000000\n${ROOT}\n`],
    ['a root of 31 bytes', `a\n7\n${'A'.repeat(40)}AA==\n`],
    ['a root of 33 bytes', `a\n7\n${'A'.repeat(44)}\n`],
    ['a root in hex', `a\n7\n${'00'.repeat(32)}\n`],
    ['a root with stray bits', `a\n7\n${'A'.repeat(42)}B=\n`],
    ['2^64 leaves', `a\n18446744073709551616\n${ROOT}\n`],
    ['a carriage return', `a\r\n7\r\n${ROOT}\r\n`],
    ['a carriage return in the origin', `a\r\n7\n${ROOT}\n`],
    ['a tab in an extension line', `a\n7\n${ROOT}\na\tb\n`],
    ['half a character in the origin', `\ud83d\n7\n${ROOT}\n`],
    ['an empty extension line', `a\n7\n${ROOT}\n\n`],
    ['an empty line among extensions', `a\n7\n${ROOT}\nx\n\ny\n`],
    ['no newline behind an extension line', `a\n7\n${ROOT}\nx`],
  ];
  it.each(invalid)('not %s', (_what, text) => {
    expect(() => parseCheckpoint(text)).toThrow(MalformedNote);
  });

  it.each(['9007199254740992', '9007199254740993', '18446744073709551615'])(
    'says of %s, which the format has and this program has not, that it is too large',
    (size) => {
      const message = `the tree size ${size} is beyond 2^53 - 1, the largest that is supported`;
      expect(() => parseCheckpoint(`a\n${size}\n${ROOT}\n`)).toThrow(new MalformedNote(message));
    },
  );
  it.each(['18446744073709551616', '99999999999999999999', '100000000000000000000', '01', ' 1', '-1'])(
    'says of %s that it is no size',
    (size) => {
      expect(() => parseCheckpoint(`a\n${size}\n${ROOT}\n`)).toThrow(/is not a decimal number below 2\^64/);
    },
  );
});

const roots = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => nodeHash(bytes) as RootHash);
const origins = fc.stringMatching(/^[!-~][ -~é]{0,40}$/);
const sizes = fc.maxSafeNat().map(treeSize);
const lines = fc.array(fc.stringMatching(/^[ -~é]{1,40}$/), { minLength: 1, maxLength: 4 });
const checkpoints: fc.Arbitrary<Checkpoint> = fc.record(
  { origin: origins, size: sizes, root: roots, extensions: lines },
  { requiredKeys: ['origin', 'size', 'root'], noNullPrototype: true },
);

describe('tlog-checkpoint: writing and reading', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).toStrictEqual(checkpoint);
      }),
    );
  });
  it('reads any text, and throws nothing but its failure', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('a', '7', ROOT, '', '\r', '\ud800', '\n'), { maxLength: 6 })
        .map((some) => some.join('\n')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let refused: unknown;
        try {
          expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
        } catch (error) {
          refused = error;
        }
        expect(refused === undefined || refused instanceof MalformedNote).toBe(true);
      }),
    );
  });

  const good: Checkpoint = { origin: 'a', size: treeSize(7), root: zero };
  it.each([
    ['no origin', { ...good, origin: '' }],
    ['an origin of two lines', { ...good, origin: 'a\n8' }],
    ['an empty extension line', { ...good, extensions: [''] }],
    ['an extension of two lines', { ...good, extensions: ['x', 'y\nz'] }],
    ['a carriage return', { ...good, extensions: ['x\r'] }],
  ])('writes nothing that it could not read: %s', (_what, checkpoint) => {
    expect(formatCheckpoint(good)).toBe(`a\n7\n${ROOT}\n`);
    expect(() => formatCheckpoint(checkpoint)).toThrow(RangeError);
  });
});

describe('signed-note: every byte of a note is read or signed', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const keyId = new Uint8Array(hash('sha256', 'the key', 'buffer').subarray(0, 4));
  const text = formatCheckpoint({ origin: 'log.test - 42', size: treeSize(1234), root: zero });
  const signature = sign(undefined, utf8(text), privateKey);
  const note = utf8(formatNote({ text, signatures: [{ name: 'log.test', keyId, signature }] }));

  /** As a client checks a note of this log: the name, the key ID, the signature, and that the text is a checkpoint. */
  function isGood(bytes: Uint8Array): boolean {
    try {
      const read = parseNote(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
      parseCheckpoint(read.text);
      return read.signatures.every((one) => {
        const ours = one.name === 'log.test' && equalBytes(one.keyId, keyId);
        return ours && verify(undefined, utf8(read.text), publicKey, one.signature);
      });
    } catch (error) {
      if (error instanceof MalformedNote || error instanceof TypeError) return false;
      throw error;
    }
  }

  it('it is good as it is', () => {
    expect(isGood(note)).toBe(true);
  });
  it('a changed byte is noticed, whichever and whatever to', () => {
    const passed: string[] = [];
    for (let at = 0; at < note.length; at += 1) {
      for (let value = 0; value < 256; value += 1) {
        const changed = Uint8Array.from(note);
        changed[at] = value;
        if (value !== note[at] && isGood(changed)) passed.push(`byte ${at} as ${value}`);
      }
    }
    expect(passed).toEqual([]);
  });
  it('a byte less or more is noticed', () => {
    const passed: number[] = [];
    for (let at = 0; at < note.length; at += 1) {
      const [before, after] = [[...note.subarray(0, at)], [...note.subarray(at)]];
      if (isGood(Uint8Array.from([...before, ...after.slice(1)]))) passed.push(at);
      for (const more of [0x0a, 0x20, 0x3d, 0x41]) {
        if (isGood(Uint8Array.from([...before, more, ...after]))) passed.push(at);
      }
    }
    expect(passed).toEqual([]);
  });
});

describe('signed-note: checkpoints of the real Rekor', () => {
  const folder = new URL('../vectors/rekor/bundles/', import.meta.url);
  const bundles = ['oci-attestation.sigstore.json', 'othername.sigstore.json', 'sigstore-js-provenance.sigstore.json'];

  interface Bundle {
    readonly verificationMaterial: {
      readonly tlogEntries: readonly {
        readonly logId: { readonly keyId: string };
        readonly inclusionProof?: {
          readonly treeSize: string;
          readonly rootHash: string;
          readonly checkpoint: { readonly envelope: string };
        };
      }[];
    };
  }

  it.each(bundles)('%s', (name) => {
    const bundle = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Bundle;
    const proofs = bundle.verificationMaterial.tlogEntries.filter(({ inclusionProof }) => inclusionProof !== undefined);
    expect(proofs.length).toBeGreaterThan(0);
    for (const { logId, inclusionProof } of proofs) {
      const envelope = inclusionProof?.checkpoint.envelope ?? '';
      const { text, signatures } = parseNote(envelope);
      const { size, root } = parseCheckpoint(text);
      expect(String(size)).toBe(inclusionProof?.treeSize);
      expect(Buffer.from(root).toString('base64')).toBe(inclusionProof?.rootHash);
      expect(signatures.map(({ keyId }) => toHex(keyId))).toEqual([
        Buffer.from(logId.keyId, 'base64').toString('hex').slice(0, 8),
      ]);
      expect(formatNote({ text, signatures })).toBe(envelope);
    }
  });
});
