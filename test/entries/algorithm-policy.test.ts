import { describe, expect, it } from 'vitest';
import { algorithmUse, allows, DEFAULT_ALGORITHMS, KNOWN_ALGORITHMS } from '../../entries/algorithm-policy.ts';
import { type PublicKey } from '../../entries/signatures/claim.ts';

const none = new Uint8Array();
const ecdsa = (curve: 'P-224' | 'P-256' | 'P-384' | 'P-521'): PublicKey => ({
  type: 'ecdsa',
  curve,
  point: none,
  spki: none,
});
const ed25519: PublicKey = { type: 'ed25519', raw: none, spki: none };

/** @param first - the first byte of the modulus: its upper bits make the size */
const rsa = (bytes: number, first = 0xff): PublicKey => ({
  type: 'rsa',
  modulus: Uint8Array.of(first, ...new Uint8Array(bytes - 1)),
  exponent: none,
  spki: none,
});

const defaults = new Set(DEFAULT_ALGORITHMS);

describe('rekor-v1 §3.1 algorithm policy: names', () => {
  it.each([
    [ecdsa('P-256'), 'sha256', 'ecdsa-sha2-256-nistp256', true],
    [ecdsa('P-384'), 'sha384', 'ecdsa-sha2-384-nistp384', true],
    [ecdsa('P-521'), 'sha512', 'ecdsa-sha2-512-nistp521', true],
    [ecdsa('P-384'), 'sha256', 'ecdsa-sha2-256-nistp384', false],
    [ecdsa('P-521'), 'sha256', 'ecdsa-sha2-256-nistp521', false],
    [ecdsa('P-256'), 'sha512', undefined, false],
    [ecdsa('P-224'), 'sha256', undefined, false],
    [rsa(256), 'sha256', 'rsa-sign-pkcs1-2048-sha256', true],
    [rsa(256, 1), 'sha256', 'rsa-sign-pkcs1-2048-sha256', true],
    [rsa(384), 'sha256', 'rsa-sign-pkcs1-3072-sha256', true],
    [rsa(512), 'sha256', 'rsa-sign-pkcs1-4096-sha256', true],
    [rsa(256), 'sha512', undefined, false],
    [rsa(128), 'sha256', undefined, false],
    [ed25519, 'sha512', 'ed25519-ph', true],
    [ed25519, 'sha256', undefined, false],
  ] as const)('case %#', (key, digest, algorithm, allowed) => {
    expect(algorithmUse(key, digest)).toEqual({ algorithm });
    expect(allows(defaults, { algorithm })).toBe(allowed);
  });

  it('are thirteen, eight of them on by default', () => {
    expect(new Set(KNOWN_ALGORITHMS).size).toBe(13);
    expect(DEFAULT_ALGORITHMS).toHaveLength(8);
  });
});

describe('rekor-v1 §3.1 algorithm policy: what it allows', () => {
  it('compares key and digest only: a name with PSS allows the same size in PKCS #1 v1.5', () => {
    const use = algorithmUse(rsa(256), 'sha256');
    expect(allows(new Set(['rsa-sign-pss-2048-sha256']), use)).toBe(true);
    expect(allows(new Set(['rsa-sign-pss-3072-sha256']), use)).toBe(false);
  });

  it('is nothing when it names nothing', () => {
    expect(allows(new Set(), algorithmUse(ed25519, 'sha512'))).toBe(false);
    expect(allows(new Set(['ed25519']), algorithmUse(ed25519, 'sha512'))).toBe(false);
  });
});
