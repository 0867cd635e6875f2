import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newIssuer } from '../../../testkit/certificate.ts';
import { utf8 } from '../../../base/bytes.ts';
import { patched, vector } from '../pki/vectors.ts';
import { admit, bodyOf, keysOf, RULES, storedForm } from './admit.ts';
import { base64, hashedrekord, sha256Hex } from './proposals.ts';
import { signArtifact } from '../../support/signing.ts';
import {
  ALGORITHMS,
  ARTIFACT,
  certificateVerifier,
  derOf,
  derPart,
  expectedBody,
  HASH,
  hashedRekordRequest,
  keyVerifier,
  makeV2Signer,
  type V2Signer,
  type VerifierJson,
} from '../../support/v2-requests.ts';
import { admitV2, refusalV2, signPure, v2Registry } from './v2.ts';

const signer = makeV2Signer();
const signers = ALGORITHMS.map(([, type]) => (type === 'P-256' ? signer : makeV2Signer(type)));
const lenient = { ...RULES, keysForCertificates: true };
const good = hashedRekordRequest(signer);
const asked = (request: unknown): object => ({ hashedRekordRequestV002: request });

const withVerifier = (verifier: unknown): object => asked({ ...good, signature: { ...good.signature, verifier } });

describe('rekor-v2 §2.2 hashedrekord 0.0.2: algorithms', () => {
  it.each(ALGORITHMS.map(([keyDetails, type, algorithm, name], i) => ({ keyDetails, type, algorithm, name, i })))(
    'takes $keyDetails over $algorithm, and stores what was sent',
    ({ algorithm, name, i }) => {
      const request = hashedRekordRequest(signers[i] as V2Signer);
      const entry = admitV2(asked(request), { ...RULES, algorithms: new Set([name]) });
      expect(bodyOf(entry)).toBe(expectedBody(request, HASH[algorithm]));
      expect(refusalV2(asked(request), { ...RULES, algorithms: new Set(['ed25519']) })).toBe(
        'InvalidEntry: hashedRekordRequestV002.signature.verifier.keyDetails: entry algorithms are not allowed',
      );
    },
  );

  it('takes ECDSA as IEEE P1363 and with a high s, as clients make both', () => {
    const [encodings, request] = [new Set<string>(), { ...good }];
    for (let i = 0; i < 24; i += 1) {
      const content = signArtifact(signer, ARTIFACT, 'sha256', 'ieee-p1363');
      encodings.add((content[32] as number) >= 0x80 ? 'high' : 'low');
      expect(
        refusalV2(asked({ ...request, signature: { ...good.signature, content: base64(content) } })),
      ).toBeUndefined();
    }
    expect([...encodings].sort()).toEqual(['high', 'low']);
  });

  const others = ALGORITHMS.flatMap(([keyDetails], i) =>
    signers.filter((_, j) => j !== i).map((other) => ({ keyDetails, type: other.type, other })),
  );

  it.each(others)('refuses $keyDetails for a key of type $type, whatever it signed', ({ keyDetails, other }) => {
    const [, , algorithm] = ALGORITHMS.find(([name]) => name === keyDetails) ?? ALGORITHMS[0];
    const request = hashedRekordRequest({ ...other, algorithm }, { ...keyVerifier(other), keyDetails });
    expect(refusalV2(asked(request))).toMatch(
      /^InvalidEntry: hashedRekordRequestV002\.signature\.verifier\.keyDetails is PKIX_\w+, and the key is an /,
    );
  });

  it('says what the key is', () => {
    const said = (other: V2Signer, keyDetails: string): string | undefined =>
      refusalV2(asked(hashedRekordRequest(other, { ...keyVerifier(other), keyDetails })));
    const [p256, p384, , rsa, , , ed25519] = signers as readonly V2Signer[] as [
      V2Signer,
      V2Signer,
      V2Signer,
      V2Signer,
      V2Signer,
      V2Signer,
      V2Signer,
    ];
    expect(said(p384, p256.keyDetails)).toContain('and the key is an ECDSA key on P-384');
    expect(said(rsa, p256.keyDetails)).toContain('and the key is an RSA key of 2048 bits');
    expect(said(ed25519, p256.keyDetails)).toContain('and the key is an Ed25519 key');
  });

  const WITHOUT_ROW =
    'PUBLIC_KEY_DETAILS_UNSPECIFIED PKCS1_RSA_PKCS1V5 PKCS1_RSA_PSS PKIX_RSA_PKCS1V5 PKIX_RSA_PSS LMS_SHA256 LMOTS_SHA256 ' +
    'PKIX_ECDSA_P256_HMAC_SHA_256 PKIX_ECDSA_P384_SHA_256 PKIX_ECDSA_P521_SHA_256 ML_DSA_44 ML_DSA_65 ML_DSA_87 ' +
    'PKIX_RSA_PSS_2048_SHA256 PKIX_RSA_PSS_3072_SHA256 PKIX_RSA_PSS_4096_SHA256';

  it.each(WITHOUT_ROW.split(' '))('refuses %s, even where every name of the policy is allowed', (keyDetails) => {
    for (const other of signers) {
      const request = hashedRekordRequest(other, { ...keyVerifier(other), keyDetails });
      expect(refusalV2(asked(request))).toContain(
        `verifier.keyDetails is ${keyDetails}, with which no entry can be signed`,
      );
    }
  });

  it('refuses numbers that name nothing, after they were read (rule 10)', () => {
    for (const keyDetails of [99, -5, 2 ** 31 - 1])
      expect(refusalV2(withVerifier({ ...keyVerifier(signer), keyDetails }))).toContain(
        `keyDetails is ${keyDetails}, with`,
      );
    for (const keyDetails of [2 ** 31, 5.5, true, [5]])
      expect(refusalV2(withVerifier({ ...keyVerifier(signer), keyDetails }))).toBe(
        'MalformedJson: hashedRekordRequestV002.signature.verifier.keyDetails is neither a name nor a 32-bit integer',
      );
  });

  it('refuses pure Ed25519: it signs no digest', () => {
    const ed25519 = signers[6] as V2Signer;
    const content = base64(signPure(ed25519, ARTIFACT));
    const signature = { content, verifier: { ...keyVerifier(ed25519), keyDetails: 'PKIX_ED25519' } };
    expect(refusalV2(asked({ ...hashedRekordRequest(ed25519), signature }))).toContain(
      'keyDetails is PKIX_ED25519, which signs no digest',
    );
    const verifier = keyVerifier(ed25519);
    expect(refusalV2(asked({ ...hashedRekordRequest(ed25519), signature: { content, verifier } }))).toContain(
      'hashedRekordRequestV002.signature.content does not hold: failed to verify signature',
    );
  });

  it('refuses keys for which there is no name at all', () => {
    const spki = (name: string): string => base64(derOf(vector(name).toString()));
    for (const name of ['valid/p224.pem', 'valid/rsa1024.pem'])
      expect(refusalV2(withVerifier({ publicKey: { rawBytes: spki(name) }, keyDetails: 5 }))).toContain(
        'and the key is an ',
      );
    expect(
      refusalV2(withVerifier({ publicKey: { rawBytes: spki('invalid/secp256k1.pem') }, keyDetails: 5 })),
    ).toContain('hashedRekordRequestV002.signature.verifier.publicKey.rawBytes: x509: unsupported elliptic curve');
  });
});

describe('rekor-v2 §2.3 hashedrekord 0.0.2: certificates', () => {
  const issuer = newIssuer();
  const issue = ({ pem }: V2Signer): Buffer => derPart(issuer.issue(createPublicKey(pem)));
  const certificate = issue(signer);
  const inCertificate = (der: Uint8Array): object => withVerifier(certificateVerifier(der, signer));

  it.each(signers.map((one) => ({ type: one.type, one })))('holds a key of type $type', ({ one }) => {
    const request = hashedRekordRequest(one, certificateVerifier(issue(one), one));
    expect(bodyOf(admitV2(asked(request)))).toBe(expectedBody(request, HASH[one.algorithm]));
  });

  it('may be of any time and from anyone: neither dates nor signature are looked at', () => {
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const expired = patched(certificate, hex('261123121000Z'), hex('991123121000Z'));
    expect(refusalV2(inCertificate(expired))).toBeUndefined();
    const forged = Buffer.from(certificate);
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
    expect(refusalV2(inCertificate(forged))).toBeUndefined();
  });

  it.each([
    ['two certificates', Buffer.concat([certificate, certificate]), 'x509: trailing data'],
    ['a byte behind it', Buffer.concat([certificate, Buffer.of(0)]), 'x509: trailing data'],
    ['half of it', certificate.subarray(0, 100), 'x509: malformed certificate'],
    ['PEM', utf8('-----BEGIN CERTIFICATE-----'), 'x509: malformed certificate'],
  ])('is not %s', (_, der, message) => {
    for (const rules of [RULES, lenient])
      expect(refusalV2(inCertificate(der), rules)).toBe(
        `InvalidEntry: hashedRekordRequestV002.signature.verifier.x509Certificate.rawBytes: ${message}`,
      );
  });

  it('is no publicKey', () => {
    expect(refusalV2(withVerifier({ publicKey: { rawBytes: base64(certificate) }, keyDetails: 5 }))).toContain(
      'publicKey.rawBytes: x509: ',
    );
  });

  it('is found by its names and by the hash of its PEM; a key by that of its own', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${(base64(certificate).match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
    const digest = `sha256:${sha256Hex(ARTIFACT)}`;
    const name = expect.stringMatching(/^https:\/\/github\.com\/.*@refs\/tags\/v1\.24\.3$/) as string;
    expect(keysOf(admitV2(inCertificate(certificate)))).toEqual([sha256Hex(pem), name, digest]);
    expect(keysOf(admitV2(asked(good)))).toEqual([sha256Hex(signer.pem), digest]);
  });

  it('and a key are found by what finds a hashedrekord 0.0.1', () => {
    expect(keysOf(admitV2(asked(good)))).toEqual(keysOf(admit(hashedrekord(signer))));
    const p521 = signers[2] as V2Signer;
    expect(keysOf(admitV2(asked(hashedRekordRequest(p521))))).toEqual(
      keysOf(admit(hashedrekord(p521, 'artifact', 'sha512'))),
    );
  });
});

describe('hashedrekord 0.0.2: a bare key where a certificate belongs', () => {
  const verifier: VerifierJson = certificateVerifier(signer.der, signer);

  it('is refused, unless the log takes them', () => {
    expect(refusalV2(withVerifier(verifier))).toBe(
      'InvalidEntry: hashedRekordRequestV002.signature.verifier.x509Certificate.rawBytes is a bare public key, and not a certificate',
    );
    expect(refusalV2(withVerifier(verifier), { ...RULES, keysForCertificates: false })).toContain(
      'is a bare public key',
    );
    expect(refusalV2(withVerifier(verifier), lenient)).toBeUndefined();
  });

  it('stays where the client put it, and is found as the key that it is', () => {
    const entry = admitV2(withVerifier(verifier), lenient);
    expect(bodyOf(entry)).toBe(expectedBody({ ...good, signature: { ...good.signature, verifier } }, 'SHA2_256'));
    expect(keysOf(entry)).toEqual(keysOf(admitV2(asked(good))));
    expect(bodyOf(admit(storedForm(entry), 'lookup', RULES, v2Registry))).toBe(bodyOf(entry));
  });

  it('has to fit keyDetails and signature like any other', () => {
    expect(refusalV2(withVerifier({ ...verifier, keyDetails: 12 }), lenient)).toContain(
      'and the key is an ECDSA key on P-256',
    );
    const stranger = certificateVerifier(makeV2Signer().der, signer);
    expect(refusalV2(withVerifier(stranger), lenient)).toContain('signature.content does not hold');
  });
});
