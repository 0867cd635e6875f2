import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newIssuer } from '../../../testkit/certificate.ts';
import { canonicalJson, type Json } from '../../../base/canonical-json.ts';
import { admit, bodyOf, keysOf, RULES, searchKeysOf } from './admit.ts';
import { base64, dsse, envelope, sha256Hex, STATEMENT } from './proposals.ts';
import { signMessage, pae } from '../../support/signing.ts';
import {
  ALGORITHMS,
  certificateVerifier,
  derPart,
  type DsseRequest,
  keyVerifier,
  makeV2Signer,
  type V2Signer,
} from '../../support/v2-requests.ts';
import { admitV2, dsseRequest, refusalV2, signPure } from './v2.ts';

const signers = ALGORITHMS.map(([, type]) => makeV2Signer(type));
const [first, second, , rsa, , , ed25519] = signers as [
  V2Signer,
  V2Signer,
  V2Signer,
  V2Signer,
  V2Signer,
  V2Signer,
  V2Signer,
];
const stranger = makeV2Signer();
const one = dsseRequest([first]);
const two = dsseRequest([first, second]);
const lenient = { ...RULES, keysForCertificates: true };
const asked = (request: unknown): object => ({ dsseRequestV002: request });
const path = 'dsseRequestV002';

const withSignatures = (signatures: unknown, request: DsseRequest = one): object =>
  asked({ ...request, envelope: { ...request.envelope, signatures } });

/** The body as docs/spec/rekor-v2.md has it, put together by hand. */
function expectedBody({ envelope: { payload, signatures }, verifiers }: DsseRequest): string {
  const digest = base64(Buffer.from(sha256Hex(Buffer.from(payload, 'base64')), 'hex'));
  const listed = signatures
    .map(({ sig }, i) => ({ sig: Buffer.from(sig, 'base64'), verifier: verifiers[i] }))
    .sort((a, b) => Buffer.compare(a.sig, b.sig))
    .map(
      ({ sig, verifier }) => `{"content":"${base64(sig)}","verifier":${canonicalJson(verifier as unknown as Json)}}`,
    );
  const spec = `{"payloadHash":{"algorithm":"SHA2_256","digest":"${digest}"},"signatures":[${listed.join(',')}]}`;
  return `{"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":${spec}}}`;
}

describe('rekor-v2 §2.7 dsse 0.0.2: the leaf', () => {
  it('holds the hash of the payload, and each signature with its verifier, sorted by their bytes', () => {
    const all = dsseRequest(signers);
    const body = bodyOf(admitV2(asked(all)));
    expect(body).toBe(expectedBody(all));
    expect(body).toBe(canonicalJson(JSON.parse(body) as Json));
    expect(admitV2(asked(all)).attestation).toBeUndefined();
  });

  it('is the same in whatever order signatures and verifiers came, and whatever key ids say', () => {
    const body = bodyOf(admitV2(asked(two)));
    const { signatures } = two.envelope;
    expect(bodyOf(admitV2(withSignatures(signatures.toReversed(), two)))).toBe(body);
    expect(bodyOf(admitV2(asked({ ...two, verifiers: two.verifiers.toReversed() })))).toBe(body);
    expect(
      bodyOf(
        admitV2(
          withSignatures(
            signatures.map((each) => ({ ...each, keyid: 'another' })),
            two,
          ),
        ),
      ),
    ).toBe(body);
  });

  it('holds a signature once that stands twice in the envelope', () => {
    const [signature] = one.envelope.signatures;
    expect(bodyOf(admitV2(withSignatures([signature, signature])))).toBe(expectedBody(one));
  });

  it('takes any payload of any type, and both may be absent', () => {
    const odd = dsseRequest([first], undefined, '\u00fb\u00ff?>>', '\u{1f600}');
    expect(bodyOf(admitV2(asked(odd)))).toBe(expectedBody(odd));
    const { signatures } = dsseRequest([first], undefined, '', '').envelope;
    expect(bodyOf(admitV2(asked({ envelope: { signatures }, verifiers: one.verifiers })))).toContain(
      '"digest":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="',
    );
  });

  it('is found by what finds a dsse 0.0.1, but for the hash of an envelope that it does not know', () => {
    const entry = admitV2(asked(one));
    const text = JSON.stringify(envelope([first]));
    const expected = keysOf(admit(dsse(text, [first.pem]))).filter((key) => key !== `sha256:${sha256Hex(text)}`);
    expect(keysOf(entry)).toEqual(expected);
    expect(keysOf(entry)).toContain(`sha1:${'cd'.repeat(20)}`);
    const leaf = [first.pem, STATEMENT].map((value) => `sha256:${sha256Hex(value)}`);
    expect(
      searchKeysOf(entry)
        .filter(({ source }) => source === 'leaf')
        .map((key) => key.text),
    ).toEqual(leaf);
  });

  it('is not looked into where it is no in-toto statement', () => {
    expect(keysOf(admitV2(asked(dsseRequest([first], undefined, STATEMENT, 'text/plain'))))).toHaveLength(2);
  });
});

describe('rekor-v2 §2.7 dsse 0.0.2: what is signed', () => {
  it.each(signers.map((signer) => ({ keyDetails: signer.keyDetails, signer })))(
    '$keyDetails signs the PAE with the hash that it names',
    ({ signer }) => {
      const request = dsseRequest([signer]);
      expect(bodyOf(admitV2(asked(request)))).toBe(expectedBody(request));
      expect(refusalV2(asked(request), { ...RULES, algorithms: new Set() })).toContain('algorithms are not allowed');
    },
  );

  it('P-384 over SHA-256 is refused, as dsse 0.0.1 would have it', () => {
    const sig = signMessage(second, pae('text/plain', Buffer.from('x')));
    const request = dsseRequest([second], undefined, 'x', 'text/plain');
    expect(refusalV2(asked(request))).toBeUndefined();
    expect(refusalV2(withSignatures([{ sig }], request))).toContain(
      `${path}.envelope.signatures[0].sig does not hold: `,
    );
  });

  const { payload, payloadType } = one.envelope;
  const signedPure = base64(signPure(ed25519, pae(payloadType, Buffer.from(payload, 'base64'))));
  const pure = { ...keyVerifier(ed25519), keyDetails: 'PKIX_ED25519' };

  it('Ed25519 signs the message itself or as Ed25519ph, and the name has to say which', () => {
    const request = { envelope: { ...one.envelope, signatures: [{ sig: signedPure, keyid: '' }] }, verifiers: [pure] };
    expect(bodyOf(admitV2(asked(request)))).toBe(expectedBody(request));
    expect(refusalV2(asked({ ...request, verifiers: [keyVerifier(ed25519)] }))).toContain('ed25519: invalid signature');
    expect(refusalV2(asked({ ...dsseRequest([ed25519]), verifiers: [pure] }))).toContain('failed to verify signature');
    const ecdsa = { ...one, verifiers: [{ ...keyVerifier(first), keyDetails: 'PKIX_ED25519' }] };
    expect(refusalV2(asked(ecdsa))).toContain('keyDetails is PKIX_ED25519, and the key is an ECDSA key on P-256');
    const prehashed = { ...RULES, algorithms: new Set(['ed25519-ph']) };
    expect(refusalV2(asked(request), prehashed)).toBe(
      `InvalidEntry: ${path}.verifiers[0].keyDetails: entry algorithms are not allowed`,
    );
  });

  it('keyDetails have to fit the key, also of a verifier that made nothing', () => {
    const misnamed = { ...keyVerifier(rsa), keyDetails: 'PKIX_RSA_PKCS1V15_4096_SHA256' };
    const pss = { ...keyVerifier(rsa), keyDetails: 'PKIX_RSA_PSS_2048_SHA256' };
    const refused = (verifier: object): string | undefined =>
      refusalV2(asked({ ...one, verifiers: [...one.verifiers, verifier] }));
    expect(refused(misnamed)).toContain(
      `${path}.verifiers[1].keyDetails is PKIX_RSA_PKCS1V15_4096_SHA256, and the key is`,
    );
    expect(refused(pss)).toContain(`${path}.verifiers[1].keyDetails is PKIX_RSA_PSS_2048_SHA256, with which no entry`);
    expect(refused(keyVerifier(rsa))).toBeUndefined();
    const policy = { ...RULES, algorithms: new Set(['ecdsa-sha2-256-nistp256']) };
    expect(refusalV2(asked({ ...one, verifiers: [...one.verifiers, keyVerifier(rsa)] }), policy)).toContain(
      `${path}.verifiers[1].keyDetails: entry algorithms are not allowed`,
    );
  });
});

describe('rekor-v2 §2.7 dsse 0.0.2: who signed', () => {
  const LEFT_OVER_SENTENCE = 'was made by none of the verifiers, each of which speaks for one signature';
  const issuer = newIssuer();
  const certified = certificateVerifier(derPart(issuer.issue(createPublicKey(first.pem))), first);

  it.each([
    ['a verifier for each signature', two, two.verifiers, 'taken'],
    ['one more that made nothing, behind', one, [...one.verifiers, keyVerifier(stranger)], 'taken'],
    ['one more that made nothing, before', one, [keyVerifier(stranger), ...one.verifiers], 'taken'],
    ['a certificate', one, [certified], 'taken'],
    ['a key, and a certificate for it', one, [...one.verifiers, certified], 'taken'],
    ['only a stranger', one, [keyVerifier(stranger)], 'signatures[0].sig does not hold: invalid signature when'],
    ['two strangers', one, [keyVerifier(stranger), keyVerifier(second)], `signatures[0].sig ${LEFT_OVER_SENTENCE}`],
    ['too few', two, [keyVerifier(first)], 'signatures[1].sig does not hold: '],
    [
      'a stranger for the second',
      two,
      [keyVerifier(first), keyVerifier(stranger)],
      `signatures[1].sig ${LEFT_OVER_SENTENCE}`,
    ],
    [
      'one key for two signatures',
      dsseRequest([first, first]),
      [keyVerifier(first), keyVerifier(second)],
      LEFT_OVER_SENTENCE,
    ],
  ])('%s', (_, request, verifiers, expected) => {
    const said = refusalV2(asked({ ...request, verifiers }));
    expect(said ?? 'taken').toContain(expected);
  });

  it('the first of two verifiers that made a signature stands in the leaf', () => {
    const key = bodyOf(admitV2(asked({ ...one, verifiers: [...one.verifiers, certified] })));
    expect(key).toBe(expectedBody(one));
    const certificate = { ...one, verifiers: [certified, ...one.verifiers] };
    expect(bodyOf(admitV2(asked(certificate)))).toBe(expectedBody({ ...one, verifiers: [certified] as never }));
  });

  it('ten signatures by ten keys are taken, an eleventh of either is not', () => {
    const ten = Array.from({ length: 10 }, () => makeV2Signer());
    const eleven = [...ten, makeV2Signer()];
    expect(refusalV2(asked(dsseRequest(ten, ten.map(keyVerifier).toReversed())))).toBeUndefined();
    expect(refusalV2(asked(dsseRequest(ten, eleven.map(keyVerifier))))).toBe(
      `InvalidEntry: ${path}.verifiers has 11 elements, and the limit is 10`,
    );
    const [signature] = one.envelope.signatures;
    expect(refusalV2(withSignatures(Array.from({ length: 11 }, () => signature)))).toContain(
      `${path}.envelope.signatures has 11 elements, and the limit is 10`,
    );
  });

  it('no two verifiers have the same bytes, wherever those stand', () => {
    const twin = `InvalidEntry: ${path}.verifiers[1] is the same as ${path}.verifiers[0]`;
    const other = { ...keyVerifier(first), keyDetails: 12 };
    const elsewhere = certificateVerifier(first.der, first);
    for (const verifier of [keyVerifier(first), other, elsewhere])
      expect(refusalV2(asked({ ...one, verifiers: [keyVerifier(first), verifier] }), lenient)).toBe(twin);
  });

  it('a bare key where a certificate belongs is taken only where the log says so, and stays there', () => {
    const request = { ...one, verifiers: [certificateVerifier(first.der, first)] };
    expect(refusalV2(asked(request))).toBe(
      `InvalidEntry: ${path}.verifiers[0].x509Certificate.rawBytes is a bare public key, and not a certificate`,
    );
    expect(bodyOf(admitV2(asked(request), lenient))).toBe(expectedBody(request as never));
    expect(keysOf(admitV2(asked(request), lenient))).toEqual(keysOf(admitV2(asked(one))));
    const surplus = { ...one, verifiers: [...one.verifiers, certificateVerifier(stranger.der, stranger)] };
    expect(refusalV2(asked(surplus))).toContain(`${path}.verifiers[1].x509Certificate.rawBytes is a bare public key`);
  });
});
