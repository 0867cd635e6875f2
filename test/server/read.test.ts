import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { entryOf, holds } from './entry-answers.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';

const ENTRIES = '/api/v1/log/entries';
const NEVER_CACHE = {
  'cache-control': 'no-cache, no-store, no-transform, must-revalidate, private, max-age=0',
  expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
  pragma: 'no-cache',
  'x-accel-expires': '0',
};

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
let id: string;
let index: number;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  const submitter = newSubmitter();
  for (let i = 0; i < 3; i += 1) {
    const created = await asking.post(ENTRIES, hashedrekord(`entry ${i}`, submitter));
    const [key, value] = entryOf(created.text);
    [id, index] = [key, value.logIndex];
  }
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

describe('rekor-v1 §1.1: GET /api/v1/log/entries?logIndex=', () => {
  it.each(['', '+', '0', '-0'])('reads the index as Go does, with %j in front', async (sign) => {
    const number = sign === '-0' ? '-0' : `${encodeURIComponent(sign)}${index}`;
    const answer = await asking.get(`${ENTRIES}?logIndex=${number}`);
    expect(answer.status).toBe(200);
    expect(entryOf(answer.text)[1].logIndex).toBe(sign === '-0' ? 0 : index);
  });

  it('gives an entry whose proof holds under the newest head, and may not be cached', async () => {
    const answer = await asking.get(`${ENTRIES}?logIndex=${index - 1}`);
    const [key, value] = entryOf(answer.text);
    expect(holds(key, value, opened.log.shard.publicKey)).toBe(true);
    expect(value.verification.inclusionProof.treeSize).toBe(opened.log.head().size);
    expect(answer.headers).toMatchObject(NEVER_CACHE);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('takes the last of several values', async () => {
    const answer = await asking.get(`${ENTRIES}?logIndex=zzz&logIndex=${index}`);
    expect(entryOf(answer.text)[0]).toBe(id);
  });

  it.each(['1000', '9007199254740993', '9223372036854775807'])(
    'answers 404 with nothing beyond the end: %s',
    async (beyond) => {
      const answer = await asking.get(`${ENTRIES}?logIndex=${beyond}`);
      expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([404, '', '0']);
      expect(answer.headers['content-type']).toBeUndefined();
      expect(answer.headers).toMatchObject(NEVER_CACHE);
    },
  );

  it.each([
    ['', 602, 'logIndex in query is required'],
    ['?logIndex=', 602, 'logIndex in query is required'],
    ['?logIndex=-1', 609, 'logIndex in query should be greater than or equal to 0'],
    ['?logIndex=abc', 601, 'logIndex in query must be of type int64: "abc"'],
    ['?logIndex=9223372036854775808', 601, 'logIndex in query must be of type int64: "9223372036854775808"'],
    ['?logIndex=1;2', 602, 'logIndex in query is required'],
    ['?logIndex=1%2', 602, 'logIndex in query is required'],
    ['?logIndex=1.0', 601, 'logIndex in query must be of type int64: "1.0"'],
  ])('refuses %j with 422', async (query, code, message) => {
    const answer = await asking.get(`${ENTRIES}${query}`);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { code, message }]);
    expect(answer.headers).toMatchObject(NEVER_CACHE);
  });
});

describe('rekor-v1 §2: GET /api/v1/log/entries/{entryUUID}', () => {
  it('takes 64 and 80 digits in either case, and answers with 80 in lower case', async () => {
    for (const form of [id, id.toUpperCase(), id.slice(16), id.slice(16).toUpperCase()]) {
      const answer = await asking.get(`${ENTRIES}/${form}`);
      expect([answer.status, entryOf(answer.text)[0]]).toEqual([200, id]);
      expect(answer.headers).toMatchObject(NEVER_CACHE);
    }
  });

  it('puts the tree id in front, as 16 hex digits', () => {
    expect(BigInt(`0x${id.slice(0, 16)}`).toString()).toBe(opened.log.shard.treeId);
  });

  it('answers 404 with nothing for a leaf it does not hold, and for another tree', async () => {
    const otherTree = `1${id.slice(1, 15)}${id[15] === '0' ? '1' : '0'}`;
    for (const form of ['ab'.repeat(32), id.slice(0, 16) + 'ab'.repeat(32), otherTree + id.slice(16)]) {
      const answer = await asking.get(`${ENTRIES}/${form}`);
      expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([404, '', undefined]);
    }
  });

  it('answers 400 to a tree id that cannot be', async () => {
    const answer = await asking.get(`${ENTRIES}/${'b'.repeat(16)}${id.slice(16)}`);
    const message = `validation error: ${'b'.repeat(16)} is not a valid TreeID`;
    expect([answer.status, answer.text]).toEqual([400, `{"code":400,"message":"${message}"}\n`]);
    const zero = await asking.get(`${ENTRIES}/${'0'.repeat(16)}${id.slice(16)}`);
    expect([zero.status, JSON.parse(zero.text)]).toEqual([
      400,
      { code: 400, message: 'validation error: 0 is not a valid TreeID' },
    ]);
  });

  it.each(['retrieve', 'xyz', 'a'.repeat(63), 'g'.repeat(64), '%3Cscript%3E'])('refuses %s with 422', async (form) => {
    const answer = await asking.get(`${ENTRIES}/${form}`);
    const message = "entryUUID in path should match '^([0-9a-fA-F]{64}|[0-9a-fA-F]{80})$'";
    expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { code: 605, message }]);
  });
});
