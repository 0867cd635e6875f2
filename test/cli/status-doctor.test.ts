import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';
import { openUse, type Use } from './use-fixture.ts';

let use: Use;
beforeAll(async () => {
  use = await openUse();
  await use.uploaded(...use.signed('a'));
});
afterAll(() => use[Symbol.asyncDispose]());

interface Finding {
  readonly check: string;
  readonly isGood: boolean;
  readonly what: string;
  readonly cure?: string;
}

/** The clock of a machine that runs tests is its own affair. */
const findingsOf = (ran: Ran): readonly Finding[] =>
  (jsonOf(ran)['findings'] as readonly Finding[]).filter(({ check }) => check !== 'clock');
const wrong = (ran: Ran): readonly Finding[] => findingsOf(ran).filter(({ isGood }) => !isGood);
const place = (): readonly string[] => ['--data', use.folder.data, '--heads', use.folder.heads];
const doctor = (...words: readonly string[]): Promise<Ran> => use.run('doctor', ...words, '--output', 'json');

describe('stele status', () => {
  it('tells of a server and of the folder it runs on, and how they are one log', async () => {
    const ran = await use.run('status', ...place(), '--output', 'json');
    expect(ran.code).toBe(0);
    const rootHash = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    const { server, folder } = jsonOf(ran) as { server: { rootHash: string }; folder: { shards: object[] } };
    const ageSeconds = expect.any(Number) as number;
    expect(server).toMatchObject({ ready: true, treeSize: 2, rootHash, ageSeconds, checks: { write: 'ok' } });
    expect(folder).toMatchObject({ data: use.folder.data, heldBy: expect.stringMatching(/process \d+/) as string });
    expect(folder.shards).toMatchObject([
      { origin: 'use.test', size: 2, rootHash: server.rootHash, isFrozen: false, journal: { size: 2 } },
    ]);
  });

  it('tells of a folder in lines, and asks for a log where none is named', async () => {
    const server = await use.run('status');
    expect(server.out).toMatch(/^log {7}use\.test(?: - \d+)?, 2 entries, newest \d+ s old, root [0-9a-f]{64}$/m);
    const text = await stele(['status', ...place()]);
    expect(text.out).toMatch(/^shard {5}use\.test: 2 entries, newest head \d+ s old$/m);
    expect(await stele(['status'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('stele doctor', () => {
  it('finds nothing wrong beside a running server, and writes nothing', async () => {
    const before = treeOfFiles(use.folder.heads);
    const ran = await doctor(...place(), '--public-url', use.server.base);
    expect(wrong(ran)).toEqual([]);
    expect(findingsOf(ran).map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'node',
        'permissions',
        'disk of --data',
        'lock',
        'place',
        'data format',
        'journal',
        'public-url',
      ]),
    );
    expect(treeOfFiles(use.folder.heads)).toEqual(before);
  });

  it('names each thing that is wrong with its cure, and ends with 1', async () => {
    const [data, access] = [join(use.scratch, 'data'), join(use.scratch, 'access.yaml')];
    cpSync(use.folder.data, data, { recursive: true });
    chmodSync(join(data, 'keys', 'tile.pem'), 0o644);
    writeFileSync(access, 'nonsense: 1\n');
    const heads = join(use.scratch, 'no-heads');
    const words = ['--data', data, '--heads', heads, '--access', access, '--tls-cert', access, '--tls-key', access];
    const ran = await doctor(...words, '--public-url', 'http://127.0.0.1:9');
    rmSync(data, { recursive: true });
    expect(ran.code).toBe(1);
    const found = new Set(wrong(ran).map(({ check }) => check));
    for (const check of ['permissions', 'disk of --heads', 'place', 'journal', 'access', 'tls', 'public-url'])
      expect([...found]).toContain(check);
    expect(wrong(ran).every(({ cure = '' }) => cure.length > 5)).toBe(true);
  });

  it('ends with 1 where there is no log, and with 2 for a setting that cannot be', async () => {
    expect((await doctor('--data', use.scratch)).code).toBe(1);
    expect((await doctor('--volume', 'nowhere')).code).toBe(2);
  });
});

describe('stele keys', () => {
  it('shows the public keys that the server tells of, from the folder alone', async () => {
    const told = async (path: string): Promise<string> => (await fetch(`${use.server.base}${path}`)).text();
    const shown = async (...words: readonly string[]): Promise<string> =>
      (await use.run('keys', ...words, ...place())).out;
    const pem = await told('/api/v1/log/publicKey');
    expect(await shown('show', '--role', 'rekor')).toBe(pem);
    expect((await shown('show', '--as', 'vkey')).trim()).toBe((await told('/vkey')).trim());
    const { keys } = JSON.parse(await shown('list', '--output', 'json')) as { keys: object[] };
    expect(keys).toMatchObject([
      { origin: 'use.test', role: 'rekor', publicKey: pem },
      { origin: 'use.test', role: 'c2sp' },
    ]);
    expect(await use.run('keys', 'show', '--shard', 'no.test', ...place())).toMatchObject({ code: 2, out: '' });
  });
});
