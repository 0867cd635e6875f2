import { generateKeyPairSync } from 'node:crypto';
import { ClientTrustConfig, SigningConfig, TrustedRoot } from '@sigstore/protobuf-specs';
import { describe, expect, it } from 'vitest';
import { clientTrustConfig } from '../../trust/client-trust-config.ts';
import { type SigningServices, signingConfig } from '../../trust/signing-config.ts';
import { NO_AUTHORITIES, trustedRoot } from '../../trust/trusted-root.ts';

const SERVICES: SigningServices = {
  logUrl: 'https://log.example',
  operator: 'log.example',
  rekorVersions: [1, 2],
  validFor: { start: 1_700_000_000 },
};

const versionsOf = (services: Partial<SigningServices>): readonly number[] =>
  signingConfig({ ...SERVICES, ...services }).rekorTlogUrls.map(({ majorApiVersion }) => majorApiVersion);
const spkiOf = (namedCurve: string): Uint8Array =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' });

describe('clients §2.3: the versions that a signing config lists', () => {
  it('are both where only keys sign: Go and Python take version 2, sigstore-js the first', () => {
    expect(versionsOf({})).toEqual([1, 2]);
  });

  it('are both, version 2 first, where a timestamp authority says the time', () => {
    expect(versionsOf({ fulcioUrl: 'https://ca.example', tsaUrl: 'https://tsa.example/api/v1/timestamp' })).toEqual([
      2, 1,
    ]);
  });

  it('are version 1 alone where certificates are short-lived and nothing but the log says the time', () => {
    expect(versionsOf({ fulcioUrl: 'https://ca.example' })).toEqual([1]);
    expect(versionsOf({ fulcioUrl: 'https://ca.example', rekorVersions: [2] })).toEqual([2]);
  });

  it('come with a selector for timestamp authorities only where there is one', () => {
    expect(SigningConfig.fromJSON(signingConfig(SERVICES)).tsaConfig).toBeUndefined();
    expect(SigningConfig.fromJSON(signingConfig({ ...SERVICES, tsaUrl: 'https://tsa.example' })).tsaConfig).toEqual({
      selector: 2,
      count: 0,
    });
  });
});

describe('clients §2.2: the key of a log in a trusted root', () => {
  it.each([
    ['P-256', 'PKIX_ECDSA_P256_SHA_256'],
    ['P-384', 'PKIX_ECDSA_P384_SHA_384'],
    ['P-521', 'PKIX_ECDSA_P521_SHA_512'],
  ])('of %s is %s', (curve, details) => {
    const log = { name: 'log.example', spki: spkiOf(curve), validFor: { start: 0 } };
    expect(trustedRoot([log], NO_AUTHORITIES).tlogs[0]?.publicKey.keyDetails).toBe(details);
  });

  it('of RSA is refused, whose signatures most clients do not check', () => {
    const spki = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' });
    expect(() => trustedRoot([{ name: 'log.example', spki, validFor: { start: 0 } }], NO_AUTHORITIES)).toThrow(/P-256/);
  });

  it('has whole seconds as its times, in RFC 3339', () => {
    const log = { name: 'log.example', spki: spkiOf('P-256'), validFor: { start: 1.9, end: 86_400 } };
    expect(trustedRoot([log], NO_AUTHORITIES).tlogs[0]?.publicKey.validFor).toEqual({
      start: '1970-01-01T00:00:01Z',
      end: '1970-01-02T00:00:00Z',
    });
  });

  it('stands beside the signing config in what sigstore-python takes', () => {
    const root = trustedRoot([], NO_AUTHORITIES);
    const read = ClientTrustConfig.fromJSON(clientTrustConfig(root, signingConfig(SERVICES)));
    expect(read.trustedRoot).toEqual(TrustedRoot.fromJSON(root));
    expect(read.signingConfig?.rekorTlogUrls).toHaveLength(2);
  });
});
