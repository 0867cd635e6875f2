import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../testkit/server-process.ts';
import { run as runOperator, succeeded } from '../scripts/operator.ts';
import { type Alter, type AlteringProxy, openAlteringProxy } from '../support/altering-proxy.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { entriesOf, openUse, type Use } from './use-fixture.ts';

/*
 * Logs that offer less than a Stele. Each is a Stele behind a proxy that answers 404 or 501 to what the other one has not:
 * what genuine Rekor and rekor-tiles answer to these paths is in docs/spec.
 */

let use: Use;
let proxy: AlteringProxy;
beforeAll(async () => {
  use = await openUse();
  proxy = openAlteringProxy(use.server.base);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await use[Symbol.asyncDispose]();
});

const MISSING = { status: 404, body: Buffer.from('404 page not found') };
/** Rekor v1: rekor-v1 §1.1. Its index knows no pages. */
const asRekorV1: Alter = (path, { headers }) => {
  if (!path.startsWith('/api/v1/') || path.includes('limit=')) return MISSING;
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('x-stele-'));
  return { headers: Object.fromEntries(kept) };
};
/** The process of rekor-tiles: rekor-v2 §1.1. */
const asRekorTiles: Alter = (path) => {
  if (path === '/api/v2/log/entries') return undefined;
  return path.startsWith('/api/v2/')
    ? { status: 501, body: Buffer.from('{"code":12,"message":"not implemented"}') }
    : MISSING;
};
/** A bucket with its tiles. */
const asBucket: Alter = (path) => (/^\/(checkpoint$|tile\/)/.test(path) ? undefined : MISSING);

let states = 0;
const on = (server: string, words: readonly string[], state = `other-${(states += 1)}`): Promise<Ran> =>
  stele([...words, '--server', server, '--output', 'json'], { env: { STELE_STATE: state }, cwd: use.scratch });

describe('genuine Rekor v1', () => {
  it('is used with its own key, which is pinned', async () => {
    const server = await proxy.lying(asRekorV1);
    const words = use.signed('on-v1');
    const first = await on(server, ['upload', ...words], 'v1');
    expect(first.err).toMatch(/first use of .* for use\.test, pinned in /);
    const [entry] = entriesOf(first);
    const again = await on(server, ['upload', ...words], 'v1');
    expect([again.err, entriesOf(again)[0]?.isKnown]).toEqual(['', true]);
    expect(jsonOf(await on(server, ['info'], 'v1'))).toMatchObject({ apis: ['rekor-v1'] });
    expect(entriesOf(await on(server, ['search', '--artifact', 'on-v1'], 'v1'))[0]?.uuid).toBe(entry?.uuid);
    expect(await on(server, ['verify', ...words], 'v1')).toMatchObject({ code: 0 });
    expect(await on(server, ['proof', '--from', '1', '--to', '2'], 'v1')).toMatchObject({ code: 0 });
    expect(await on(server, ['proof', String(entry?.logIndex), '--into', 'v1.proof'], 'v1')).toMatchObject({ code: 0 });
    expect(await on(server, ['verify', ...words, '--proof', 'v1.proof'], 'v1')).toMatchObject({ code: 0 });
    const note = (await stele(['checkpoint', '--server', server], { env: { STELE_STATE: 'v1' }, cwd: use.scratch }))
      .out;
    expect(note).toMatch(/^use\.test - \d+\n\d+\n/);
  });
});

describe('genuine Rekor v2', () => {
  it('takes entries, and is read from its tiles elsewhere', async () => {
    const [server, tiles] = [await proxy.lying(asRekorTiles), await proxy.lying(asBucket)];
    const vkey = (await (await fetch(`${use.server.base}/vkey`)).text()).trim();
    const words = use.signed('on-v2');
    const keyed = ['--log-key', vkey];
    const unread = await on(server, ['info', ...keyed]);
    expect([unread.code, unread.err.includes('name their address with --tiles')]).toEqual([4, true]);
    const ran = await on(server, ['upload', ...words, ...keyed, '--tiles', tiles]);
    expect(ran).toMatchObject({ code: 0 });
    const [entry] = entriesOf(ran);
    expect(entriesOf(await on(server, ['upload', ...words, ...keyed, '--tiles', tiles]))[0]?.isKnown).toBe(true);
    const index = String(entry?.logIndex);
    const read = await on(server, ['get', index, ...keyed, '--tiles', tiles]);
    expect(entriesOf(read)).toMatchObject([{ uuid: entry?.uuid, kind: 'hashedrekord', signature: 'holds' }]);
    expect(await on(server, ['verify', ...words, ...keyed, '--tiles', tiles, '--index', index])).toMatchObject({
      code: 0,
    });
    expect((await on(server, ['search', '--artifact', 'on-v2', ...keyed, '--tiles', tiles])).code).toBe(4);
    expect((await on(server, ['upload', ...words])).code).toBe(2); // it offers no key
  });

  it('an entry is uploaded also where its tiles cannot be read', async () => {
    const server = await proxy.lying(asRekorTiles);
    const vkey = (await (await fetch(`${use.server.base}/vkey`)).text()).trim();
    const ran = await on(server, ['upload', ...use.signed('unread'), '--log-key', vkey]);
    expect([ran.code, ran.err]).toEqual([0, '']);
  });
});

describe('a log of two shards', () => {
  it('is read, searched and proved across both', async () => {
    const { folder } = use;
    const early = await use.uploaded(...use.signed('early'));
    await use.server.stop();
    await succeeded(runOperator('shard', folder, 'freeze'));
    await succeeded(runOperator('shard', folder, 'next', 'second.test'));
    await using server = await startServer(folder, { flags: ['--origin', 'use.test'] });
    const run = (...words: readonly string[]): Promise<Ran> => on(server.base, words, 'sharded');
    const late = entriesOf(await run('upload', ...use.signed('late')))[0];
    expect(jsonOf(await run('info'))).toMatchObject({
      treeSize: 2, // with an entry about itself
      logSize: (late?.logIndex ?? 0) + 1,
      shards: [{ treeSize: (late?.logIndex ?? 0) - 1 }],
    });
    expect(entriesOf(await run('get', String(early.logIndex), String(late?.logIndex))).map(({ uuid }) => uuid)).toEqual(
      [early.uuid, late?.uuid],
    );
    for (const name of ['early', 'late']) {
      const words = [name, '--signature', `${name}.sig`, '--key', `${name}.pub`];
      const [entry] = entriesOf(await run('search', '--artifact', name));
      expect(await run('verify', ...words)).toMatchObject({ code: 0 });
      expect(await run('proof', String(entry?.logIndex), '--into', `${name}.proof`)).toMatchObject({ code: 0 });
      expect(await run('verify', ...words, '--proof', `${name}.proof`)).toMatchObject({ code: 0 });
    }
    await run('upload', ...use.signed('later'));
    expect(jsonOf(await run('proof', '--from', '1', '--to', '2', '--api', 'rekor-v1'))).toMatchObject({
      hashes: [expect.any(String) as string],
    });
    const tailed = await run('tail', '--from', String(early.logIndex), '--once');
    expect(tailed.out.trim().split('\n')).toHaveLength(4);
    await server.stop();
  });
});
