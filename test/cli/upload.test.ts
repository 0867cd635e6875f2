import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { makeSigner, pae, signMessage } from '../support/signing.ts';
import { jsonOf } from '../support/stele.ts';
import { entriesOf, useForAllTests } from './use-fixture.ts';

const { opened, run, write, signed, uploaded } = useForAllTests();

const signer = makeSigner();

describe('stele upload', () => {
  it.each(['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'] as const)(
    'logs a signature by %s, by each API',
    async (type) => {
      const words = signed(`by-${type}`, type);
      const entry = await uploaded(...words);
      expect(entry.uuid).toMatch(/^[0-9a-f]{64}$/);
      expect(entry.entryId.slice(16)).toBe(entry.uuid);
      const byV2 = await uploaded(...words, '--api', 'rekor-v2');
      expect(byV2.uuid).not.toBe(entry.uuid);
      expect(await run('verify', ...words)).toMatchObject({ code: 0 });
    },
  );

  it('takes what the log has already for success, and says so', async () => {
    const words = signed('twice');
    const first = await uploaded(...words);
    const second = await uploaded(...words);
    expect([first.isKnown, second.isKnown, second.logIndex, second.uuid]).toEqual([
      false,
      true,
      first.logIndex,
      first.uuid,
    ]);
    const text = await run('upload', ...words);
    expect(text.out).toBe(`twice: entry ${first.logIndex} ${first.uuid} (already there)\n`);
    const again = await uploaded(...words, '--api', 'rekor-v2');
    expect((await uploaded(...words, '--api', 'rekor-v2')).logIndex).toBe(again.logIndex);
  });

  it('logs many files at once, and names those that it could not', async () => {
    const many = Array.from({ length: 12 }, (_, i) => `many-${i}`);
    for (const name of many) signed(name, 'P-256', signer);
    write('signer.pub', signer.pem);
    write('many-3', 'another content');
    const words = ['--signature', '{}.sig', '--key', 'signer.pub', '--concurrency', '4', '--output', 'json'];
    const ran = await run('upload', ...many, ...words);
    expect(ran.code).toBe(1);
    expect(entriesOf(ran).map(({ file }) => file)).toEqual(many.filter((name) => name !== 'many-3'));
    expect(jsonOf(ran)['failures']).toMatchObject([{ file: 'many-3', code: 'check-failed' }]);
    expect(jsonOf({ out: ran.err })).toMatchObject({ version: 1, error: { code: 'check-failed' } });
  });

  it('logs a digest without its file, and a signature in base64', async () => {
    const [file = '', , sig = '', , pub = ''] = signed('elsewhere');
    const entry = await uploaded(file, '--signature', sig, '--key', pub);
    const digest = `sha256:${createHash('sha256').update('artifact elsewhere').digest('hex')}`;
    write('elsewhere.b64', readFileSync(join(opened().scratch, sig)).toString('base64'));
    const same = await uploaded('--digest', digest, '--signature', 'elsewhere.b64', '--key', pub);
    expect(same.uuid).toBe(entry.uuid);
  });

  it('logs an envelope as dsse, as intoto, and on Rekor v2 as the signed digest of its message', async () => {
    const by = makeSigner();
    const [payloadType, payload] = [
      'application/vnd.in-toto+json',
      utf8('{"_type":"https://in-toto.io/Statement/v1"}'),
    ];
    const sig = signMessage(by, pae(payloadType, payload));
    const envelope = {
      payloadType,
      payload: Buffer.from(payload).toString('base64'),
      signatures: [{ keyid: '', sig }],
    };
    const words = [write('envelope.json', JSON.stringify(envelope)), '--key', write('envelope.pub', by.pem)];
    const kinds = await Promise.all(
      [[], ['--kind', 'intoto'], ['--api', 'rekor-v2']].map(async (more) => {
        const { logIndex } = await uploaded(...words, ...more);
        return entriesOf(await run('get', String(logIndex), '--output', 'json'))[0]?.kind;
      }),
    );
    expect(kinds).toEqual(['dsse', 'intoto', 'hashedrekord']);
  });

  it.each([
    [
      'a signature of another file',
      ['by-P-256', '--signature', 'by-rsa.sig', '--key', 'by-P-256.pub'],
      1,
      /by-P-256: the signature does not hold/,
    ],
    [
      'a private key',
      ['by-P-256', '--signature', 'by-P-256.sig', '--key', 'private.pem'],
      2,
      /private\.pem: it is a private key/,
    ],
    [
      'a key of another kind',
      ['by-P-256', '--signature', 'by-P-256.sig', '--key', 'ssh.pub'],
      2,
      /ssh\.pub: it is a key of another kind/,
    ],
    [
      'a key that no log takes',
      ['by-P-256', '--signature', 'by-P-256.sig', '--key', 'p224.pub'],
      2,
      /--key p224\.pub: no log takes the signature of a file by such a key: ECDSA on P-256/,
    ],
    ['an empty file', ['empty', '--signature', 'by-P-256.sig', '--key', 'by-P-256.pub'], 2, /empty: it is empty/],
    [
      'a folder',
      ['folder', '--signature', 'by-P-256.sig', '--key', 'by-P-256.pub'],
      2,
      /folder: it is a folder, and a file is needed/,
    ],
    [
      'a file that is not there',
      ['none', '--signature', 'by-P-256.sig', '--key', 'by-P-256.pub'],
      2,
      /none: there is no such file/,
    ],
    [
      'a file that is no bundle',
      ['by-P-256', '--bundle', 'by-P-256.pub'],
      2,
      /by-P-256\.pub: it is no Sigstore bundle/,
    ],
    [
      'a file without a signature',
      ['by-P-256'],
      2,
      /by-P-256 is neither a Sigstore bundle nor a DSSE envelope: give its --signature/,
    ],
    ['no file', ['--key', 'by-P-256.pub'], 2, /nothing to upload/],
    ['a signature without a key', ['by-P-256', '--signature', 'by-P-256.sig'], 2, /give --key or --certificate/],
  ] as const)('refuses %s in one line', async (_what, words, code, line) => {
    write('empty', '');
    write('p224.pub', readFileSync(new URL('../vectors/keys/valid/p224.pem', import.meta.url)));
    write('private.pem', signer.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    write('ssh.pub', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE someone@example.com\n');
    mkdirSync(join(opened().scratch, 'folder'), { recursive: true });
    const ran = await run('upload', ...words);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toMatch(/^stele: [^\n]+\n$/);
    expect(ran.err).toMatch(line);
  });
});
