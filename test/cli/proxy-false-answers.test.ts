import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { Alter } from '../support/altering-proxy.ts';
import { submissionFor } from '../support/submissions.ts';
import { answering, flipping, type Lying, openLying, replacing, V1_ENTRIES as V1 } from './lying.ts';
import { post, type ProxyProcess, startProxy, V1 as V1_PATH, V2 as V2_PATH } from './proxy-process.ts';

let lying: Lying;
let proxy: ProxyProcess;
/** Changes the answers of the log behind the proxy. */
let alter: Alter = () => undefined;
let forked: string;

beforeAll(async () => {
  lying = await openLying();
  const to = await lying.proxy.lying((...asked) => alter(...asked));
  proxy = await startProxy({ to, state: join(lying.use.scratch, 'of-the-proxy'), words: lying.keys });
  forked = await (await fetch(`${lying.use.server.base}/api/v1/log`)).text();
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await lying[Symbol.asyncDispose]();
});

const anotherHash = 'ab'.repeat(32);
const V2 = /^\/api\/v2\/log\/entries/;
const HEAD = /^\/api\/v1\/log$/;
const anotherKey =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIfc4SIAbQPb1w=\n-----END PUBLIC KEY-----\n';
let sent = 0;
const get = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(`${proxy.base}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const submit = (api: 'v1' | 'v2') => async (): Promise<{ readonly status: number; readonly text: string }> =>
  post(proxy.base, api === 'v1' ? V1_PATH : V2_PATH, submissionFor(api, `lied about ${(sent += 1)}`).body);

describe('stele proxy before a log that lies: 502, and why', () => {
  it.each<readonly [string, Alter, () => ReturnType<typeof get>, RegExp]>([
    ['v1: another body', replacing(V1, /"body":"ey/, '"body":"eZ'), submit('v1'), /does not hold/],
    ['v1: another time', replacing(V1, /"integratedTime":1/, '"integratedTime":2'), submit('v1'), /timestamp does not/],
    [
      'v1: another proof',
      replacing(V1, /"hashes":\["[0-9a-f]{64}/, `"hashes":["${anotherHash}`),
      submit('v1'),
      /inclusion proof/,
    ],
    ['v1: no proof', replacing(V1, /"inclusionProof"/, '"noProof"'), submit('v1'), /inclusionProof is no object/],
    [
      'v1: no timestamp',
      replacing(V1, /"signedEntryTimestamp"/, '"none"'),
      submit('v1'),
      /signedEntryTimestamp is not/,
    ],
    ['v1: another checkpoint', replacing(V1, /(\\n)(\d+)(\\n)/, '$199$3'), submit('v1'), /checkpoint does not hold/],
    [
      'v1: another entry than was sent',
      (url, _, { method }) =>
        V1.test(url) && method === 'POST' ? lying.answerOf('/api/v1/log/entries?logIndex=2', 201) : undefined,
      submit('v1'),
      /another entry than the one that was sent/,
    ],
    ['v1: a web page', answering(V1, 201, '<html>'), submit('v1'), /web page/],
    [
      'v2: another body',
      replacing(V2, /"canonicalizedBody":"ey/, '"canonicalizedBody":"eZ'),
      submit('v2'),
      /does not hold/,
    ],
    ['v2: another proof', replacing(V2, /"hashes":\["./, '"hashes":["_'), submit('v2'), /hashes/],
    ['v2: another log id', replacing(V2, /"keyId":"....../, '"keyId":"AAAAAA'), submit('v2'), /log id/],
    [
      'an entry that was not asked for',
      (url, _, { method }) =>
        V1.test(url) && method === 'GET' ? lying.answerOf('/api/v1/log/entries?logIndex=2') : undefined,
      () => get('/api/v1/log/entries?logIndex=1'),
      /entry 1 was asked for, and 2 came/,
    ],
    [
      'an entry of a list with another time',
      replacing(/retrieve/, /"integratedTime":1/, '"integratedTime":2'),
      () => post(proxy.base, `${V1_PATH}/retrieve`, { logIndexes: [1, 2] }),
      /timestamp does not/,
    ],
    [
      'a head with another root',
      replacing(HEAD, /"rootHash":"[0-9a-f]+"/, `"rootHash":"${anotherHash}"`),
      () => get('/api/v1/log'),
      /another tree/,
    ],
    ['a changed checkpoint', replacing(/checkpoint$/, /\n\d+\n/, '\n99\n'), () => get('/checkpoint'), /does not hold/],
    [
      'a head that goes back',
      (url) => (HEAD.test(url) ? { body: Buffer.from(forked) } : undefined),
      () => get('/api/v1/log'),
      /has gone back/,
    ],
    [
      'a consistency proof with another hash',
      replacing(/\/proof\?/, /"hashes":\["[0-9a-f]{64}/, `"hashes":["${anotherHash}`),
      () => get('/api/v1/log/proof?firstSize=3&lastSize=6'),
      /does not hold/,
    ],
    ['a tile with another hash', flipping(/\/tile\/0\//, 40), () => get('/tile/0/000.p/6'), /root/],
    [
      'a bundle with another entry',
      flipping(/\/tile\/entries\//, 900),
      () => get('/tile/entries/000.p/6'),
      /entries that were hashed/,
    ],
    [
      'a proof file with another hash',
      replacing(/log\/proof\/1/, /\nindex 1\n[^\n]+/, `\nindex 1\n${'A'.repeat(43)}=`),
      () => get('/api/v2/log/proof/1'),
      /inclusion proof/,
    ],
    ['another key', answering(/publicKey$/, 200, anotherKey), () => get('/api/v1/log/publicKey'), /not trusted/],
    [
      'a trusted root with another key',
      replacing(
        /trusted_root/,
        /"rawBytes": "[^"]+"/,
        '"rawBytes": "MCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIfc4SIAbQPb1w="',
      ),
      () => get('/trusted_root.json'),
      /not trusted/,
    ],
    [
      'a longer answer than any',
      answering(HEAD, 200, 'x'.repeat(33 * 1024 * 1024)),
      () => get('/api/v1/log'),
      /more than \d+ bytes/,
    ],
    [
      'a way to another server',
      answering(HEAD, 302, '', { location: 'http://elsewhere.example/' }),
      () => get('/api/v1/log'),
      /redirects to/,
    ],
  ])('%s', async (_what, lie, ask, said) => {
    alter = () => undefined;
    expect((await submit('v1')()).status).toBe(201); // so that the head is newer than that of before
    alter = lie;
    const { status, text } = await ask();
    expect([status, (JSON.parse(text) as { message: string }).message]).toEqual([502, expect.stringMatching(said)]);
  });

  it('an entry whose answer did not hold stays in the outbox, and is answered once it does', async () => {
    const { body } = submissionFor('v1', 'lied about, and asked for again');
    alter = replacing(V1, /"body":"ey/, '"body":"eZ');
    expect((await post(proxy.base, V1_PATH, body)).status).toBe(502);
    alter = () => undefined;
    expect((await post(proxy.base, V1_PATH, body)).status).toBe(201);
  });
});
