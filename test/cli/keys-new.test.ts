import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findKey } from '../../host/keys/keys.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

let scratch = '';
beforeEach(() => void (scratch = mkdtempSync(join(tmpdir(), 'stele-keys-'))));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const file = (): string => join(scratch, 'folder', 'key.pem');
const keysNew = (...words: readonly string[]): Promise<Ran> => stele(['keys', 'new', '--into', file(), ...words]);

describe('stele keys new', () => {
  it.each([
    ['rekor', 'ec', []],
    ['c2sp', 'ed25519', []],
    ['witness', 'ed25519', ['--origin', 'log.test']],
  ] as const)(
    'makes a %s key of the kind %s for its owner alone, and prints the public one',
    async (role, type, more) => {
      const ran = await keysNew('--role', role, ...more);
      expect(ran.code).toBe(0);
      expect(createPrivateKey(readFileSync(file(), 'utf8')).asymmetricKeyType).toBe(type);
      expect(statSync(file()).mode & 0o777).toBe(0o600);
      expect(readdirSync(join(scratch, 'folder'))).toEqual(['key.pem']);
      expect(findKey(role, file())?.publicKey).toBe(ran.out);
    },
  );

  it('prints the verifier key and the log id under the name of the log', async () => {
    const ran = await keysNew('--origin', 'log.test', '--output', 'json');
    const { keys } = jsonOf(ran);
    const id = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    const vkey = expect.stringMatching(/^log\.test\+[0-9a-f]{8}\+\S+$/) as string;
    expect(keys).toMatchObject([{ role: 'c2sp', origin: 'log.test', vkey, logId: id, file: file() }]);
  });

  it('never writes over a file', async () => {
    writeFileSync(join(scratch, 'kept.pem'), 'kept');
    const ran = await stele(['keys', 'new', '--into', join(scratch, 'kept.pem')]);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is there already') as string });
    expect(readFileSync(join(scratch, 'kept.pem'), 'utf8')).toBe('kept');
    expect(readdirSync(scratch)).toEqual(['kept.pem']);
  });

  it('encrypts the key with a passphrase, which a log reads it with', async () => {
    const passphrase = join(scratch, 'passphrase');
    writeFileSync(passphrase, 'long enough\n');
    const ran = await keysNew('--role', 'rekor', '--key-passphrase', passphrase);
    expect(ran.code).toBe(0);
    expect(readFileSync(file(), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    expect(findKey('rekor', file(), passphrase)?.publicKey).toBe(ran.out);
  });

  it.each([
    [['new'], /needs --into/],
    [['new', '--into', 'F', '--as', 'vkey'], /which --origin gives/],
    [['new', '--into', 'F', '--shard', 'x'], /keys new takes no --shard: that is of keys show/],
    [['list', '--into', 'F'], /keys list takes no --into: that is of keys new/],
    [['show', '--role', 'witness'], /rekor and c2sp alone/],
    [['prepare', '--role', 'rekor'], /keys prepare takes no --role/],
  ])('is told what is wrong with stele keys %j', async (words, reason) => {
    const ran = await stele(['keys', ...words], { cwd: scratch });
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(reason);
    expect(readdirSync(scratch)).toEqual([]);
  });
});
