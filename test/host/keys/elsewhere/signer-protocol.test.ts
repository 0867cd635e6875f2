import { createPublicKey, hash, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../../base/bytes.ts';
import { RemoteSigner } from '../../../../host/keys/elsewhere/remote-signer.ts';
import { keyIdAt, openKey, SIGNER_TIMES } from '../../../../host/keys/key-place.ts';
import { signerPlace } from '../../../../host/keys/elsewhere/signer-place.ts';
import { SignerUnavailable } from '../../../../log/failures.ts';
import { newSignerKeys, type SocketSigner, startSocketSigner } from '../../../support/socket-signer.ts';

const KEYS = newSignerKeys();
const MESSAGES = Array.from({ length: 100 }, (_, i) => utf8(`message ${i}`));

let folder = '';
let signer: SocketSigner;
let cleanup: AsyncDisposableStack;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-signer-'))));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  cleanup = new AsyncDisposableStack();
  signer = cleanup.use(await startSocketSigner(join(folder, 'signer.sock'), KEYS));
});
afterEach(() => cleanup.disposeAsync());

const opened = (role: 'rekor' | 'c2sp', place = signer.place) =>
  openKey(role, place, { passphrase: undefined }, cleanup);

describe('signer:unix and signer:exec', () => {
  it('name a socket, or a command and its arguments', () => {
    expect(signerPlace('signer:unix:/run/a b.sock')).toEqual({ way: 'unix', path: '/run/a b.sock' });
    expect(signerPlace('signer:exec:/bin/hsm  --slot 1')).toEqual({
      way: 'exec',
      command: '/bin/hsm',
      args: ['--slot', '1'],
    });
    for (const other of [
      'keys/rekor.pem',
      'signer:',
      'signer:unix:',
      'signer:exec: ',
      'signer:tcp:1.2.3.4',
      ' signer:unix:/x',
    ])
      expect(signerPlace(other)).toBeUndefined();
  });
});

describe.each(['rekor', 'c2sp'] as const)('a signer with the %s key', (role) => {
  it('tells its key, and signs a batch that verifies, 32 requests at a time', async () => {
    const key = await opened(role);
    const publicKey = createPublicKey(KEYS[role]);
    expect(key.publicKey).toBe(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(key.id).toBe(hash('sha256', publicKey.export({ type: 'spki', format: 'der' })));
    signer.delayMs = 5;
    const signatures = await key.signer.sign(MESSAGES);
    const digest = role === 'rekor' ? 'sha256' : undefined;
    expect(MESSAGES.every((message, i) => verify(digest, message, publicKey, signatures[i] ?? utf8('')))).toBe(true);
    expect(signer.mostAtOnce()).toBe(32);
    expect(signer.requests.filter((request) => request.startsWith('key')).length).toBe(2);
  });

  it.each([
    [
      'a signature of another message',
      (answer: string, request: string) =>
        request.startsWith('sign') ? answer.replace(/ok .*/, `ok ${other[role]}`) : answer,
      'its signature does not verify',
    ],
    ['no base64', (answer: string) => `${answer}!`, 'its answer is no base64'],
    [
      'an error',
      (answer: string) => answer.replace(/ok .*/, 'error the token is\tlocked'),
      'it says: "the token is\\tlocked"',
    ],
    ['a number that was not asked', (answer: string) => `9${answer}`, 'it answered what was not asked'],
    ['a line that never ends', () => 'x'.repeat(5000), 'a line is longer than 4096 bytes'],
    [
      'another key',
      (answer: string, request: string) =>
        request.startsWith('key') ? answer.replace(/ok .*/, `ok ${spki(newSignerKeys()[role])}`) : answer,
      'it has another key than the one',
    ],
  ])('that answers with %s is not believed, and is asked again the next time', async (_, spoil, reason) => {
    const key = await opened(role);
    other[role] = Buffer.from((await key.signer.sign([utf8('another message')]))[0] ?? []).toString('base64');
    cleanup.use(await restarted());
    signer.spoil = spoil;
    const said = await key.signer.sign(MESSAGES).then(() => 'it was believed', String);
    expect(said).toContain(`the signer of the ${role} key (${signer.place}) cannot be used: `);
    expect(said).toContain(reason);
    signer.spoil = (answer) => answer;
    expect((await key.signer.sign(MESSAGES)).length).toBe(MESSAGES.length);
  });
});

const other = { rekor: '', c2sp: '' };
const spki = (key: (typeof KEYS)['rekor']): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');

/** Ends all connections, so that the next use makes a new one. */
async function restarted(): Promise<SocketSigner> {
  await signer[Symbol.asyncDispose]();
  signer = await startSocketSigner(join(folder, 'signer.sock'), KEYS);
  await sleep(50); // until the other side has heard of it
  return signer;
}

describe('a signer that is away', () => {
  it('is named with what is wrong, and has the key of before where there is one', async () => {
    const place = `signer:unix:${join(folder, 'nobody.sock')}`;
    const asked = keyIdAt('rekor', place, { passphrase: undefined, known: undefined });
    await expect(asked).rejects.toThrow(SignerUnavailable);
    await expect(asked).rejects.toThrow(`the signer of the rekor key (${place}) cannot be used: the connection`);
    expect(await keyIdAt('rekor', place, { passphrase: undefined, known: 'aa' })).toBe('aa');
    for (const [command, reason] of [
      ['/nonexistent/signer', 'cannot be run: ENOENT'],
      ['/bin/false', 'ended with code 1'],
      ['/bin/echo stele-signer 2', 'does not begin with the line'],
      ['/bin/cat', 'it answered what was not asked'],
    ])
      await expect(opened('c2sp', `signer:exec:${command}`)).rejects.toThrow(reason);
  });

  it('gives a key of the wrong type: refused', async () => {
    signer.spoil = (answer) => answer.replace(/ok .*/, `ok ${spki(KEYS.rekor)}`);
    await expect(opened('c2sp')).rejects.toThrow('its answer is no ed25519 key');
    signer.spoil = (answer) => answer.replace(/ok .*/, `ok ${spki(KEYS.c2sp)}`);
    await expect(opened('rekor')).rejects.toThrow('its answer is no ecdsa-p256-sha256 key');
    signer.spoil = (answer) => answer.replace(/ok .*/, 'ok AAAA');
    await expect(opened('rekor')).rejects.toThrow('its answer is no ecdsa-p256-sha256 key');
  });
});

describe('a signer that is slow', () => {
  /** A signer as the log has it, but for the times. */
  const impatient = (silenceMs: number, signingMs: number, path = join(folder, 'signer.sock')) => {
    const of = { place: { way: 'unix', path }, type: 'ed25519', name: 'the signer', silenceMs, signingMs } as const;
    const key = createPublicKey(KEYS.c2sp).export({ type: 'spki', format: 'der' });
    return cleanup.use(new RemoteSigner(of, key));
  };

  it('is given up after 5 seconds without an answer, or 15 for one batch', () =>
    expect(SIGNER_TIMES).toEqual({ silenceMs: 5000, signingMs: 15_000 }));

  it('that stops answering is given up, and that accepts a connection and says nothing', async () => {
    const stopping = impatient(200, 60_000);
    await stopping.sign(MESSAGES);
    signer.spoil = () => undefined;
    await expect(stopping.sign(MESSAGES)).rejects.toThrow('the signer cannot be used: no answer within 200 ms');
    const path = join(folder, 'mute.sock');
    const mute = createServer(() => undefined);
    await new Promise<void>((listening) => mute.listen(path, listening));
    await expect(impatient(200, 60_000, path).sign(MESSAGES)).rejects.toThrow('no answer within 200 ms');
    mute.close();
  });

  it('that goes on answering is given up when the batch takes too long', async () => {
    const trickling = impatient(60_000, 300);
    signer.delayMs = 100;
    await expect(trickling.sign(MESSAGES)).rejects.toThrow('100 signatures took longer than 300 ms');
    signer.delayMs = 0;
    expect((await impatient(60_000, 60_000).sign(MESSAGES)).length).toBe(100);
  });
});
