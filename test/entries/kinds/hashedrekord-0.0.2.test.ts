import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../base/bytes.ts';
import { canonicalJson, type Json } from '../../../base/canonical-json.ts';
import { sha256 } from '../../../base/sha256.ts';
import { hashedrekordBody } from '../../../entries/kinds/hashedrekord/v0.0.2.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { vector } from '../pki/vectors.ts';
import { admit, bodyOf, refusal, RULES, storedForm } from './admit.ts';
import { base64 } from './proposals.ts';
import { derPart, expectedBody, hashedRekordRequest, keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import { admitV2, refusalOfText, refusalV2, v2Registry } from './v2.ts';

const signer = makeV2Signer();
const good = hashedRekordRequest(signer);
const asked = (request: unknown): object => ({ hashedRekordRequestV002: request });

const withVerifier = (verifier: unknown): object => asked({ ...good, signature: { ...good.signature, verifier } });

describe('rekor-v2 §2.4 hashedrekord 0.0.2: the leaf', () => {
  it('is laid out as the 269 bytes of the appendix', () => {
    const verifier = {
      member: 'publicKey',
      rawBytes: Uint8Array.of(3, 4, 5),
      keyDetails: 'PKIX_ED25519_PH',
      path: '',
    } as const;
    const parts = {
      algorithm: 'sha256',
      digest: sha256(utf8('hello')),
      signature: Uint8Array.of(0, 1, 2),
      verifier,
    } as const;
    const body = hashedrekordBody(parts);
    expect(new TextDecoder().decode(body)).toBe(
      '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="},"signature":{"content":"AAEC","verifier":{"keyDetails":"PKIX_ED25519_PH","publicKey":{"rawBytes":"AwQF"}}}}}}',
    );
    expect(body).toHaveLength(269);
    expect(toHex(hashLeaf(body))).toBe('d229d5376f1514327c2ebd495fc7cbb03de062fedf2cc5650dd14b5f7734a72b');
    expect(toHex(sha256(body))).toBe('acf48bd12b2aef12d4881a0ed925027e65d4fe26bd610c852d621f9005f2e60e');
  });

  it('is canonical JSON', () => {
    const body = bodyOf(admitV2(asked(good)));
    expect(body).toBe(canonicalJson(JSON.parse(body) as Json));
  });

  it('is the same for keyDetails by number, and whatever the order and spacing of the members', () => {
    const body = bodyOf(admitV2(asked(good)));
    expect(body).toBe(expectedBody(good, 'SHA2_256'));
    const { publicKey } = keyVerifier(signer);
    for (const keyDetails of ['5', '5.0', '5e0', '50e-1']) {
      const text = JSON.stringify(withVerifier({ keyDetails: 'X', publicKey }), undefined, 2).replace(
        '"X"',
        keyDetails,
      );
      expect(bodyOf(admitV2(JSON.parse(text)))).toBe(body);
      expect(refusalOfText(text)).toBeUndefined();
    }
    expect(refusalV2(withVerifier({ keyDetails: '5', publicKey }))).toContain('keyDetails has no value "5"');
  });

  it('is the same for base64 in any of the forms that are taken', () => {
    const body = bodyOf(admitV2(asked(good)));
    const forms: readonly ((text: string) => string)[] = [
      (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
      (text) => text.replaceAll('=', ''),
      (text) => `${text}\r\n\r\n`,
      (text) => `${text.slice(0, 9)}\r\n\r\n${text.slice(9)}`,
      (text) => text.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_'),
    ];
    for (const form of forms) {
      const { content, verifier } = good.signature;
      const publicKey = { rawBytes: form(verifier.publicKey?.rawBytes ?? '') };
      const request = {
        digest: form(good.digest),
        signature: { content: form(content), verifier: { ...verifier, publicKey } },
      };
      expect(bodyOf(admitV2(asked(request)))).toBe(body);
    }
  });

  it('keeps nothing of a stray bit in the last character of base64', () => {
    const last = good.digest.at(-2) as string;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const stray = `${good.digest.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1]}=`;
    expect(stray).not.toBe(good.digest);
    expect(bodyOf(admitV2(asked({ ...good, digest: stray })))).toBe(expectedBody(good, 'SHA2_256'));
  });

  it('as it is stored is read again and cannot be inserted', () => {
    const entry = admitV2(asked(good));
    expect(bodyOf(admit(storedForm(entry), 'lookup', RULES, v2Registry))).toBe(bodyOf(entry));
    expect(refusal(storedForm(entry), 'create', RULES, v2Registry)).toBe(
      'InvalidEntry: entry not insertable into log: it has the form of an entry that is in a log',
    );
    const { spec } = storedForm(entry) as { spec: object };
    expect(refusalV2(asked(spec))).toContain('not insertable');
    expect(refusalV2(asked({ ...good, ...spec }))).toBe('MalformedJson: unknown field "digest" in spec');
  });

  it('as it is stored is refused where the digest is not one of its algorithm', () => {
    const text = bodyOf(admitV2(asked(good)));
    const changed: unknown = JSON.parse(text.replace('SHA2_256', 'SHA2_384'));
    expect(refusal(changed, 'lookup', RULES, v2Registry)).toContain(
      'spec.hashedRekordV002.data.algorithm is not SHA2_256',
    );
  });
});

describe('rekor-v2 §2.1 hashedrekord 0.0.2: members', () => {
  const path = 'hashedRekordRequestV002';
  const { content, verifier } = good.signature;
  it.each([
    ['no signature', { digest: good.digest }, `${path}.signature is missing`],
    ['a signature of null', { ...good, signature: null }, `${path}.signature is missing`],
    ['no content', { ...good, signature: { verifier } }, `${path}.signature.content is missing`],
    ['empty content', { ...good, signature: { content: '', verifier } }, `${path}.signature.content is missing`],
    ['no digest', { signature: good.signature }, `${path}.digest is missing`],
    ['an empty digest', { ...good, digest: '' }, `${path}.digest is missing`],
    ['no verifier', { ...good, signature: { content } }, `${path}.signature.verifier is missing`],
    [
      'a verifier without a key',
      { ...good, signature: { content, verifier: { keyDetails: 5 } } },
      'has neither publicKey nor x509Certificate',
    ],
    [
      'a key without bytes',
      { ...good, signature: { content, verifier: { publicKey: {} } } },
      `${path}.signature.verifier.publicKey.rawBytes is missing`,
    ],
    [
      'a certificate without bytes',
      { ...good, signature: { content, verifier: { x509Certificate: { rawBytes: null } } } },
      `${path}.signature.verifier.x509Certificate.rawBytes is missing`,
    ],
    [
      'no keyDetails',
      { ...good, signature: { content, verifier: { publicKey: verifier.publicKey } } },
      'keyDetails is PUBLIC_KEY_DETAILS_UNSPECIFIED',
    ],
    [
      'a digest that is too short',
      { ...good, digest: base64(Buffer.alloc(31)) },
      `${path}.digest has 31 bytes, and SHA2_256 has 32`,
    ],
    [
      'a digest that is too long',
      { ...good, digest: base64(Buffer.alloc(48)) },
      `${path}.digest has 48 bytes, and SHA2_256 has 32`,
    ],
    [
      'another digest',
      { ...good, digest: base64(Buffer.alloc(32)) },
      `${path}.signature.content does not hold: invalid signature when validating ASN.1 encoded signature`,
    ],
    ['nothing', {}, `${path}.signature is missing`],
  ])('refuses %s', (_, request, message) => {
    expect(refusalV2(asked(request))).toMatch(/^InvalidEntry: /);
    expect(refusalV2(asked(request))).toContain(message);
  });

  it.each([
    ['an unknown member', { ...good, foo: 1 }, `unknown field "foo" in ${path}`],
    [
      'an unknown member of the signature',
      { ...good, signature: { ...good.signature, foo: null } },
      `unknown field "foo" in ${path}.signature`,
    ],
    ['a name in another case', { Digest: good.digest, signature: good.signature }, `unknown field "Digest" in ${path}`],
    ['a member of another type', { ...good, digest: 5 }, `${path}.digest is not base64`],
    ['a list for an object', { ...good, signature: [] }, `${path}.signature is not an object`],
    ['base64 that is none', { ...good, digest: 'A' }, `${path}.digest is not base64`],
    [
      'two spellings of a member',
      { ...good, signature: { content, verifier: { ...verifier, public_key: null } } },
      `${path}.signature.verifier.publicKey stands twice, as publicKey and as public_key`,
    ],
    [
      'both a key and a certificate',
      { ...good, signature: { content, verifier: { ...verifier, x509Certificate: {} } } },
      `publicKey and x509Certificate are both set in ${path}.signature.verifier`,
    ],
  ])('cannot read %s', (_, request, message) => {
    expect(refusalV2(asked(request))).toMatch(/^MalformedJson: /);
    expect(refusalV2(asked(request))).toContain(message);
  });

  it('null is absent, also beside the other member of a oneof', () => {
    expect(refusalV2(withVerifier({ x509Certificate: null, ...verifier }))).toBeUndefined();
    expect(refusalV2({ dsseRequestV002: null, ...asked(good) })).toBeUndefined();
  });

  it('may be spelled as in the .proto file', () => {
    const snake = { public_key: { raw_bytes: verifier.publicKey?.rawBytes }, key_details: verifier.keyDetails };
    const request = { hashed_rekord_request_v002: { ...good, signature: { content, verifier: snake } } };
    expect(bodyOf(admitV2(request))).toBe(expectedBody(good, 'SHA2_256'));
  });

  it.each([
    ['PEM', utf8(signer.pem), 'x509: malformed spki'],
    [
      'a byte behind the key',
      Buffer.concat([signer.der, Buffer.of(0)]),
      'x509: trailing data after ASN.1 of public-key',
    ],
    ['a key in PKCS #1', derPart(vector('invalid/rsa-pkcs1.pem').toString()), 'use ParsePKCS1PublicKey instead'],
  ])('refuses a publicKey that is %s', (_, rawBytes, message) => {
    const said = refusalV2(withVerifier({ publicKey: { rawBytes: base64(rawBytes) }, keyDetails: 5 }));
    expect(said).toContain(`InvalidEntry: ${path}.signature.verifier.publicKey.rawBytes: `);
    expect(said).toContain(message);
  });
});
