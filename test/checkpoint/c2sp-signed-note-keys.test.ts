import { createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64, toHex } from '../../base/bytes.ts';
import { MalformedKey } from '../../checkpoint/failures.ts';
import { SIGNATURE_TYPE, type VerifierKey, keyId, logKey, longKeyId, verifierKey } from '../../checkpoint/key.ts';
import { ed25519Spki, isEcdsaSpki, parseEd25519Spki, toPem } from '../../checkpoint/spki.ts';
import { formatVkey, parseVkey } from '../../checkpoint/vkey.ts';
import { LOG, WITNESS, flipped, seeded, thrownBy } from './signing.ts';

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

/** A key of a type that is not known here, with the id that is recommended. */
const opaque = (name: string, bytes: Uint8Array): string => {
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), bytes]), 'hex').slice(0, 8);
  return `${name}+${id}+${toBase64(bytes)}`;
};

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });

describe('signed-note: verifier keys', () => {
  const vectors: readonly (readonly [string, string, number])[] = [
    ['the log of the appendix', 'log.example.test+36808aef+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c', 1],
    ['the witness of the appendix', 'witness.example.test+7aa54a0e+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU', 4],
    ['the example of the specification', 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 1],
    ['the log of Rekor’s own tests', 'rekor-local+d80b4420+AURLycjWRo1+gdwwCLg9wU4PayMFdNBmPF4ORVPiBQ1E', 1],
  ];
  it.each(vectors)('%s', (_what, vkey, type) => {
    const key = parseVkey(vkey);
    expect([key.name, toHex(keyId(key)), key.type]).toEqual([...vkey.split('+').slice(0, 2), type]);
    expect(formatVkey(key)).toBe(vkey);
  });

  it('a seed of ones is the log of the appendix, a seed of twos its witness', () => {
    expect(toHex(LOG.key.material)).toBe('8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c');
    expect([formatVkey(LOG.key), formatVkey(WITNESS.key)]).toEqual([vectors[0]?.[1], vectors[1]?.[1]]);
  });

  const carried: readonly (readonly [string, Uint8Array])[] = [
    ['a tree head key (0x05)', Uint8Array.from([5, ...new Uint8Array(32)])],
    ['ML-DSA-44 (0x06)', Uint8Array.from([6, ...new Uint8Array(1312).fill(7)])],
    ['a reserved type (0x03)', Uint8Array.of(3, 1)],
    ['an RSA key as Rekor has it (0xff)', Uint8Array.from([0xff, ...Buffer.from('PKIX-RSA-PKCS#1v1.5'), 1, 2, 3])],
  ];
  it.each(carried)('carries %s', (_what, bytes) => {
    const vkey = opaque('a.example/b', bytes);
    expect(parseVkey(vkey).type).toBe(bytes[0]);
    expect(formatVkey(parseVkey(vkey))).toBe(vkey);
  });

  it.each([-1, 0.5, 256, Number.NaN])('has no type %d', (type) => {
    expect(() => verifierKey('a', type, new Uint8Array(32))).toThrow(MalformedKey);
    expect(verifierKey('a', 255, new Uint8Array(32)).type).toBe(255);
  });
  it('takes plus signs in the base64 for what they are', () => {
    const vkey = opaque('a', Uint8Array.of(9, 0xfb, 0xef, 0xbe, 0xfb, 0xef)); // CfvvvvPv, all but once
    const plus = opaque('a', fromBase64('Cfvv++++'));
    expect(plus.split('+').length).toBeGreaterThan(4);
    expect([formatVkey(parseVkey(vkey)), formatVkey(parseVkey(plus))]).toEqual([vkey, plus]);
  });

  const LOG_VKEY = 'log.example.test+36808aef+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c';
  const invalid: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a name alone', 'log.example.test'],
    ['a name and an id', 'log.example.test+36808aef'],
    ['no name', LOG_VKEY.replace('log.example.test', '')],
    ['a name with a space', opaque('a b', Uint8Array.of(9, 1))],
    ['a name with a no-break space', opaque('a\u00a0b', Uint8Array.of(9, 1))],
    ['a name with a control character', opaque('a\u0001b', Uint8Array.of(9, 1))],
    ['a name with a lone surrogate', opaque('a\ud800b', Uint8Array.of(9, 1))],
    ['another name', LOG_VKEY.replace('log', 'gol')],
    ['another id', LOG_VKEY.replace('36808aef', '36808aee')],
    ['the id in capitals', LOG_VKEY.replace('36808aef', '36808AEF')],
    ['an id of seven digits', LOG_VKEY.replace('36808aef', '6808aef')],
    ['no key', 'log.example.test+36808aef+'],
    ['a type without a key', opaque('a', Uint8Array.of(9))],
    ['an Ed25519 key of 31 bytes', opaque('a', Uint8Array.from([1, ...new Uint8Array(31)]))],
    ['an Ed25519 key of 33 bytes', opaque('a', Uint8Array.from([1, ...new Uint8Array(33)]))],
    ['a cosignature key of 33 bytes', opaque('a', Uint8Array.from([4, ...new Uint8Array(33)]))],
    ['an ML-DSA-44 key of 1311 bytes', opaque('a', Uint8Array.from([6, ...new Uint8Array(1311)]))],
    ['base64 without its padding', opaque('a', Uint8Array.of(9, 1)).slice(0, -1)],
    ['the alphabet of URLs', LOG_VKEY.replace('/', '_')],
    ['a newline at the end', `${LOG_VKEY}\n`],
    ['an ECDSA key under the id of other types', opaque('a', Uint8Array.from([2, ...p256]))],
  ];
  it.each(invalid)('not %s', (_what, vkey) => {
    expect(() => parseVkey(vkey)).toThrow(MalformedKey);
  });

  it('a changed bit is noticed, in whatever part', () => {
    const passed = flipped(Uint8Array.from(Buffer.from(LOG_VKEY))).filter(
      (bytes) => thrownBy(() => parseVkey(Buffer.from(bytes).toString('latin1'))) === undefined,
    );
    expect(passed).toEqual([]);
  });

  const names = fc.stringMatching(/^[a-z0-9.:/é-]{1,20}$/);
  const keys: fc.Arbitrary<VerifierKey> = fc
    .tuple(names, fc.constantFrom(1, 3, 4, 5, 7, 200, 255), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([name, type, material]) => verifierKey(name, type, material));
  it('gives back what was written', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(parseVkey(formatVkey(key))).toEqual(key);
      }),
    );
  });
  it('reads any text, and throws nothing but its failure', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(names, fc.stringMatching(/^[0-9a-f]{8}$/), fc.base64String()).map((parts) => parts.join('+')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const thrown = thrownBy(() => expect(formatVkey(parseVkey(text))).toBe(text));
        expect(thrown === undefined || thrown instanceof MalformedKey).toBe(true);
      }),
    );
  });
});

describe('signed-note: key ids', () => {
  it.each([
    ['ed25519', SIGNATURE_TYPE.ed25519, '36808aef'],
    ['a cosignature', SIGNATURE_TYPE.cosignature, undefined],
  ] as const)('of %s is made of name, type and key', (_what, type, expected) => {
    const { material } = LOG.key;
    const input = Buffer.concat([Buffer.from('log.example.test\n'), Buffer.of(type), material]);
    const key = verifierKey('log.example.test', type, material);
    expect(toHex(longKeyId(key))).toBe(hash('sha256', input, 'hex'));
    expect(toHex(keyId(key))).toBe(expected ?? hash('sha256', input, 'hex').slice(0, 8));
  });

  it.each(['P-256', 'P-384', 'P-521'])('of an ECDSA key on %s is made of the key alone', (namedCurve) => {
    const spki = Uint8Array.from(
      generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' }),
    );
    const [one, other] = [logKey('a', spki), logKey('b', spki)];
    expect(toHex(longKeyId(one))).toBe(hash('sha256', spki, 'hex'));
    expect(toHex(longKeyId(other))).toBe(hash('sha256', spki, 'hex'));
    expect(parseVkey(formatVkey(one))).toEqual(one);
    expect(formatVkey(one)).toMatch(new RegExp(`^a\\+${hash('sha256', spki, 'hex').slice(0, 8)}\\+Aj`));
  });

  it('two types of one key have two ids', () => {
    expect(toHex(keyId(verifierKey('a', 1, LOG.key.material)))).not.toBe(
      toHex(keyId(verifierKey('a', 4, LOG.key.material))),
    );
  });

  /** Sigstore's trusted root for its public instance names these keys, and says their ids. */
  it.each([
    [
      'rekor.sigstore.dev',
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==',
      'wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0=',
    ],
    [
      'log2025-1.rekor.sigstore.dev',
      'MCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244=',
      'zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A=',
    ],
    ['log.example.test', toBase64(ed25519Spki(LOG.key.material)), 'NoCK75CNF3k0UYeCcz4ixry3bhalYTq1wEerUKtQGuk='],
  ])('rekor-v2 §2.8: logId.keyId of %s', (name, spki, expected) => {
    expect(toBase64(longKeyId(logKey(name, fromBase64(spki))))).toBe(expected);
  });
});

describe('RFC 8410 §4, RFC 5480 §2: SubjectPublicKeyInfo', () => {
  const { publicKey } = seeded(1);
  const der = ed25519Spki(publicKey);
  it('of Ed25519 is what Node makes of the key, in DER and in PEM', () => {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    expect(key.asymmetricKeyType).toBe('ed25519');
    expect(key.export({ format: 'jwk' })['x']).toBe(Buffer.from(publicKey).toString('base64url'));
    expect(toPem(der)).toBe(key.export({ type: 'spki', format: 'pem' }));
    expect(toHex(parseEd25519Spki(der) as Uint8Array)).toBe(toHex(publicKey));
  });
  it('of ECDSA has lines of 64 characters in PEM', () => {
    const key = createPublicKey({ key: p256, format: 'der', type: 'spki' });
    expect(toPem(Uint8Array.from(p256))).toBe(key.export({ type: 'spki', format: 'pem' }));
  });

  const others: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array()],
    ['a byte less', der.slice(0, -1)],
    ['a byte more', Uint8Array.from([...der, 0])],
    ['a key without its header', publicKey],
    ['X25519', generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'der' })],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' })],
    [
      'secp256k1',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ type: 'spki', format: 'der' }),
    ],
    ['a byte behind P-256', Uint8Array.from([...p256, 0])],
  ];
  it.each(others)('of no key that a log signs with: %s', (_what, bytes) => {
    expect([parseEd25519Spki(bytes), isEcdsaSpki(bytes)]).toEqual([undefined, false]);
    expect(() => logKey('a', bytes)).toThrow(MalformedKey);
  });
});
