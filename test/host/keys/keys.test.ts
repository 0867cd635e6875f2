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
  type KeyFace,
  type LogKey,
  makeKey,
  readKey,
} from '../../../host/keys/keys.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-keys-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => join(folder, 'keys', 'key.pem');

const FACES = [
  { face: 'v1', type: 'ec', digest: 'sha256' },
  { face: 'tile', type: 'ed25519', digest: undefined },
] as const satisfies readonly { readonly face: KeyFace; readonly type: string; readonly digest: string | undefined }[];

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

describe.each(FACES)('decision: keys are never made up silently: $face', ({ face, type, digest }) => {
  it('is made once, for its owner alone, and read again as it is', async () => {
    expect(findKey(face, file())).toBeUndefined();
    const made = makeKey(face);
    const { key } = made;
    keepKey(made, file());
    await expectWhole(key, type, digest);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);

    const text = readFileSync(file(), 'utf8');
    expect([findKey(face, file())?.id, readKey(face, file()).id]).toEqual([key.id, key.id]);
    expect(readFileSync(file(), 'utf8')).toBe(text);
    await expectWhole(readKey(face, file()), type, digest);
  });
  it('is not made where a log needs the one it has', () => {
    const read = (): LogKey => readKey(face, file());
    expect(read).toThrow(LogRefused);
    expect(read).toThrow(`the ${face} key is missing: put ${file()} back, the log cannot go on without it`);
    expect(existsSync(file())).toBe(false);
  });
  it('is refused by its path where a folder has its name', () => {
    mkdirSync(file(), { recursive: true });
    expect(sentenceOf(() => readKey(face, file()))).toBe(
      `${file()}: it is a folder, and a file is needed there (EISDIR, read)`,
    );
  });
  it('is forgotten when it is invented, and another each time', async () => {
    const key = generateEphemeralKey(face);
    await expectWhole(key, type, digest);
    expect(generateEphemeralKey(face).id).not.toBe(key.id);
  });
});

describe('keys: what a file may hold', () => {
  const accepted: Readonly<Record<KeyFace, string>> = { v1: 'P-256', tile: 'Ed25519', witness: 'Ed25519' };
  const words: Readonly<Record<KeyFace, string>> = {
    v1: 'an ECDSA P-256 key',
    tile: 'an Ed25519 key',
    witness: 'an Ed25519 key',
  };
  const given = (text: string): string => {
    const path = join(folder, 'given.pem');
    writeFileSync(path, text);
    return path;
  };

  for (const { face } of FACES) {
    it(`the ${face} face takes ${words[face]}`, () => {
      expect(findKey(face, given(PEMS[accepted[face]] ?? ''))).toBeDefined();
    });
    it.each(Object.keys(PEMS).filter((kind) => kind !== accepted[face]))(`the ${face} face refuses %s`, (kind) => {
      const path = given(PEMS[kind] ?? '');
      expect(() => findKey(face, path)).toThrow(LogRefused);
      expect(() => findKey(face, path)).toThrow(
        new RegExp(`given\\.pem holds (another key|no private key in PEM), and ${words[face]} in PEM.* --${face}-key`),
      );
      expect(readFileSync(path, 'utf8')).toBe(PEMS[kind]);
    });
  }

  it.each([
    ['nothing', ''],
    ['no PEM', 'a key'],
    ['a public key', generateEphemeralKey('v1').publicKey],
    ['half a key', (PEMS['P-256'] ?? '').slice(0, 80)],
  ])('%s is refused, and left as it is', (_what, text) => {
    const path = given(text);
    expect(() => readKey('v1', path)).toThrow(LogRefused);
    expect(() => findKey('v1', path)).toThrow(LogRefused);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('a key in the older form of OpenSSL is taken', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const path = given(privateKey.export({ type: 'sec1', format: 'pem' }));
    await expectWhole(readKey('v1', path), 'ec', 'sha256');
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
