import { createPublicKey, generateKeyPairSync, hash, type KeyObject, verify } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { systemSentence } from '../../../base/system-error.ts';
import { LogRefused } from '../../../log/failures.ts';
import {
  findKey,
  generateEphemeralKey,
  keepKey,
  type KeyRole,
  type LogKey,
  makeKey,
  readKey,
} from '../../../host/keys/keys.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-keys-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => join(folder, 'keys', 'key.pem');

const ROLES = [
  { role: 'rekor', type: 'ec', digest: 'sha256' },
  { role: 'c2sp', type: 'ed25519', digest: undefined },
] as const satisfies readonly { readonly role: KeyRole; readonly type: string; readonly digest: string | undefined }[];

const PEMS: Readonly<Record<string, string>> = {
  'P-256': pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'P-384': pem(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  secp256k1: pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
  Ed25519: pem(generateKeyPairSync('ed25519')),
  X25519: pem(generateKeyPairSync('x25519')),
  RSA: pem(generateKeyPairSync('rsa', { modulusLength: 2048 })),
};

function pem({ privateKey }: { readonly privateKey: KeyObject }): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}

async function expectWhole(key: LogKey, type: string, digest: string | undefined): Promise<void> {
  const publicKey = createPublicKey(key.publicKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  expect(publicKey.asymmetricKeyType).toBe(type);
  expect(key.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^]*-----END PUBLIC KEY-----\n$/);
  expect([key.id, new Uint8Array(key.signer.publicKey)]).toEqual([hash('sha256', spki), new Uint8Array(spki)]);
  const messages = ['a', '', 'c'].map(utf8);
  const signatures = await key.signer.sign(messages);
  expect(messages.map((message, i) => verify(digest, message, publicKey, signatures[i] ?? utf8('')))).toEqual([
    true,
    true,
    true,
  ]);
}

describe.each(ROLES)('decision: keys are never made up silently: $role', ({ role, type, digest }) => {
  it('is made once, for its owner alone, and read again as it is', async () => {
    expect(findKey(role, file())).toBeUndefined();
    const made = makeKey(role);
    const { key } = made;
    keepKey(made, file());
    await expectWhole(key, type, digest);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);

    const text = readFileSync(file(), 'utf8');
    expect([findKey(role, file())?.id, readKey(role, file()).id]).toEqual([key.id, key.id]);
    expect(readFileSync(file(), 'utf8')).toBe(text);
    await expectWhole(readKey(role, file()), type, digest);
  });
  it('is not made where a log needs the one it has', () => {
    const read = (): LogKey => readKey(role, file());
    expect(read).toThrow(LogRefused);
    expect(read).toThrow(`the ${role} key is missing: put ${file()} back, the log cannot go on without it`);
    expect(existsSync(file())).toBe(false);
  });
  it('is refused by its path where a folder has its name', () => {
    mkdirSync(file(), { recursive: true });
    expect(sentenceOf(() => readKey(role, file()))).toBe(
      `${file()}: it is a folder, and a file is needed there (EISDIR, read)`,
    );
  });
  it('is forgotten when it is invented, and another each time', async () => {
    const key = generateEphemeralKey(role);
    await expectWhole(key, type, digest);
    expect(generateEphemeralKey(role).id).not.toBe(key.id);
  });
});

describe('keys: what a file may hold', () => {
  const accepted: Readonly<Record<KeyRole, string>> = { rekor: 'P-256', c2sp: 'Ed25519', witness: 'Ed25519' };
  const words: Readonly<Record<KeyRole, string>> = {
    rekor: 'an ECDSA P-256 key',
    c2sp: 'an Ed25519 key',
    witness: 'an Ed25519 key',
  };
  const given = (text: string): string => {
    const path = join(folder, 'given.pem');
    writeFileSync(path, text);
    return path;
  };

  for (const { role } of ROLES) {
    it(`the ${role} role takes ${words[role]}`, () => {
      expect(findKey(role, given(PEMS[accepted[role]] ?? ''))).toBeDefined();
    });
    it.each(Object.keys(PEMS).filter((kind) => kind !== accepted[role]))(`the ${role} role refuses %s`, (kind) => {
      const path = given(PEMS[kind] ?? '');
      expect(() => findKey(role, path)).toThrow(LogRefused);
      expect(() => findKey(role, path)).toThrow(
        new RegExp(`given\\.pem holds (another key|no private key in PEM), and ${words[role]} in PEM.* --${role}-key`),
      );
      expect(readFileSync(path, 'utf8')).toBe(PEMS[kind]);
    });
  }

  it.each([
    ['nothing', ''],
    ['no PEM', 'a key'],
    ['a public key', generateEphemeralKey('rekor').publicKey],
    ['half a key', (PEMS['P-256'] ?? '').slice(0, 80)],
  ])('%s is refused, and left as it is', (_what, text) => {
    const path = given(text);
    expect(() => readKey('rekor', path)).toThrow(LogRefused);
    expect(() => findKey('rekor', path)).toThrow(LogRefused);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('a key in the older form of OpenSSL is taken', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const path = given(privateKey.export({ type: 'sec1', format: 'pem' }));
    await expectWhole(readKey('rekor', path), 'ec', 'sha256');
  });
});

function sentenceOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? systemSentence(error) : String(error);
  }
  return 'nothing was thrown';
}
