import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { generateKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { InvalidKey } from '../../../entries/pki/failures.ts';
import { canonicalKeyOf, type SearchFormat } from '../../../entries/pki/search-formats.ts';
import { growth, LINEAR_GROWTH } from '../../support/growth.ts';
import { vector } from './vectors.ts';

const rekorFile = (name: string) => readFileSync(new URL(`../../vectors/rekor-pki/${name}`, import.meta.url));

async function canonical(format: SearchFormat, content: Uint8Array | string): Promise<string> {
  return Buffer.from(await canonicalKeyOf(format, Buffer.from(content))).toString();
}

describe('rekor-v1 §5: what Rekor itself makes of its test data', () => {
  it.each([
    ['pgp', 'valid_armored_complex_public.pgp', '6db68478bb00719a7afab25ed4271fde0553527d64f0f313965ba415f6fb6d5b'],
    ['pgp', 'valid_armored_public.pgp', '3d9852f5669f66f2d508f31b84909d4a6112ce6103e06769cb34e710551252ad'],
    ['pgp', 'valid_binary_public.pgp', '3d9852f5669f66f2d508f31b84909d4a6112ce6103e06769cb34e710551252ad'],
    ['ssh', 'id_rsa.pub', '5b2faa56ef4b402330452e426bc1efd04e9dbcc0eda05d71f5f3c4749ed9ba8d'],
    ['minisign', 'minisign.pub', '0f60040dac41a2a79009d34a53feb0dd03388259a618d731b033e4bc0b09aacf'],
    ['minisign', 'minisign_key_only.pub', '0f60040dac41a2a79009d34a53feb0dd03388259a618d731b033e4bc0b09aacf'],
    ['minisign', 'signify.pub', 'c5324817c1baab2252dbafba92f53889ee4999f12e44dffa7824cf281774b5ba'],
    ['tuf', 'other_root.json', '4324d36e1a799b0d0ca9920d45f559848d970a7931d34038e4762ab404a4090b'],
  ] as const)('%s %s', async (format, name, digest) => {
    const key = await canonicalKeyOf(format, rekorFile(name));
    expect(createHash('sha256').update(key).digest('hex')).toBe(digest);
  });

  it.each([
    ['pgp', rekorFile('bogus_armored.pgp')],
    ['pgp', rekorFile('id_rsa.pub')],
    ['ssh', rekorFile('minisign.pub')],
    ['minisign', rekorFile('id_rsa.pub')],
    ['tuf', rekorFile('timestamp.json')],
    ['tuf', rekorFile('unsigned_root.json')],
    ['tuf', Buffer.from('{')],
    ['tuf', Buffer.from('null')],
    ['x509', rekorFile('id_rsa.pub')],
    ['pgp', Buffer.alloc(0)],
    ['ssh', Buffer.alloc(65_537, 10)],
    ['minisign', Buffer.alloc(33)],
  ] as const)('%s refuses what is none: %#', async (format, content) => {
    await expect(canonicalKeyOf(format, content)).rejects.toBeInstanceOf(InvalidKey);
  });
});

describe('x509', () => {
  it('is the canonical PEM', async () => {
    const pem = vector('valid/p256.pem').toString();
    expect(await canonical('x509', `text\n${pem.replaceAll('\n', '\r\n')}`)).toBe(pem);
  });
});

describe('minisign: a bare key', () => {
  it('becomes one with the number 0', async () => {
    expect(await canonical('minisign', Buffer.alloc(32, 7))).toBe(
      Buffer.concat([Buffer.from('Ed'), Buffer.alloc(8), Buffer.alloc(32, 7)]).toString('base64'),
    );
  });
});

describe('sshd(8): lines of authorized_keys', () => {
  const [type = '', base64 = ''] = rekorFile('id_rsa.pub').toString().split(' ');
  const line = `${type} ${base64}`;
  it.each([
    ['without a comment', line],
    ['with one, and CR LF', `${line} me@host\r\n`],
    ['behind others', `# mine\n\nnonsense\n${line}`],
    ['behind options', `command="echo \\"hi there\\"",no-pty ${line} me`],
    ['indented', `\t ${line}`],
  ])('a key %s', async (_name, content) => {
    expect(await canonical('ssh', content)).toBe(`${line}\n`);
  });

  it.each([
    ['of a type that it is not', `ssh-ed25519 ${base64}`],
    [
      'with bytes behind it',
      `${type} ${Buffer.concat([Buffer.from(base64, 'base64'), Buffer.of(0)]).toString('base64')}`,
    ],
    ['cut short', `${type} ${Buffer.from(base64, 'base64').subarray(0, -1).toString('base64')}`],
    ['of a type that nobody knows', `ssh-x ${Buffer.from('\0\0\0\x05ssh-x').toString('base64')}`],
    ['behind an open quote', `command="x ${line}`],
  ])('no key %s', async (_name, content) => {
    await expect(canonicalKeyOf('ssh', Buffer.from(content))).rejects.toThrow('ssh: no key found');
  });
});

describe('RFC 9580: key rings', () => {
  it('a secret key is none that may be published', async () => {
    const { privateKey } = await generateKey({ userIDs: [{ name: 'Ada' }], format: 'armored' });
    await expect(canonicalKeyOf('pgp', Buffer.from(privateKey))).rejects.toBeInstanceOf(InvalidKey);
  });

  it('two blocks are one ring, and its spelling is its own', async () => {
    const keys = [await generateKey({ userIDs: [{ name: 'Ada' }] }), await generateKey({ userIDs: [{ name: 'Bob' }] })];
    const both = await canonical('pgp', keys.map(({ publicKey }) => publicKey).join('\n'));
    expect(await canonical('pgp', both)).toBe(both);
    expect(both.length).toBeGreaterThan((await canonical('pgp', keys[0]?.publicKey ?? '')).length + 300);
  });
});

describe('a key that is asked for takes time in proportion to its length, or is too long', () => {
  it.each<readonly [string, SearchFormat, (scale: number) => Uint8Array]>([
    ['beginnings', 'pgp', (scale) => Buffer.from('-----BEGIN PGP X-----\n'.repeat(1400 * scale))],
    [
      'empty blocks',
      'pgp',
      (scale) => Buffer.from('-----BEGIN PGP X-----\n\n\n-----END PGP X-----\n'.repeat(600 * scale)),
    ],
    ['a key ring too long', 'pgp', (scale) => Buffer.alloc(262_145 * scale, 0xcd)],
    ['lines', 'ssh', (scale) => Buffer.alloc(8000 * scale, 'a b\n')],
    ['base64', 'minisign', (scale) => Buffer.alloc(125_000 * scale, 'A')],
    ['a root too long', 'tuf', (scale) => Buffer.alloc(262_145 * scale, '[')],
  ])('%s', async (_name, format, contentOf) => {
    const contents = { 1: contentOf(1), 8: contentOf(8) };
    const read = (scale: 1 | 8) => expect(canonicalKeyOf(format, contents[scale])).rejects.toBeInstanceOf(InvalidKey);
    expect(await growth(read)).toBeLessThan(LINEAR_GROWTH);
  });
});

describe('TUF: a root signs itself', () => {
  const root = JSON.parse(rekorFile('other_root.json').toString()) as { signed: object; signatures: { sig: string }[] };

  it('whatever the order of its members', async () => {
    const turned = JSON.stringify({ signatures: root.signatures, extra: 1, signed: root.signed }, undefined, 3);
    expect(await canonical('tuf', turned)).toBe(await canonical('tuf', JSON.stringify(root)));
  });

  it.each([
    ['another version', { ...root, signed: { ...root.signed, version: 99 } }],
    ['no signature', { ...root, signatures: [] }],
    ['a hundred signatures', { ...root, signatures: Array<object>(100).fill(root.signatures[0] ?? {}) }],
    ['a signature that is not hex', { ...root, signatures: [{ ...root.signatures[0], sig: 'xyz' }] }],
  ])('not one with %s', async (_name, changed) => {
    await expect(canonicalKeyOf('tuf', Buffer.from(JSON.stringify(changed)))).rejects.toBeInstanceOf(InvalidKey);
  });
});
