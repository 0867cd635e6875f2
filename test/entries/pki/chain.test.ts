import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../support/verdicts.ts';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { chainOf } from './vectors.ts';

const refusal = (...names: readonly string[]) => reasonOf(readKeyMaterial(chainOf(...names)).judgeChain(() => {}));

describe('rekor-v1 §3.0: chains that hold', () => {
  it.each([
    [['leaf', 'intermediate', 'root']],
    [['leaf', 'intermediate']],
    [['leaf-of-root', 'root']],
    [['leaf', 'intermediate', 'intermediate', 'root']],
    [['leaf', 'x25519', 'intermediate', 'root']],
    [['leaf', 'intermediate', ...Array<string>(7).fill('intermediate-too-deep'), 'root']],
    [['leaf-second', 'intermediate-second', 'intermediate-any', 'root']],
    [['leaf-second', 'intermediate-any', 'intermediate-second', 'root']],
    [['leaf-rsa', 'rsa-root']],
    [['leaf-rsa-pss', 'rsa-root']],
    [['leaf-ed25519', 'ed25519-root']],
    [['root', 'root']],
  ])('%s', (names) => {
    expect(refusal(...names)).toBeUndefined();
  });
});

const UNKNOWN_AUTHORITY = 'x509: certificate signed by unknown authority';

function because(reason: string, name: string): string {
  return `${UNKNOWN_AUTHORITY} (possibly because of "${reason}" while trying to verify candidate authority certificate "${name}")`;
}

const NOT_A_PARENT = 'x509: invalid signature: parent certificate cannot sign this kind of certificate';

describe('rekor-v1 §3.0: chains that do not, in the words of Go', () => {
  it.each([
    ['an intermediate is missing', ['leaf', 'root'], UNKNOWN_AUTHORITY],
    ['the order is upside down', ['root', 'intermediate', 'leaf'], UNKNOWN_AUTHORITY],
    ['an issuer is no authority', ['leaf-not-ca', 'not-ca', 'root'], because(NOT_A_PARENT, 'Not CA')],
    ['an issuer may not sign', ['leaf-no-sign', 'no-sign', 'root'], because(NOT_A_PARENT, 'No Sign')],
    ['an issuer says nothing', ['leaf-no-constraints', 'no-constraints', 'root'], because(NOT_A_PARENT, 'No Basic')],
    [
      'the path is too long',
      ['leaf-too-deep', 'intermediate-too-deep', 'intermediate', 'root'],
      'x509: too many intermediates for path length constraint',
    ],
    [
      'nobody knows what is critical',
      ['leaf-unknown-critical', 'intermediate', 'root'],
      'x509: unhandled critical extension',
    ],
    [
      'the signature is of SHA-1',
      ['leaf-rsa-sha1', 'rsa-root'],
      because('x509: cannot verify signature: insecure algorithm SHA1-RSA', 'RSA Root'),
    ],
    [
      'the salt is short',
      ['leaf-rsa-pss-short-salt', 'rsa-root'],
      because('x509: cannot verify signature: algorithm unimplemented', 'RSA Root'),
    ],
  ])('%s', (_why, names, words) => {
    expect(refusal(...names)).toBe(words);
  });

  it('the root had expired when the leaf was made', () => {
    expect(refusal('leaf', 'intermediate', 'root-expired')).toMatch(
      /^x509: certificate has expired or is not yet valid: current time 2026-11-23T\d\d:\d\d:\d\dZ is after 2025-01-01T00:00:00Z$/,
    );
  });

  it('a signature was changed', () => {
    const pem = chainOf('leaf').toString();
    const last = /[A-Za-z0-9+/](?=[A-Za-z0-9+/]{8}={0,2}\n-----END)/;
    const changed = pem.replace(last, (char) => (char === 'A' ? 'B' : 'A'));
    expect(changed).not.toBe(pem);
    const material = readKeyMaterial(Buffer.concat([Buffer.from(changed), chainOf('intermediate', 'root')]));
    expect(reasonOf(material.judgeChain(() => {}))).toBe(
      because('x509: ECDSA verification failure', 'Example Intermediate'),
    );
  });
});
