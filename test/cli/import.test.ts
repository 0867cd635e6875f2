import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run as runOperator, submit, succeeded } from '../scripts/operator.ts';
import { type Alter, type AlteringProxy, openAlteringProxy } from '../support/altering-proxy.ts';
import { serveFiles } from '../support/file-server.ts';
import { jsonOf, stele } from '../support/stele.ts';
import { answers, asking, type Imports, openImports } from './import-fixture.ts';

const ENTRIES = 299; // with the log's own a full tile, and a partial one
const SIZE = ENTRIES + 1;

let log: LogFolder;
let source: ServerProcess;
let proxy: AlteringProxy;
let imports: Imports;
let vkey: string;
beforeAll(async () => {
  [log, imports] = [temporaryFolder(), openImports()];
  source = await startServer(log, { flags: ['--origin', 'source.test'] });
  await submit(source.base, 'entry', ENTRIES);
  proxy = openAlteringProxy(source.base);
  vkey = (await (await fetch(`${source.base}/vkey`)).text()).trim();
}, 120_000);
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await source.stop();
  log[Symbol.dispose]();
  imports[Symbol.dispose]();
});

const MISSING = { status: 404, body: Buffer.from('404 page not found') };
const asRekorV1: Alter = (path) => (path.startsWith('/api/v1/') ? undefined : MISSING);
const asRekorV2: Alter = (path) => (path.startsWith('/api/v2/') ? undefined : MISSING);
const hashOf = (name: string): string => `sha256:${createHash('sha256').update(name).digest('hex')}`;

const V1_PATHS = [
  '/api/v1/log',
  '/api/v1/log/publicKey',
  '/api/v1/log/proof?firstSize=7&lastSize=300',
  ...[0, 1, 255, 256, 299, 300].map((index) => `/api/v1/log/entries?logIndex=${index}`),
];
const TILE_PATHS = [
  '/checkpoint',
  '/vkey',
  '/tile/0/000',
  '/tile/0/001.p/44',
  '/tile/1/000.p/1',
  '/tile/entries/000',
  '/tile/entries/001.p/44',
  '/api/v2/checkpoint',
  '/api/v2/log/publicKey',
  '/api/v2/log/proof/256',
];

async function expectSame(copy: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const [own, theirs] = await Promise.all([answers(copy, path), answers(source.base, path)]);
    expect([path, own]).toEqual([path, theirs]);
  }
}

/** A copy is audited as the log is, and is itself copied. */
async function expectSound(name: string, copy: string, words: readonly string[]): Promise<void> {
  const env = { STELE_STATE: join(imports.scratch, name, 'audits') };
  const audited = await stele(['audit', copy, '--full', ...words], { env });
  expect(audited).toMatchObject({ code: 0 });
  expect(audited.out).toContain(`${SIZE + 3} entries checked by`);
  expect(await stele(['get', '256', '--server', copy, ...words], { env })).toMatchObject({ code: 0 });
  const again = await imports.run(`${name} again`, copy, ...words);
  expect(again).toMatchObject({ code: 0 });
}

describe('stele import of a log with both APIs', () => {
  it('makes a folder that answers as the log does, question by question', async () => {
    const ran = await imports.run('both', source.base);
    expect([ran.code, jsonOf(ran)]).toMatchObject([
      0,
      {
        shards: [
          {
            origin: expect.stringMatching(/^source\.test - \d+$/) as string,
            api: 'rekor-v1',
            treeSize: SIZE,
            added: SIZE,
          },
        ],
      },
    ]);
    await using copy = await imports.serve('both');
    await expectSame(copy.base, [...V1_PATHS, ...TILE_PATHS, '/trusted_root.json']);
    const [uuid = ''] = (await (
      await fetch(`${source.base}/api/v1/index/retrieve`, asking({ hash: hashOf('entry 5') }))
    ).json()) as string[];
    expect(uuid).toMatch(/^[0-9a-f]{80}$/);
    await expectSame(copy.base, [`/api/v1/log/entries/${uuid}`, `/api/v1/log/entries/${uuid.slice(16)}`]);
    for (const question of [{ hash: hashOf('entry 5') }, { hash: hashOf('no entry') }]) {
      const found = await answers(copy.base, '/api/v1/index/retrieve', asking(question));
      expect(found).toEqual(await answers(source.base, '/api/v1/index/retrieve', asking(question)));
    }
    expect(
      await stele(['audit', copy.base, '--full'], { env: { STELE_STATE: join(imports.scratch, 'both', 'audits') } }),
    ).toMatchObject({ code: 0 });
    const heads = (await (await fetch(`${copy.base}/api/v2/log/heads`)).json()) as { heads: object[] };
    expect(heads.heads).toMatchObject([{ treeSize: SIZE }]);
  });

  it('adds what the log has grown by, and keeps the heads that it showed before', async () => {
    await submit(source.base, 'later', 3);
    const ran = await imports.run('both', source.base);
    expect([ran.code, jsonOf(ran)]).toMatchObject([0, { shards: [{ treeSize: SIZE + 3, added: 3 }] }]);
    const again = await imports.run('both', source.base);
    expect(jsonOf(again)).toMatchObject({ shards: [{ treeSize: SIZE + 3, added: 0 }] });
    await using copy = await imports.serve('both');
    await expectSame(copy.base, ['/api/v1/log', '/checkpoint', '/api/v1/log/entries?logIndex=302']);
    const { heads } = (await (await fetch(`${copy.base}/api/v2/log/heads`)).json()) as {
      heads: { treeSize: number }[];
    };
    expect(heads.map(({ treeSize }) => treeSize)).toEqual([SIZE + 3, SIZE]);
  });

  it('is read and never written: no start signs, and no command takes it for a log of its own', async () => {
    const place = { ...log, data: imports.folder('both'), heads: join(imports.scratch, 'both', 'heads') };
    for (const command of ['export', 'backup', 'shard', 'recover'] as const) {
      const words = command === 'shard' || command === 'recover' ? [] : ['--into', join(imports.scratch, command)];
      const ran = await runOperator(command, place, ...words);
      expect([command, ran.code]).toEqual([command, 1]);
      expect(ran.err).toMatch(/holds entries that were imported from source\.test - \d+ at http:.*serve --read-only/);
    }
    await expect(startServer(place)).rejects.toThrow(/holds entries that were imported from source\.test/);
  });
});

describe('stele import of a log of Rekor v1 alone', () => {
  it('keeps signed entry timestamps, times and the signed head', async () => {
    const ran = await imports.run('v1', await proxy.lying(asRekorV1));
    expect(ran.code).toBe(0);
    await using copy = await imports.serve('v1');
    await expectSame(copy.base, V1_PATHS);
    const { signedTreeHead } = (await (await fetch(`${source.base}/api/v1/log`)).json()) as { signedTreeHead: string };
    expect(await (await fetch(`${copy.base}/checkpoint`)).text()).toBe(signedTreeHead);
    await expectSame(copy.base, ['/tile/0/000', '/tile/entries/000', '/tile/1/000.p/1']);
    await expectSound('v1', copy.base, []);
  });
});

describe.each(['Rekor v2', 'the files of an export'])('stele import of %s', (kind) => {
  it('keeps the checkpoint, tiles and entries, and promises nothing that was not promised', async () => {
    const into = join(imports.scratch, 'exported');
    if (kind !== 'Rekor v2') await succeeded(runOperator('export', log, '--into', into));
    await using files = await serveFiles(into);
    const server = kind === 'Rekor v2' ? await proxy.lying(asRekorV2) : files.base;
    const ran = await imports.run(kind, server, '--log-key', vkey);
    expect([ran.code, jsonOf(ran)]).toMatchObject([0, { shards: [{ origin: 'source.test', api: 'tiles' }] }]);
    await using copy = await imports.serve(kind);
    await expectSame(
      copy.base,
      TILE_PATHS.map((path) => path.replace('p/44', 'p/47')),
    );
    const entryOf = async (base: string) => {
      const answer = (await (await fetch(`${base}/api/v1/log/entries?logIndex=256`)).json()) as object;
      return Object.values(answer)[0] as Readonly<Record<string, object>>;
    };
    const [own, theirs] = [await entryOf(copy.base), await entryOf(source.base)];
    expect(own).toMatchObject({ body: theirs['body'], integratedTime: 0, logIndex: 256 });
    expect(own['verification']).not.toHaveProperty('signedEntryTimestamp');
    const [proof, theirProof] = [own, theirs].map(
      (one) => (one['verification'] as { inclusionProof: object }).inclusionProof,
    );
    const checkpoint = await (await fetch(`${source.base}/checkpoint`)).text();
    expect(proof).toEqual({ ...theirProof, checkpoint });
    const found = await fetch(`${copy.base}/api/v1/index/retrieve`, asking({ hash: hashOf('entry 5') }));
    expect(await found.json()).toHaveLength(1);
    await expectSound(kind, copy.base, ['--log-key', vkey]);
  });
});

describe('stele import: bad input', () => {
  it.each([
    [['http://127.0.0.1:1'], 3, /does not answer/],
    [[], 2, /no log is named/],
  ])('%j is refused', async (words, code, reason) => {
    const ran = await imports.run('nothing', ...words);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toMatch(reason);
  });

  it('refuses a folder that holds something else', async () => {
    const ran = await imports.run('..', source.base, '--into', log.data);
    expect(ran).toMatchObject({ code: 2, out: '' });
  });
});
