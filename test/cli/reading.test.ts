import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newIssuer } from '../../testkit/certificate.ts';
import { makeSigner } from '../support/signing.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { entriesOf, useForAllTests } from './use-fixture.ts';

const REPOSITORY = 'https://github.com/example-organisation/example-repository';
const IDENTITY = `${REPOSITORY}/.github/workflows/release-and-publish.yml@refs/tags/v1.24.3`;

const { opened, run, write, signed, uploaded } = useForAllTests();

const sizing = makeSigner();

describe('stele get, search, verify and proof', () => {
  it('get reads an entry by index, by leaf hash and by entry id, with all that was checked', async () => {
    const { logIndex, uuid, entryId } = await uploaded(...signed('to-get'));
    for (const word of [String(logIndex), uuid, entryId]) {
      const [entry] = entriesOf(await run('get', word, '--output', 'json'));
      expect(entry).toMatchObject({ logIndex, uuid, entryId, kind: 'hashedrekord', signature: 'holds' });
    }
    const text = await run('get', String(logIndex));
    expect(text.out).toMatch(/^checked {4}inclusion, checkpoint, signed entry timestamp, signature$/m);
    expect((await run('get', '99999')).err).toMatch(/^stele: entry 99999 is not there: /);
    expect((await run('get', '99999')).code).toBe(5);
    expect((await run('get', '0'.repeat(64))).code).toBe(5);
    expect((await run('get', 'x')).code).toBe(2);
  });

  it('search finds by digest, file, key and identity, joins or intersects them, and ends with 5 where nothing is', async () => {
    const by = makeSigner();
    const [first, second] = [
      await uploaded(...signed('found-1', 'P-256', by)),
      await uploaded(...signed('found-2', 'P-256', by)),
    ];
    const found = async (...words: string[]): Promise<readonly number[]> =>
      entriesOf(await run('search', ...words, '--output', 'json')).map(({ logIndex }) => logIndex);
    const digest = `sha256:${createHash('sha256').update('artifact found-1').digest('hex')}`;
    expect(await found('--hash', digest)).toEqual([first.logIndex]);
    expect(await found('--artifact', 'found-2')).toEqual([second.logIndex]);
    expect(await found('--key', 'found-1.pub')).toEqual([first.logIndex, second.logIndex]);
    expect(await found('--key', 'found-1.pub', '--hash', digest, '--and')).toEqual([first.logIndex]);
    expect((await run('search', '--hash', digest, '--artifact', 'found-2')).code).toBe(2);
    const none = await run('search', '--hash', `sha256:${'ab'.repeat(32)}`, '--output', 'json');
    expect([none.code, entriesOf(none)]).toEqual([5, []]);
    expect((await run('search')).code).toBe(2);
    expect((await run('search', '--hash', 'sha256:abc')).code).toBe(2);
    expect((await run('search', '--hash', digest, '--api', 'rekor-v2')).code).toBe(4);
  });

  it('verify refuses another file, another signature, and what is not logged', async () => {
    const words = signed('to-verify');
    const { logIndex, uuid } = await uploaded(...words);
    const ran = await run('verify', ...words, '--output', 'json');
    expect(jsonOf(ran)).toMatchObject({ version: 1, verified: true, entries: [{ logIndex, uuid }], offline: false });
    expect(await run('verify', '--index', String(logIndex))).toMatchObject({ code: 0 });
    const [, ...others] = words;
    expect((await run('verify', 'found-1', ...others)).code).toBe(1);
    expect((await run('verify', ...signed('never-sent'))).code).toBe(5);
    expect((await run('verify', ...words, '--index', '0')).code).toBe(1);
    expect((await run('verify')).code).toBe(2);
  });

  it('proof writes a file with which verify needs no network, and no other file passes', async () => {
    const words = signed('to-prove');
    const { logIndex, uuid } = await uploaded(...words);
    expect(await run('proof', String(logIndex), '--into', 'p')).toMatchObject({ code: 0 });
    expect(readFileSync(join(opened().scratch, 'p'), 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex /);
    const offline = (...more: string[]): Promise<Ran> =>
      stele(['verify', ...more, '--output', 'json'], {
        env: { STELE_STATE: join(opened().scratch, 'none') },
        cwd: opened().scratch,
      });
    const vkey = (await (await fetch(`${opened().server.base}/vkey`)).text()).trim();
    const good = await offline(...words, '--proof', 'p', '--log-key', vkey);
    expect(jsonOf(good)).toMatchObject({ verified: true, offline: true, entries: [{ uuid }] });
    expect((await offline(...words, '--proof', 'p')).code).toBe(2);
    const other = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    expect((await offline(...words, '--proof', 'p', '--log-key', other)).code).toBe(1);
    expect((await offline(...signed('not-proved'), '--proof', 'p', '--log-key', vkey)).code).toBe(1);
    const text = readFileSync(join(opened().scratch, 'p'), 'utf8');
    for (const damaged of [text.replace(/\n\n[\s\S]*/, '\n'), text.replace('c2sp', 'c3sp'), text.slice(0, -1)]) {
      write('p-damaged', damaged);
      const refused = await offline(...words, '--proof', 'p-damaged', '--log-key', vkey);
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err).toMatch(/p-damaged is damaged, and proves nothing: /);
    }
    write('p-none', 'something else\n');
    expect((await offline(...words, '--proof', 'p-none', '--log-key', vkey)).code).toBe(2);
    write('p-bad', readFileSync(join(opened().scratch, 'p'), 'utf8').replace(/^index \d+/m, 'index 0'));
    expect((await offline(...words, '--proof', 'p-bad', '--log-key', vkey)).code).toBe(1);
    // Without a key, the log that is named is asked for it.
    const asked = await offline(...words, '--proof', 'p', '--server', opened().server.base, '--state', 'asked');
    expect(jsonOf(asked)).toMatchObject({ verified: true, offline: false });
    // The key that was pinned when the log was used is enough, too.
    expect(await run('verify', ...words, '--proof', 'p')).toMatchObject({ code: 0 });
  });

  it('a proof of the head of Rekor v1 serves as well, with its key', async () => {
    const words = signed('to-prove-v1');
    const { logIndex } = await uploaded(...words);
    expect(await run('proof', String(logIndex), '--into', 'p1', '--api', 'rekor-v1')).toMatchObject({ code: 0 });
    const pem = write('log.pem', await (await fetch(`${opened().server.base}/api/v1/log/publicKey`)).text());
    const ran = await run('verify', ...words, '--proof', 'p1', '--log-key', pem);
    expect(ran).toMatchObject({ code: 0, err: '' });
  });

  it('a consistency proof is the one that the log gives, between all sizes and by each API', async () => {
    const ask = async (query: string) =>
      (await (await fetch(`${opened().server.base}/api/v1/log${query}`)).json()) as {
        hashes: string[];
        treeSize: number;
        rootHash: string;
      };
    const files = ['s1', 's2', 's3', 's4', 's5', 's6', 's7'].map((name) => signed(name, 'P-256', sizing)[0] ?? '');
    await run('upload', ...files, '--signature', '{}.sig', '--key', 's1.pub');
    const { treeSize, rootHash } = await ask('');
    const pairs = [
      [1, treeSize],
      [2, 5],
      [4, 8],
      [3, 7],
      [treeSize, treeSize],
    ] as const;
    for (const api of ['rekor-v1', 'tiles']) {
      for (const [from, to] of pairs) {
        const ran = await run('proof', '--from', String(from), '--to', String(to), '--output', 'json', '--api', api);
        const { hashes } = await ask(`/proof?firstSize=${from}&lastSize=${to}`);
        expect(jsonOf(ran)).toMatchObject({ hashes, firstSize: from, lastSize: to });
        expect(to === treeSize ? jsonOf(ran)['rootHash'] : rootHash).toBe(rootHash);
      }
    }
    expect((await run('proof', '--from', '1', '--to', String(treeSize + 1))).code).toBe(5);
    expect((await run('proof', '--from', '3', '--to', '2')).code).toBe(2);
  });
});

describe('identities', () => {
  it('search finds a certificate and the identity in it', async () => {
    const by = makeSigner();
    const certificate = newIssuer().issue(createPublicKey(by.pem));
    const [file = '', ...rest] = signed('by-certificate', 'P-256', by);
    const words = [file, ...rest.slice(0, 2), '--certificate', write('signer.crt', certificate)];
    const { logIndex } = await uploaded(...words);
    for (const term of [
      ['--certificate', 'signer.crt'],
      ['--identity', IDENTITY],
    ]) {
      const found = entriesOf(await run('search', ...term, '--output', 'json'));
      expect(found.map((entry) => entry.logIndex)).toEqual([logIndex]);
    }
    expect(await run('verify', ...words)).toMatchObject({ code: 0 });
  });
});
