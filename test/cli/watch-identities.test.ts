import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIdentities } from '../../cli/watch/identities.ts';
import { readExpression } from '../../cli/watch/matchers.ts';
import { ROOT } from '../architecture/inspect.ts';

const vector = (name: string): Uint8Array => readFileSync(join(ROOT, 'test/vectors/rekor-pki', name));

/* Fingerprints are those that gpg 2.2 and ssh-keygen 9.2 print for these files. */
describe('identities in keys that are no certificates', () => {
  it.each(['valid_armored_public.pgp', 'valid_binary_public.pgp'])('%s has its user and both keys', async (name) => {
    expect(await readIdentities(vector(name))).toEqual({
      certificates: [],
      subjects: ['not@real.com'],
      fingerprints: ['61bc29b1bfac433312be813a86f575529d0f9ff4', 'df8d33c4b29e3e3396a9d55e1e75e9895d24124f'],
    });
  });

  it('a ring of several OpenPGP keys has the addresses of all', async () => {
    const { subjects, fingerprints } = await readIdentities(vector('valid_armored_complex_public.pgp'));
    expect(new Set(subjects)).toEqual(new Set(['linux-packages-keymaster@google.com']));
    expect(fingerprints).toContain('eb4c1bfd4f042f6dddccec917721f63bd38b4796');
    expect(fingerprints).toContain('2f528d36d67b69edf998d85778bd65473cb3bd13');
  });

  it('an OpenSSH key has the hash that ssh-keygen prints, with and without its prefix', async () => {
    const hash = '95ofDdJ0L+QwEG2g4orBTeBPWCD0xNU1/4AtRLpQDMc';
    expect((await readIdentities(vector('id_rsa.pub'))).fingerprints).toEqual([hash, `SHA256:${hash}`]);
  });

  it('a minisign key has the hash of its Ed25519 key in DER', async () => {
    const { fingerprints } = await readIdentities(vector('minisign.pub'));
    expect(fingerprints).toEqual(['08dea2b1d44276c31efbf707e26efb7a572f8626730135ee37a9d0105667ae73']);
  });

  it.each(['bogus_armored.pgp'])('%s is refused', async (name) => {
    await expect(readIdentities(vector(name))).rejects.toThrow(expect.objectContaining({ name: 'InvalidKey' }));
  });
});

describe('regular expressions as rekor-monitor takes them', () => {
  const matches = (source: string, text: string): boolean => readExpression(source).regExp.test(text);
  it.each([
    ['user@domain\\.com', 'x-user@domain.com.example', true],
    ['^user@domain\\.com$', 'x-user@domain.com', false],
    ['(?i)USER', 'user', true],
    ['\\Auser\\z', 'user', true],
    ['\\Auser\\z', 'users', false],
    ['(?P<who>u)ser', 'user', true],
    ['user\\@domain\\.com', 'user@domain.com', true],
    [
      'https://github\\.com/a/b/\\.github/workflows/lint\\.yaml@.*',
      'https://github.com/a/b/.github/workflows/lint.yaml@refs',
      true,
    ],
  ])('%s in %s: %s', (source, text, isThere) => {
    expect(matches(source, text)).toBe(isThere);
  });

  it.each(['(', '', '[', '(?i)('])('%j is refused', (source) => {
    expect(() => readExpression(source)).toThrow(expect.objectContaining({ code: 'matcher-invalid' }));
  });
});
