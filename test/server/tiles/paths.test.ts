import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leafHash, openCheckpoint, rootOfLeaves } from '../../support/auditor.ts';
import { bodyOf, bundleOf, PREFIXES, serve, type Served } from './served.ts';

/** Tile 0 is full, tile 1 has 44 hashes, and there is one hash at level 1. */
const SIZE = 300;
const leaves = Array.from({ length: SIZE + 256 }, (_, i) => leafHash(bodyOf(i)));

const PATHS_BEYOND = `
  0/001 0/001.p/45 0/001.p/255 0/002 0/002.p/1 1/000 1/000.p/2 1/001.p/1 2/000.p/1 3/000.p/1 63/000.p/1 63/000
  0/x001/000 0/x999/x999/x999/x999/x999/999
  entries/001 entries/001.p/45 entries/002.p/1 entries/x999/x999/x999/x999/x999/999`
  .trim()
  .split(/\s+/);

/** By line: no path of a tile; widths; levels; groups; segments and escapes that lead to a tile elsewhere; bundles. */
const OTHERWISE = `
  0 0/ 0/000/ 0//000 /0/000 0/000.p 0/000.p/ 0/000.p/1/ 0/000/x 0/000.P/1 0/000.gz data/000 8/0/000 8/data/000
  0/000.p/0 0/000.p/256 0/000.p/257 0/000.p/007 0/000.p/01 0/000.p/+1 0/000.p/1.0 0/000.p/1e1
  00/000 01/000 64/000 -1/000 +0/000 %200/000 0x0/000 1000000000000000000000/000 x/000
  0/0 0/00 0/0000 0/x000/000 0/x000/x000/000 0/000/000 0/x000 0/x0/000 0/X000/000 0/x00/000 0/x0000/000 0/-01 0/00a
  0/x001/x002/x003/x004/x005/x006/x007/x008/009
  ./0/000 ../tile/0/000 0/./000 0/../0/000
  %2e/0/000 %2e%2e/tile/0/000 0/%2E%2E/0/000 0/000%00 0/%ff
  entries entries/ entries/0 entries/0000 entries/000.p/0 entries/000.p/256 entries/000.p/007 entries/000.gz
  entries/x000/000 entries/000/ entries/./000 entries/0/000 ENTRIES/000`.split(/\s+/);

let served: Served;
beforeAll(async () => void (served = await serve(SIZE)));
afterAll(() => served[Symbol.asyncDispose]());

const get = (path: string) => served.asking.raw('GET', path);
const hashes = (from: number, to: number): Buffer => Buffer.concat(leaves.slice(from, to));

describe.each(PREFIXES)('c2sp.org/tlog-tiles at %j', (prefix) => {
  it('a checkpoint, of which both prefixes say the same', async () => {
    const { status, headers, text } = await get(`${prefix}/checkpoint`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(headers['cache-control']).toBe('no-cache');
    const { origin, size, root } = openCheckpoint(text, (await get('/vkey')).text);
    expect([origin, size]).toEqual(['log.test', SIZE]);
    expect(root).toEqual(rootOfLeaves(leaves.slice(0, SIZE)));
    expect(text).toBe((await get('/checkpoint')).text);
  });

  it.each([
    ['0/000', 8192, hashes(0, 256)],
    ['0/001.p/44', 44 * 32, hashes(256, 300)],
    ['1/000.p/1', 32, rootOfLeaves(leaves.slice(0, 256))],
  ])('tile %s is %i bytes: the hashes, one after the other', async (path, length, bytes) => {
    const answer = await get(`${prefix}/tile/${path}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/octet-stream']);
    expect(answer.headers['content-length']).toBe(String(length));
    expect(answer.bytes).toEqual(bytes);
  });

  it.each([
    ['000', bundleOf(0, 256)],
    ['001.p/44', bundleOf(256, 300)],
  ])('bundle %s is the entries, each with its length in front', async (path, bytes) => {
    const answer = await get(`${prefix}/tile/entries/${path}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/octet-stream']);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.bytes).toEqual(bytes);
  });

  it('has every partial width that is covered, also of tiles that have been filled since: rekor-v2 §3.5', async () => {
    for (const width of [1, 2, 43, 44, 100, 255]) {
      const tile = await get(`${prefix}/tile/0/000.p/${width}`);
      expect([tile.status, tile.bytes]).toEqual([200, hashes(0, width)]);
      const bundle = await get(`${prefix}/tile/entries/000.p/${width}`);
      expect([bundle.status, bundle.bytes]).toEqual([200, bundleOf(0, width)]);
    }
    const [tile, bundle] = [await get(`${prefix}/tile/0/001.p/1`), await get(`${prefix}/tile/entries/001.p/1`)];
    expect([tile.bytes, bundle.bytes]).toEqual([hashes(256, 257), bundleOf(256, 257)]);
  });

  it.each(PATHS_BEYOND)('answers 404 beyond the tree: %s', async (path) => {
    await expectNothing(`${prefix}/tile/${path}`);
  });

  it.each(OTHERWISE)('answers 404 to what is spelled in another way than tiles are: %j', async (path) => {
    await expectNothing(`${prefix}/tile/${path}`);
  });

  it('does not look at a query', async () => {
    expect((await get(`${prefix}/tile/0/000.p/1?width=2`)).bytes).toEqual(hashes(0, 1));
  });
});

/** Expects 404 that is not to be cached for long: the tile may come. */
async function expectNothing(path: string): Promise<void> {
  const { status, headers, bytes } = await get(path);
  expect([status, headers['cache-control'], bytes.length]).toEqual([404, 'no-store', 0]);
}

describe('c2sp.org/tlog-tiles: a log that grows', () => {
  it('has an empty checkpoint from the start, and no tile', async () => {
    await using empty = await serve(0);
    const { text } = await empty.asking.get('/checkpoint');
    expect(openCheckpoint(text, (await empty.asking.get('/vkey')).text)).toMatchObject({
      size: 0,
      root: rootOfLeaves([]),
    });
    for (const path of ['0/000.p/1', '0/000', 'entries/000.p/1', 'entries/000'])
      expect((await empty.asking.raw('GET', `/tile/${path}`)).status).toBe(404);
  });

  it('never changes what a path has answered once', async () => {
    await using log = await serve(3);
    const paths = ['/tile/0/000.p/3', '/tile/entries/000.p/3'];
    const before = await Promise.all(paths.map((path) => log.asking.raw('GET', path)));
    for (const size of [5, 256, 257]) {
      await log.grow(size);
      await log.fixture.store.compact();
      const after = await Promise.all(paths.map((path) => log.asking.raw('GET', path)));
      expect(after.map(({ bytes }) => bytes)).toEqual(before.map(({ bytes }) => bytes));
      expect(after.map(({ headers }) => headers['etag'])).toEqual(before.map(({ headers }) => headers['etag']));
    }
    expect((await log.asking.raw('GET', '/tile/1/000.p/1')).bytes).toEqual(rootOfLeaves(leaves.slice(0, 256)));
  });
});
