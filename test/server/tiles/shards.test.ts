import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogShards } from '../../../log/shards.ts';
import type { Log } from '../../../log/types.ts';
import { admitted, EXPECTED_IDENTITY, openLogFixture, type LogFixture } from '../../log/log-fixture.ts';
import { type Asking, askOf, type RequestHeaders } from '../../support/ask.ts';
import { variantOf } from '../variants.ts';
import { PREFIXES } from './served.ts';

/** Two trees in one server, as after `shard next`: the second is at every host name that is not the first's. */
const ENDED_ORIGIN = 'ended.test';
const GROWING_ORIGIN = 'growing.test';
const FILES = ['tile/0/000.p/1', 'tile/0/000.p/2', 'tile/entries/000.p/1', 'tile/entries/000.p/2'];
const PATHS = PREFIXES.flatMap((prefix) => FILES.map((file) => `${prefix}/${file}`));
/** All that name the first tree. */
const NAMES_OF_ENDED = [ENDED_ORIGIN, 'ENDED.test', `${ENDED_ORIGIN}:3000`, `${ENDED_ORIGIN}.`, `Ended.Test.:443`];

const folder = mkdtempSync(join(tmpdir(), 'stele-shards-'));
let ended: LogFixture;
let growing: LogFixture;
let before: Asking;
let after: Asking;

beforeAll(async () => {
  ended = await fixtureOf(ENDED_ORIGIN, '1', ['a', 'b']);
  growing = await fixtureOf(GROWING_ORIGIN, '2', ['c', 'd']);
  before = await askOf(variantOf(ended.log));
  after = await askOf(variantOf(growing.log, { shards: new LogShards([ended.log, growing.log]) }));
});
afterAll(async () => {
  for (const each of [before, after, ended, growing]) await each[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function fixtureOf(origin: string, treeId: string, texts: readonly string[]): Promise<LogFixture> {
  const fixture = await openLogFixture(join(folder, origin), {
    expected: { ...EXPECTED_IDENTITY, origin },
    newTreeId: () => treeId,
  });
  await Promise.all(texts.map((text) => fixture.log.addFirst(admitted(text))));
  return fixture;
}

const get = (asking: Asking, path: string, host: string, headers: RequestHeaders = {}) =>
  asking.raw('GET', path, { Host: host, ...headers });

describe('RFC 9110 §8.8.3: an entity tag of a tile or bundle', () => {
  it.each(PATHS)('names the tree: %s of one is not taken for that of the next', async (path) => {
    const first = await get(before, path, 'elsewhere.test');
    const known = { 'If-None-Match': first.headers['etag'] ?? '' };
    expect((await get(before, path, 'elsewhere.test', known)).status).toBe(304);
    const next = await get(after, path, 'elsewhere.test', known);
    expect([next.status, next.headers['etag']]).not.toContain(first.headers['etag']);
    expect(next.status).toBe(200);
    expect(next.bytes).not.toEqual(first.bytes);
    expect((await get(after, path, ENDED_ORIGIN, known)).status).toBe(304);
  });

  it('of a checkpoint differs with any letter or digit of the note', async () => {
    const real = ended.log.head();
    const { checkpoint: text = '' } = real;
    let note = text;
    const shown = (log: Log, name: keyof Log) =>
      name === 'head' ? () => ({ ...real, checkpoint: note }) : Reflect.get(log, name);
    await using asking = await askOf(variantOf(new Proxy<Log>(ended.log, { get: shown })));
    const tags = new Set<string | undefined>();
    const places = [...text.matchAll(/[B-Yb-y2-9]/g)].map(({ index }) => index);
    for (const at of places) {
      note = text.slice(0, at) + String.fromCodePoint((text.codePointAt(at) ?? 0) ^ 1) + text.slice(at + 1);
      tags.add((await asking.raw('GET', '/checkpoint', { Host: ENDED_ORIGIN })).headers['etag']);
    }
    expect(tags.size).toBe(places.length);
  });
});

describe('RFC 8246: what is said to be immutable', () => {
  it.each(PATHS)('%s is, where the host is the name of its tree, and stays so', async (path) => {
    for (const asking of [before, after]) {
      for (const name of NAMES_OF_ENDED) {
        const { headers, bytes } = await get(asking, path, name);
        expect(headers['cache-control']).toBe('public, max-age=604800, immutable');
        expect(bytes).toEqual((await get(before, path, ENDED_ORIGIN)).bytes);
      }
    }
    expect((await get(after, path, GROWING_ORIGIN)).headers['cache-control']).toMatch(/immutable/);
  });

  it.each(PATHS)('%s is not where another tree may come to stand: a reader asks again', async (path) => {
    for (const asking of [before, after])
      for (const host of [
        'elsewhere.test',
        '127.0.0.1:3000',
        '[::1]:3000',
        '',
        `${ENDED_ORIGIN}..`,
        `x.${ENDED_ORIGIN}`,
      ])
        expect((await get(asking, path, host)).headers['cache-control']).toBe('no-cache');
  });

  it('is nothing of a log that is forgotten when its process ends', async () => {
    await using asking = await askOf(variantOf(ended.log, { dev: true }));
    for (const path of PATHS) expect((await get(asking, path, ENDED_ORIGIN)).headers['cache-control']).toBe('no-cache');
  });
});

describe('RFC 9112 §3.2: which tree a request is for', () => {
  /* Both trees have one key here: it is the name that tells a vkey from another. */
  const SHOWN_PATHS = ['/checkpoint', '/api/v2/checkpoint', '/vkey', '/api/v2/log/heads', '/tile/0/000.p/2'];

  it.each(SHOWN_PATHS)('%s is of the tree that the host names, however that is spelled', async (path) => {
    const { text } = await get(before, path, ENDED_ORIGIN);
    for (const name of NAMES_OF_ENDED) expect((await get(after, path, name)).text).toBe(text);
    expect((await get(after, path, GROWING_ORIGIN)).text).not.toBe(text);
  });

  it.each(SHOWN_PATHS)('%s is of the tree that a target in absolute form names, whatever Host says', async (path) => {
    const { text } = await get(before, path, ENDED_ORIGIN);
    for (const name of [...NAMES_OF_ENDED, `someone@${ENDED_ORIGIN}`, 'ended%2etest'])
      for (const host of [ENDED_ORIGIN, GROWING_ORIGIN, 'elsewhere.test'])
        expect((await get(after, `http://${name}${path}`, host)).text).toBe(text);
    expect((await get(after, `https://${GROWING_ORIGIN}${path}`, ENDED_ORIGIN)).text).not.toBe(text);
  });

  it('is said by a proxy that is trusted, and by no other', async () => {
    const shards = new LogShards([ended.log, growing.log]);
    await using proxied = await askOf(variantOf(growing.log, { shards, settings: { trustedProxies: ['loopback'] } }));
    const forwarded = { 'X-Forwarded-Host': `${ENDED_ORIGIN}.` };
    const { text } = await get(before, '/checkpoint', ENDED_ORIGIN);
    for (const target of ['/checkpoint', `http://${GROWING_ORIGIN}/checkpoint`]) {
      expect((await get(proxied, target, GROWING_ORIGIN, forwarded)).text).toBe(text);
      expect((await get(after, target, GROWING_ORIGIN, forwarded)).text).not.toBe(text);
    }
  });
});
