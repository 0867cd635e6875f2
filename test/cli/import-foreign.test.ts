import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveFiles } from '../support/file-server.ts';
import { type ForeignRekor, startForeignRekor } from '../support/foreign-rekor.ts';
import { openAlteringProxy } from '../support/altering-proxy.ts';
import { jsonOf, stele } from '../support/stele.ts';
import { leavesNamed, newTileLog } from '../support/tile-log.ts';
import { type Imports, openImports } from './import-fixture.ts';

const LONG_BODY = Buffer.from(
  JSON.stringify({ kind: 'rpm', apiVersion: '0.0.1', spec: { long: 'x'.repeat(100_000) } }),
);

const [LONGER_BODY, LONGEST_BODY] = [Buffer.from(`${LONG_BODY.toString()} `), Buffer.from(`${LONG_BODY.toString()}  `)];

let rekor: ForeignRekor;
let imports: Imports;
beforeAll(async () => {
  [rekor, imports] = [await startForeignRekor(), openImports()];
});
afterAll(async () => {
  await rekor[Symbol.asyncDispose]();
  imports[Symbol.dispose]();
});

const KNOWN_LEAVES = leavesNamed('foreign', 600);
const bodies = (count: number): readonly Uint8Array[] => KNOWN_LEAVES.slice(0, count).with(3, LONG_BODY);
const leafHash = (body: Uint8Array): string => createHash('sha256').update(Buffer.of(0)).update(body).digest('hex');

describe('stele import of a Rekor v1 that takes what a Stele does not', () => {
  const words = (): readonly string[] => ['--log-key', rekor.publicKey];

  it('has its kinds and bodies of any length, in a full tile and behind it, each as the log answers it', async () => {
    for (const [count, long] of [
      [260, 259],
      [600, 597],
    ] as const) {
      const all = bodies(count)
        .with(259, LONGER_BODY)
        .with(long, long === 259 ? LONGER_BODY : LONGEST_BODY);
      rekor.become(all);
      expect(await imports.run('foreign', rekor.base, ...words())).toMatchObject({ code: 0 });
      await using copy = await imports.serve('foreign');
      for (const index of [0, 3, 258, 259, long]) {
        const expected = rekor.answerFor(index);
        const byIndex = await fetch(`${copy.base}/api/v1/log/entries?logIndex=${index}`);
        expect([index, await byIndex.json()]).toEqual([index, expected]);
        const [id = ''] = Object.keys(expected);
        for (const name of [id, id.slice(16)])
          expect(await (await fetch(`${copy.base}/api/v1/log/entries/${name}`)).json()).toEqual(expected);
      }
      const checked = await stele(['audit', copy.base, '--full', '--api', 'rekor-v1', ...words()], {
        env: { STELE_STATE: join(imports.scratch, `audit-${count}`) },
      });
      expect(checked).toMatchObject({ code: 0 });
      expect(checked.out).toContain(`${count} entries checked`);
      // Two bytes of length cannot say how long such a body is.
      expect((await fetch(`${copy.base}/tile/entries/000`)).status).toBe(404);
      expect((await fetch(`${copy.base}/tile/0/000`)).status).toBe(200);
    }
  });

  it('shows nothing of a log that has another beginning than it had, and goes on showing what it was', async () => {
    rekor.become(leavesNamed('another', 700));
    const ran = await imports.run('foreign', rekor.base, ...words());
    expect([ran.code, ran.out]).toEqual([1, '']);
    await using copy = await imports.serve('foreign');
    expect(await (await fetch(`${copy.base}/api/v1/log`)).json()).toMatchObject({ treeSize: 600 });
  });

  it.each([
    ['a wrong leaf', 'body', Buffer.from('{"kind":"another"}').toString('base64')],
    ['another time', 'integratedTime', 5],
  ])('stores nothing of a log that answers with %s', async (_what, member, value) => {
    rekor.become(bodies(40));
    await using proxy = openAlteringProxy(rekor.base);
    const liar = await proxy.lying((path, { body }) => {
      if (!path.endsWith('/retrieve')) return undefined;
      const list = JSON.parse(body.toString()) as Record<string, Record<string, unknown>>[];
      const [one] = Object.values(list.find((entry) => Object.values(entry)[0]?.['logIndex'] === 7) ?? {});
      if (one !== undefined) one[member] = value;
      return { body: Buffer.from(JSON.stringify(list)) };
    });
    const ran = await imports.run(`lying-${member}`, liar, ...words());
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/entry 7 does not hold/);
    await expect(imports.serve(`lying-${member}`)).rejects.toThrow(/was cut short/);
  });

  it('shows nothing of a log that forks in the middle, though each entry is proved under a head of its', async () => {
    const forked = KNOWN_LEAVES.with(399, LONGER_BODY);
    rekor.become(KNOWN_LEAVES.slice(0, 400));
    await using proxy = openAlteringProxy(rekor.base);
    const liar = await proxy.lying((path) => {
      if (path.endsWith('/retrieve')) rekor.become(forked.slice(0, 400));
      return undefined;
    });
    const ran = await imports.run('forking', liar, ...words());
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(
      /the 400 entries of .* have the root .*, and it has signed .* for 400: it has forked meanwhile/,
    );
    await expect(imports.serve('forking')).rejects.toThrow(/was cut short/);
  });

  it('is refused for a key that has not signed its head', async () => {
    await using other = await startForeignRekor();
    const ran = await imports.run('other-key', rekor.base, '--log-key', other.publicKey);
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(existsSync(join(imports.folder('other-key'), 'imported.json'))).toBe(false);
  });
});

describe('stele import of a log of tiles', () => {
  const log = newTileLog('tiles.test/log');

  function put(name: string, files: ReadonlyMap<string, Uint8Array>): string {
    const folder = join(imports.scratch, 'files', name);
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  it('of kinds that nobody knows has all of them, and adds what comes', async () => {
    const leaves = leavesNamed('tiles', 700);
    for (const size of [300, 700]) {
      await using files = await serveFiles(put('growing', log.files(leaves.slice(0, size))));
      const ran = await imports.run('tiles', files.base, '--log-key', log.vkey);
      expect([ran.code, jsonOf(ran)]).toMatchObject([0, { shards: [{ origin: 'tiles.test/log', treeSize: size }] }]);
    }
    await using copy = await imports.serve('tiles');
    for (const [path, content] of log.files(leaves)) {
      const answer = await fetch(`${copy.base}/${path}`);
      expect([path, Buffer.from(await answer.arrayBuffer()).toString('base64')]).toEqual([
        path,
        Buffer.from(content).toString('base64'),
      ]);
    }
    const leaf = leafHash(leaves[299] as Uint8Array);
    const found = (await (await fetch(`${copy.base}/api/v1/log/entries/${leaf}`)).json()) as object;
    expect(Object.values(found)).toMatchObject([{ logIndex: 299, integratedTime: 0 }]);
  });

  it.each([
    [
      'a bundle with a wrong leaf',
      'tile/entries/000',
      (bytes: Uint8Array): Uint8Array => bytes.map((one, i) => (i === 9 ? one ^ 1 : one)),
    ],
    ['a bundle that is cut short', 'tile/entries/000', (bytes: Uint8Array): Uint8Array => bytes.slice(0, -5)],
    ['a tile that is cut short', 'tile/0/000', (bytes: Uint8Array): Uint8Array => bytes.slice(0, -32)],
    ['a tile with a wrong hash', 'tile/0/001.p/44', (bytes: Uint8Array): Uint8Array => bytes.map((one) => one ^ 1)],
  ])('shows nothing of one that has %s', async (what, path, alter) => {
    const files = log.files(leavesNamed('tiles', 300));
    files.set(path, alter(files.get(path) as Uint8Array));
    await using server = await serveFiles(put(what, files));
    const ran = await imports.run(what, server.base, '--log-key', log.vkey);
    expect([ran.code, ran.out]).toEqual([1, '']);
    await expect(imports.serve(what)).rejects.toThrow(/was cut short/);
  });

  it('refuses one that has forked since, and goes on showing what it was', async () => {
    await using files = await serveFiles(put('forked', log.files(leavesNamed('fork', 900))));
    const ran = await stele(['import', files.base, '--log-key', log.vkey, '--into', imports.folder('tiles')], {
      env: { STELE_STATE: join(imports.scratch, 'no-memory') },
    });
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/does not begin with the 700 entries that were imported from it/);
    await using copy = await imports.serve('tiles');
    expect(await (await fetch(`${copy.base}/checkpoint`)).text()).toBe(log.note(leavesNamed('tiles', 700)));
  });
});
