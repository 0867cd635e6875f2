import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askOf, type RequestHeaders } from '../../support/ask.ts';
import { instead, variantOf } from '../variants.ts';
import { bundleOf, PREFIXES, serve, type Served } from './served.ts';

const SIZE = 300;

let served: Served;
beforeAll(async () => {
  served = await serve(SIZE);
  await served.fixture.store.compact(); // full bundles are compressed then
});
afterAll(() => served[Symbol.asyncDispose]());

/** The log's own name: what is there may be kept unasked. */
const Host = 'log.test';
const get = (path: string, headers: RequestHeaders = {}) => served.asking.raw('GET', path, { Host, ...headers });
const head = (path: string, headers: RequestHeaders = {}) => served.asking.raw('HEAD', path, { Host, ...headers });

const FULL_CACHING = 'public, max-age=31536000, immutable';
const PARTIAL_CACHING = 'public, max-age=604800, immutable';
const FILES = ['checkpoint', 'tile/0/000', 'tile/0/001.p/44', 'tile/entries/000', 'tile/entries/001.p/44'];
const paths = PREFIXES.flatMap((prefix) => FILES.map((file) => `${prefix}/${file}`));

describe('rekor-v2 §3.3: what may be remembered, and for how long', () => {
  it.each([
    ['checkpoint', 'no-cache', 'Origin'],
    ['tile/0/000', FULL_CACHING, 'Origin'],
    ['tile/0/000.p/255', PARTIAL_CACHING, 'Origin'],
    ['tile/1/000.p/1', PARTIAL_CACHING, 'Origin'],
    ['tile/entries/000', FULL_CACHING, 'Origin, Accept-Encoding'],
    ['tile/entries/000.p/255', PARTIAL_CACHING, 'Origin, Accept-Encoding'],
  ])('%s: %s', async (file, cache, vary) => {
    for (const prefix of PREFIXES) {
      const { status, headers } = await get(`${prefix}/${file}`);
      expect([status, headers['cache-control'], headers['vary']]).toEqual([200, cache, vary]);
    }
  });

  it('lets pages of every origin read', async () => {
    const origin = { Origin: 'https://monitor.example' };
    for (const path of paths) {
      expect((await get(path, origin)).headers['access-control-allow-origin']).toBe('*');
      expect((await get(path)).headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await get('/tile/0/002', origin)).headers['access-control-allow-origin']).toBe('*');
  });
});

describe('a bundle that is asked for again', () => {
  it.each([{}, { 'Accept-Encoding': 'gzip' }])('is the same bytes, whole or in part, for %j', async (headers) => {
    const first = await get('/tile/entries/000', headers);
    expect(first.bytes.length).toBeGreaterThan(1100);
    for (let i = 0; i < 3; i += 1) {
      const { status, bytes, headers: shown } = await get('/tile/entries/000', headers);
      expect([status, bytes.equals(first.bytes)]).toEqual([200, true]);
      for (const name of ['etag', 'vary', 'cache-control', 'content-encoding', 'content-length', 'content-type'])
        expect(shown[name]).toBe(first.headers[name]);
    }
    const part = await get('/tile/entries/000', { ...headers, Range: 'bytes=7-1006' });
    expect([part.status, part.bytes]).toEqual([206, first.bytes.subarray(7, 1007)]);
    expect((await head('/tile/entries/000', headers)).headers['content-length']).toBe(String(first.bytes.length));
  });

  it('is not read again from the store', async () => {
    let read = 0;
    const { log } = served.fixture;
    const bundle: typeof log.bundle = (number, width) => ((read += 1), log.bundle(number, width));
    await using asking = await askOf(variantOf(instead(log, { bundle })));
    for (let i = 0; i < 3; i += 1) expect((await asking.raw('GET', '/tile/entries/000', { Host })).status).toBe(200);
    expect(read).toBe(1);
  });
});

describe('RFC 9110 §13.1.2: a reader who has it already', () => {
  it.each(paths)('is told so of %s: 304, no body, the same tag and the same time to keep it', async (path) => {
    const { headers } = await get(path);
    const { etag = '' } = headers;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(path, { 'If-None-Match': known });
      expect([again.status, again.bytes.length, again.headers['content-type']]).toEqual([304, 0, undefined]);
      for (const name of ['etag', 'cache-control', 'vary']) expect(again.headers[name]).toBe(headers[name]);
    }
    for (const other of ['"other"', etag.slice(1, -1), `"x${etag.slice(1)}`])
      expect((await get(path, { 'If-None-Match': other })).status).toBe(200);
  });

  it('has another tag for each tile, each width, each checkpoint', async () => {
    const files = ['tile/0/000', 'tile/0/000.p/1', 'tile/0/001.p/1', 'tile/1/000.p/1', 'tile/entries/000.p/1'];
    const tags = await Promise.all(
      [...files, 'checkpoint'].map(async (file) => (await get(`/${file}`)).headers['etag']),
    );
    await using larger = await serve(1);
    const before = (await larger.asking.get('/checkpoint')).headers['etag'];
    await larger.grow(2);
    tags.push(before, (await larger.asking.get('/checkpoint')).headers['etag']);
    expect(new Set(tags).size).toBe(8);
  });
});

describe('RFC 9110 §14: a part', () => {
  const path = '/tile/0/000';
  it.each([
    ['bytes=0-31', 0, 32],
    ['bytes=32-63', 32, 64],
    ['bytes=8160-', 8160, 8192],
    ['bytes=-32', 8160, 8192],
    ['bytes=8000-9999', 8000, 8192],
    ['bytes=-9999', 0, 8192],
    ['Bytes= 0-31 ', 0, 32],
    ['bytes=0-0', 0, 1],
  ])('%s is answered with 206', async (range, start, end) => {
    const whole = await get(path);
    const part = await get(path, { Range: range });
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${start}-${end - 1}/8192`]);
    expect(part.bytes).toEqual(whole.bytes.subarray(start, end));
    for (const name of ['etag', 'cache-control', 'content-type']) expect(part.headers[name]).toBe(whole.headers[name]);
  });

  it.each(['bytes=8192-', 'bytes=9000-9001', 'bytes=-0'])(
    '%s lies beyond: 416, not to be remembered',
    async (range) => {
      const { status, headers, bytes } = await get(path, { Range: range });
      expect([status, headers['content-range'], bytes.length]).toEqual([416, 'bytes */8192', 0]);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it.each(['bytes=0-1,4-5', 'bytes=', 'bytes=x-y', 'lines=0-1', 'bytes=5-1', '0-1'])(
    '%s is answered with the whole',
    async (range) => {
      const { status, bytes } = await get(path, { Range: range });
      expect([status, bytes.length]).toEqual([200, 8192]);
    },
  );

  it('is given only of the bytes that If-Range names, by a strong tag: RFC 9110 §13.1.5', async () => {
    const { etag = '' } = (await get(path)).headers;
    const answer = async (expected: string) => {
      const { status, bytes } = await get(path, { Range: 'bytes=0-31', 'If-Range': expected });
      return [status, bytes.length];
    };
    expect(await answer(etag)).toEqual([206, 32]);
    for (const other of [`W/${etag}`, '"other"', '*', 'Tue, 24 Nov 2026 18:00:00 GMT'])
      expect(await answer(other)).toEqual([200, 8192]);
  });

  it('is for GET alone: RFC 9110 §14.2', async () => {
    const { status, headers } = await head(path, { Range: 'bytes=0-31' });
    expect([status, headers['content-length'], headers['content-range']]).toEqual([200, '8192', undefined]);
  });

  it('is no part where the reader has the whole already: RFC 9110 §13.2.2', async () => {
    const { etag = '' } = (await get(path)).headers;
    expect((await get(path, { Range: 'bytes=0-31', 'If-None-Match': etag })).status).toBe(304);
  });

  it('of a checkpoint is one as well', async () => {
    const whole = await get('/checkpoint');
    const part = await get('/checkpoint', { Range: 'bytes=0-7' });
    expect([part.status, part.text, part.headers['content-type']]).toEqual([
      206,
      whole.text.slice(0, 8),
      'text/plain; charset=utf-8',
    ]);
  });
});

describe('RFC 9110 §9.3.2: HEAD', () => {
  it.each(paths)('of %s has the headers of GET and nothing else', async (path) => {
    const [got, asked] = [await get(path), await head(path)];
    const { date: _now, 'x-request-id': _id, ...headers } = got.headers;
    const { date: _later, 'x-request-id': _other, ...same } = asked.headers;
    expect([asked.status, asked.bytes.length, same]).toEqual([200, 0, headers]);
  });

  it('of what is not there is 404', async () => {
    expect((await head('/tile/0/002')).status).toBe(404);
    expect((await head('/api/v2/tile/entries/002')).status).toBe(404);
  });
});

describe('rekor-v2 §3.4: bundles in gzip', () => {
  const path = '/tile/entries/000';
  const plain = bundleOf(0, 256);

  it.each([
    'gzip',
    'GZIP',
    'x-gzip',
    'gzip, deflate, br, zstd',
    'br;q=1.0, gzip;q=0.8, *;q=0.1',
    'gzip;q=0.001',
    '*',
    'identity;q=0, *;q=1',
    '*;q=0, gzip',
  ])('where they are kept so, and Accept-Encoding is %j', async (accepted) => {
    const { status, headers, bytes } = await get(path, { 'Accept-Encoding': accepted });
    expect([status, headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(bytes.length).toBeLessThan(plain.length);
    expect(gunzipSync(bytes)).toEqual(plain);
  });

  it.each([
    '',
    'identity',
    'br',
    'gzip;q=0',
    'gzip;q=0.000',
    'gzip;q=0, *',
    '*, gzip;q=0',
    '*;q=0',
    'deflate, *;q=0',
    'gzipped',
  ])('not where Accept-Encoding is %j', async (accepted) => {
    const { status, headers, bytes } = await get(path, { 'Accept-Encoding': accepted });
    expect([status, headers['content-encoding']]).toEqual([200, undefined]);
    expect(bytes).toEqual(plain);
  });

  it('have a tag of their own, length and ranges of what is sent', async () => {
    const gzip = { 'Accept-Encoding': 'gzip' };
    const [packed, open] = [await get(path, gzip), await get(path)];
    const { etag = '' } = packed.headers;
    expect(etag).not.toBe(open.headers['etag']);
    expect((await get(path, { ...gzip, 'If-None-Match': etag })).status).toBe(304);
    expect((await get(path, { 'If-None-Match': etag })).status).toBe(200);
    const part = await get(path, { ...gzip, Range: 'bytes=0-9', 'If-Range': etag });
    expect([part.status, part.headers['content-encoding']]).toEqual([206, 'gzip']);
    expect(part.headers['content-range']).toBe(`bytes 0-9/${packed.bytes.length}`);
    expect(part.bytes).toEqual(packed.bytes.subarray(0, 10));
    expect((await head(path, gzip)).headers['content-length']).toBe(String(packed.bytes.length));
  });

  it('are read by a client that asks for gzip without a word, and hashes never come so', async () => {
    const answer = await fetch(`${served.asking.base}${path}`);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(plain);
    const tile = await get('/tile/0/000', { 'Accept-Encoding': 'gzip' });
    expect(tile.headers['content-encoding']).toBeUndefined();
  });
});
