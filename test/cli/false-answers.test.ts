import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alter } from '../support/altering-proxy.ts';
import { type Ran, stele } from '../support/stele.ts';
import { answering, flipping, type Lying, openLying, replacing, V1_ENTRIES as V1 } from './lying.ts';

let lying: Lying;
beforeAll(async () => {
  lying = await openLying();
});
afterAll(() => lying[Symbol.asyncDispose]());

const HEAD = /^\/api\/v1\/log$/;
const anotherHash = 'ab'.repeat(32);

describe('a log that lies is found out: 1, and nothing is printed as true', () => {
  it.each<readonly [string, Alter, readonly string[], RegExp]>([
    ['a head of another size', replacing(HEAD, /"treeSize":\d+/, '"treeSize":77'), ['info'], /signed for another tree/],
    [
      'a head with another root',
      replacing(HEAD, /"rootHash":"[0-9a-f]+"/, `"rootHash":"${anotherHash}"`),
      ['info'],
      /another tree/,
    ],
    ['a note whose text was changed', replacing(HEAD, /\\n\d+\\n/, '\\n99\\n'), ['info'], /does not verify/],
    [
      'a checkpoint of tiles that was changed',
      replacing(/checkpoint$/, /\n\d+\n/, '\n99\n'),
      ['checkpoint'],
      /does not verify/,
    ],
    ['an entry with another body', replacing(V1, /"body":"ey/, '"body":"eZ'), ['get', '1'], /does not hold/],
    [
      'an entry with another time',
      replacing(V1, /"integratedTime":1/, '"integratedTime":2'),
      ['get', '1'],
      /timestamp does not verify/,
    ],
    [
      'an entry with another index',
      replacing(V1, /"logIndex":1,"verification"/, '"logIndex":2,"verification"'),
      ['get', '1'],
      /timestamp does not verify/,
    ],
    [
      'an inclusion proof with another hash',
      replacing(V1, /"hashes":\["[0-9a-f]{64}/, `"hashes":["${anotherHash}`),
      ['get', '1'],
      /inclusion proof/,
    ],
    [
      'an inclusion proof that is cut short',
      replacing(V1, /"hashes":\["[0-9a-f]{64}",/, '"hashes":['),
      ['get', '1'],
      /inclusion proof/,
    ],
    [
      'an entry without a proof',
      replacing(V1, /"inclusionProof"/, '"noProof"'),
      ['get', '1'],
      /inclusionProof is no object/,
    ],
    [
      'an entry without a timestamp',
      replacing(V1, /"signedEntryTimestamp"/, '"none"'),
      ['get', '1'],
      /signedEntryTimestamp is not/,
    ],
    [
      'another entry than was asked for',
      (url, _, request) =>
        V1.test(url) && request.method === 'GET' ? lying.answerOf('/api/v1/log/entries?logIndex=2') : undefined,
      ['get', '1'],
      /entry 1 was asked for, and 2 came/,
    ],
    [
      'another entry than was sent',
      (url, _, request) =>
        V1.test(url) && request.method === 'POST' ? lying.answerOf('/api/v1/log/entries?logIndex=2', 201) : undefined,
      ['upload', 'f1', '--signature', 'f1.sig', '--key', 'f1.pub'],
      /another entry than the one that was sent/,
    ],
    ['a tile with a changed hash', flipping(/\/tile\/0\//, 40), ['get', '1', '--api', 'tiles'], /do not have the root/],
    [
      'a tile that is cut short',
      (url, { body }) => (url.includes('/tile/0/') ? { body: body.subarray(0, -7) } : undefined),
      ['get', '1', '--api', 'tiles'],
      /bytes, and \d+ hashes are needed/,
    ],
    [
      'an entry bundle with a changed entry',
      flipping(/\/tile\/entries\//, 900),
      ['get', '1', '--api', 'tiles'],
      /does not hold the entries that were hashed/,
    ],
    [
      'an entry bundle that is cut short',
      (url, { body }) => (url.includes('/tile/entries/') ? { body: body.subarray(0, -7) } : undefined),
      ['get', '1', '--api', 'tiles'],
      /does not hold the entries/,
    ],
    [
      'a consistency proof with another hash',
      replacing(/\/proof\?/, /"hashes":\["[0-9a-f]{64}/, `"hashes":["${anotherHash}`),
      ['proof', '--from', '3', '--to', '6', '--api', 'rekor-v1'],
      /does not hold/,
    ],
    [
      'an entry that is not what was searched for',
      (url) => (url.startsWith('/api/v1/index/') ? lying.idsOf(2) : undefined),
      ['search', '--artifact', 'f1'],
      /has nothing that was searched for/,
    ],
  ])('%s', async (_what, alter, command, said) => {
    const ran = await lying.against(alter, ...command);
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/^stele: [^\n]+\n$/);
    expect(ran.err).toMatch(said);
    expect(existsSync(join(ran.state, 'logs')) ? readdirSync(join(ran.state, 'logs')) : []).toEqual([]);
  });

  it('a log that begins anew, forks or goes back is not the one that was seen, and the state stays as it was', async () => {
    const state = join(lying.use.scratch, 'seen');
    const seen = join(state, 'logs');
    let alter: Alter = () => undefined;
    const server = await lying.proxy.lying((...asked) => alter(...asked));
    const info = (): Promise<Ran> =>
      stele(['info', '--server', server, ...lying.keys], { env: { STELE_STATE: state } });
    const older = await (await fetch(`${lying.use.server.base}/api/v1/log`)).text();
    await lying.use.uploaded(...lying.use.signed('grown'));
    expect(await info()).toMatchObject({ code: 0, err: '' });
    const before = readdirSync(seen).map((name) => readFileSync(join(seen, name), 'utf8'));
    alter = answering(HEAD, 200, older);
    const ran = await info();
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/is not the one that was seen before: the log has \d+ entries, and had \d+ before/);
    expect(readdirSync(seen).map((name) => readFileSync(join(seen, name), 'utf8'))).toEqual(before);
  });
});
