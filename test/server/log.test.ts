import { createPublicKey, hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RootHash, treeSize } from '../../merkle/types.ts';
import { verifyConsistency } from '../../merkle/verify.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { hashOf } from './entry-answers.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';

const PROOF = '/api/v1/log/proof';
const KEY = '/api/v1/log/publicKey';

interface LogInfo {
  readonly rootHash: string;
  readonly treeSize: number;
  readonly treeID: string;
  readonly signedTreeHead: string;
}

const heads: LogInfo[] = [];
let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  const submitter = newSubmitter();
  for (let i = 0; i < 7; i += 1) {
    await asking.post('/api/v1/log/entries', hashedrekord(`entry ${i}`, submitter));
    heads.push(JSON.parse((await asking.get('/api/v1/log')).text) as LogInfo);
  }
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

describe('rekor-v1 §2: GET /api/v1/log', () => {
  it('has these members in this order, and null where there are no other shards', async () => {
    const { text, headers } = await asking.get('/api/v1/log?stable=true');
    const info = JSON.parse(text) as LogInfo;
    expect(Object.keys(info)).toEqual(['inactiveShards', 'rootHash', 'signedTreeHead', 'treeID', 'treeSize']);
    expect(text).toMatch(/^\{"inactiveShards":null,"rootHash":"[0-9a-f]{64}",.*\}\n$/);
    expect(headers['cache-control']).toMatch(/^no-cache, no-store/);
    expect(info.treeID).toBe(opened.log.shard.treeId);
  });

  it('signs a note of three lines and one signature over what the members say', async () => {
    const { signedTreeHead, treeID, treeSize: size, rootHash } = heads[3] as LogInfo;
    const lines = signedTreeHead.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      `rekor.test - ${treeID}`,
      String(size),
      Buffer.from(rootHash, 'hex').toString('base64'),
      '',
    ]);
    expect(lines[4]).toMatch(/^\u2014 rekor\.test [A-Za-z0-9+/]+=*$/);
    expect(lines.slice(5)).toEqual(['']);
  });

  it('answers an empty log too, where the operator wants one', async () => {
    const empty = await openTestLog(['--genesis', 'off']);
    try {
      await using other = await askOf(empty.app);
      const { status, text } = await other.get('/api/v1/log');
      const emptyRoot = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ treeSize: 0, rootHash: emptyRoot });
      const proof = await other.get(`${PROOF}?lastSize=1`);
      const message = 'the tree size requested(1) was greater than what is currently observable(0)';
      expect([proof.status, proof.text]).toEqual([400, `{"code":400,"message":"${message}"}\n`]);
    } finally {
      await empty.close();
    }
  });
});

describe('rekor-v1 §8: GET /api/v1/log/publicKey', () => {
  it('gives PEM as application/x-pem-file, unless JSON alone is asked for', async () => {
    for (const headers of [{}, { Accept: '*/*' }, { Accept: 'application/json;q=0.5, application/*' }]) {
      const { text, headers: seen } = await asking.get(KEY, headers);
      expect(seen['content-type']).toBe('application/x-pem-file');
      expect(text).toMatch(/^-----BEGIN PUBLIC KEY-----\n[\s\S]+\n-----END PUBLIC KEY-----\n$/);
      const spki = createPublicKey(text).export({ type: 'spki', format: 'der' });
      expect(hash('sha256', spki)).toBe(opened.log.shard.logId);
    }
    const json = await asking.get(KEY, { Accept: 'application/json' });
    expect(json.headers['content-type']).toBe('application/json');
    expect(json.text).toBe(`${JSON.stringify(opened.log.shard.publicKey)}\n`);
  });

  it('has nothing else: 406', async () => {
    const { status, text } = await asking.get(KEY, { Accept: 'text/plain' });
    const only = '[application/x-pem-file application/json]';
    expect([status, text]).toEqual([
      406,
      `{"code":406,"message":"unsupported media type requested, only ${only} are available"}`,
    ]);
  });

  it('knows its own tree, in decimal', async () => {
    const { treeId } = opened.log.shard;
    expect((await asking.get(`${KEY}?treeID=${treeId}`)).status).toBe(200);
    expect((await asking.get(`${KEY}?treeID=`)).status).toBe(200);
    for (const other of ['1', '99999999999999999999']) {
      const pem = await asking.get(`${KEY}?treeID=${other}`);
      expect([pem.status, pem.headers['content-type'], pem.text]).toEqual([
        400,
        'application/x-pem-file',
        '{"code":400,"message":"Bad Request"}',
      ]);
      const json = await asking.get(`${KEY}?treeID=${other}`, { Accept: 'application/json' });
      expect([json.status, json.text]).toEqual([400, '{"code":400,"message":"Bad Request"}\n']);
    }
    for (const headers of [{}, { Accept: 'application/json' }]) {
      const hex = await asking.get(`${KEY}?treeID=abc`, headers);
      expect([hex.status, hex.headers['content-type'], JSON.parse(hex.text)]).toEqual([
        422,
        'application/json',
        { code: 605, message: "treeID in query should match '^[0-9]+$'" },
      ]);
    }
  });
});

describe('rekor-v1 §9: GET /api/v1/log/proof', () => {
  it('proves every pair of heads that was seen, under the current root', async () => {
    const newest = heads.at(-1) as LogInfo;
    for (const [i, old] of heads.entries()) {
      for (const later of heads.slice(i)) {
        const { text } = await asking.get(`${PROOF}?firstSize=${old.treeSize}&lastSize=${later.treeSize}`);
        const { hashes, rootHash } = JSON.parse(text) as { hashes: string[]; rootHash: string };
        const [from, to] = [old, later].map((head) => ({
          size: treeSize(head.treeSize),
          root: hashOf(head.rootHash) as RootHash,
        }));
        expect(rootHash).toBe(newest.rootHash);
        expect(from && to && verifyConsistency(from, to, hashes.map(hashOf))).toBe(true);
      }
    }
  });

  it('starts at 1 unless told, and has no hashes between equal sizes', async () => {
    const told = await asking.get(`${PROOF}?firstSize=1&lastSize=5`);
    for (const query of [
      '?lastSize=5',
      '?firstSize=&lastSize=5',
      `?lastSize=5&treeID=${opened.log.shard.treeId}`,
      '?lastSize=5&treeID=',
    ]) {
      expect((await asking.get(`${PROOF}${query}`)).text).toBe(told.text);
    }
    expect(told.text).toMatch(/^\{"hashes":\["/);
    const { rootHash } = heads.at(-1) as LogInfo;
    expect((await asking.get(`${PROOF}?firstSize=5&lastSize=5`)).text).toBe(`{"hashes":[],"rootHash":"${rootHash}"}\n`);
  });

  it.each([
    ['', 422, 602, 'lastSize in query is required'],
    ['?lastSize=', 422, 602, 'lastSize in query is required'],
    ['?lastSize=0', 422, 609, 'lastSize in query should be greater than or equal to 1'],
    ['?firstSize=0&lastSize=0', 422, 609, 'firstSize in query should be greater than or equal to 1'],
    ['?firstSize=-5&lastSize=5', 422, 609, 'firstSize in query should be greater than or equal to 1'],
    ['?firstSize=x&lastSize=5', 422, 601, 'firstSize in query must be of type int64: "x"'],
    ['?lastSize=5&treeID=x', 422, 605, "treeID in query should match '^[0-9]+$'"],
    ['?firstSize=4&lastSize=3', 400, 400, 'firstSize(4) must be less than lastSize(3)'],
    ['?lastSize=5&treeID=12', 400, 400, 'no log range found for tree ID 12'],
    ['?lastSize=5&treeID=9223372036854775808', 400, 400, 'invalid tree ID specified: 9223372036854775808'],
    ['?lastSize=1000', 400, 400, 'the tree size requested(1000) was greater than what is currently observable(SIZE)'],
    [
      '?lastSize=9223372036854775807',
      400,
      400,
      'the tree size requested(9223372036854775807) was greater than what is currently observable(SIZE)',
    ],
  ])('refuses %j', async (query, status, code, message) => {
    const answer = await asking.get(`${PROOF}${query}`);
    const said = message.replace('SIZE', String(opened.log.head().size));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { code, message: said }]);
  });
});
