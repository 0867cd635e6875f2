import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../support/ask.ts';
import type { Log } from '../../log/types.ts';
import { openTestLog } from '../support/log.ts';
import { entryOf } from './entry-answers.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { variantOf } from './variants.ts';

const SEARCH = '/api/v1/index/retrieve';
const busy = newSubmitter();
const rare = newSubmitter();
const ids: string[] = [];
const indexes: number[] = [];

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  for (const [artifact, submitter] of [
    ...Array.from({ length: 5 }, (_, i) => [`a${i}`, busy] as const),
    ['a0', rare] as const,
  ]) {
    const created = await asking.post('/api/v1/log/entries', hashedrekord(artifact, submitter));
    const [id, { logIndex }] = entryOf(created.text);
    ids.push(id);
    indexes.push(logIndex);
  }
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const keyOf = (pem: string) => ({ format: 'x509', content: Buffer.from(pem).toString('base64') });
const a0 = hash('sha256', 'a0');

describe('rekor-v1 §5: POST /api/v1/index/retrieve', () => {
  it('finds entries by hash, with and without its prefix, in either case', async () => {
    for (const form of [a0, `sha256:${a0}`, a0.toUpperCase(), `sha256:${a0.toUpperCase()}`]) {
      const answer = await asking.post(SEARCH, { hash: form });
      expect([answer.status, answer.text]).toEqual([200, `["${ids[0]}","${ids[5]}"]\n`]);
    }
  });

  it('finds entries by key, in log order, and says how far the answer is complete', async () => {
    const answer = await asking.post(SEARCH, { publicKey: keyOf(busy.pem) });
    expect(JSON.parse(answer.text)).toEqual(ids.slice(0, 5));
    expect(answer.headers['x-stele-complete-to']).toBe(String(opened.log.head().size));
    expect(answer.headers['x-stele-next-after']).toBeUndefined();
  });

  it('joins what is asked for with or, unless told and', async () => {
    const question = { hash: a0, publicKey: keyOf(rare.pem) };
    const all = await asking.post(SEARCH, { ...question, publicKey: keyOf(busy.pem) });
    expect(JSON.parse(all.text)).toEqual(ids);
    const both = await asking.post(SEARCH, { ...question, operator: 'and' });
    expect(JSON.parse(both.text)).toEqual([ids[5]]);
  });

  it.each([
    ['nothing', {}],
    ['nothing at all', null],
    ['nulls and empty texts', { hash: null, email: '', subject: '', publicKey: null, operator: null }],
    ['every one of nothing', { operator: 'and' }],
    ['a hash that is not there', { hash: 'sha512:'.concat('0'.repeat(128)) }],
    ['an address that is not there', { email: 'Joe Doe <joe@example.org>' }],
    ['a subject that is not there', { subject: 'https://example.org/workflow' }],
  ])('answers 200 [] to %s', async (_what, body) => {
    const answer = await asking.post(SEARCH, body);
    expect([answer.status, answer.text]).toEqual([200, '[]\n']);
    expect(answer.headers['x-stele-complete-to']).toBe(String(opened.log.head().size));
  });

  it.each([
    [
      { hash: 'sha384:'.concat('0'.repeat(96)) },
      422,
      605,
      /^hash in body should match '\^\(sha512:\)\?\[0-9a-fA-F\]\{128\}\$\|/,
    ],
    [{ hash: 'xyz' }, 422, 605, /^hash in body should match '/],
    [{ email: 'joe' }, 422, 601, /^email in body must be of type email: "joe"$/],
    [{ publicKey: { format: '', content: 'YQ==' } }, 422, 606, /^publicKey.publicKey.format in body should be one of/],
    [{ operator: 'AND' }, 422, 606, /^operator in body should be one of \[and or\]$/],
    [{ subject: 'x'.repeat(513) }, 422, 603, /^subject in body should be at most 512 chars long$/],
    [{ publicKey: {} }, 422, 602, /^publicKey\.publicKey\.format in body is required$/],
    [
      { publicKey: { format: 'der' } },
      422,
      606,
      /^publicKey\.publicKey\.format in body should be one of \[pgp x509 minisign ssh tuf\]$/,
    ],
    [
      { publicKey: { format: 'x509', content: 'a-_=' } },
      400,
      400,
      /^parsing query body from "" failed, because publicKey\.content is not base64$/,
    ],
    [{ publicKey: { format: 'x509', content: 'YWJj' } }, 400, 400, /^public key provided could not be parsed$/],
    [{ hash: 1 }, 400, 400, /^parsing query body from "" failed, because hash is not a string$/],
    ['{', 400, 400, /^parsing query body from "" failed, because /],
  ])('refuses %j', async (body, status, code, message) => {
    const answer = await asking.post(SEARCH, body);
    const seen = JSON.parse(answer.text) as { code: number; message: string };
    expect([answer.status, seen.code]).toEqual([status, code]);
    expect(seen.message).toMatch(message);
  });

  it('asks for a body', async () => {
    const none = await asking.send('POST', SEARCH);
    expect([none.status, none.text]).toEqual([422, '{"code":602,"message":"query in body is required"}']);
  });
});

/** The log, but for the search. */
function searchedBy(find: Log['find']): Log {
  return new Proxy(opened.log, {
    get: (log, name) => {
      const value: unknown = name === 'find' ? find : Reflect.get(log, name, log);
      return typeof value === 'function' ? (value.bind(log) as unknown) : value;
    },
  });
}

describe('search in pages', () => {
  const question = { publicKey: keyOf(busy.pem) };

  it.each([1, 2, 3, 5, 6])('reads everything once, in order, %i at a time', async (limit) => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const query: string = after === undefined ? `?limit=${limit}` : `?limit=${limit}&after=${after}`;
      const page = await asking.post(`${SEARCH}${query}`, question);
      const found = JSON.parse(page.text) as string[];
      expect(found.length).toBeLessThanOrEqual(limit);
      expect(page.headers['x-stele-complete-to']).toBe(String(opened.log.head().size));
      seen.push(...found);
      after = page.headers['x-stele-next-after'];
    } while (after !== undefined && seen.length < 20);
    expect(seen).toEqual(ids.slice(0, 5));
  });

  it('goes on behind an index with after alone', async () => {
    const rest = await asking.post(`${SEARCH}?after=${indexes[2]}`, question);
    expect(JSON.parse(rest.text)).toEqual(ids.slice(3, 5));
    const beyond = await asking.post(`${SEARCH}?after=9223372036854775807`, question);
    expect([beyond.status, beyond.text]).toEqual([200, '[]\n']);
  });

  it.each([
    ['limit=0', 609, 'limit in query should be greater than or equal to 1'],
    ['limit=1001', 608, 'limit in query should be less than or equal to 1000'],
    ['limit=x', 601, 'limit in query must be of type int64: "x"'],
    ['after=-1', 609, 'after in query should be greater than or equal to 0'],
  ])('refuses ?%s', async (query, code, message) => {
    const answer = await asking.post(`${SEARCH}?${query}`, question);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { code, message }]);
  });

  it('answers with what it has found once a page has taken much work, or says how to page', async () => {
    const log = searchedBy(async () => ({ hits: [], completeTo: 7, next: 4 }));
    await using slow = await askOf(variantOf(log));
    const page = await slow.post(`${SEARCH}?limit=3`, question);
    expect([page.status, page.text, page.headers['x-stele-next-after']]).toEqual([200, '[]\n', '4']);
    const whole = await slow.post(SEARCH, question);
    expect([whole.status, whole.text]).toEqual([
      400,
      expect.stringContaining(
        '"to look through all entries takes longer than one request may: ask for pages with ?limit=',
      ),
    ]);
  });

  it('stops looking once the sender has gone away', async () => {
    const ended = Promise.withResolvers<unknown>();
    const log = searchedBy(
      (_question, _after, _limit, gone) =>
        new Promise((_, reject) => {
          leave();
          gone?.addEventListener('abort', () => {
            ended.resolve(gone.reason);
            reject(new Error('ended', { cause: gone.reason }));
          });
        }),
    );
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    await using slow = await askOf(variantOf(log));
    const asked = fetch(`${slow.base}${SEARCH}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ hash: a0 }),
      signal: leaving.signal,
    });
    await expect(asked).rejects.toThrow(/abort/);
    expect(String(await ended.promise)).toBe('Error: the sender went away');
  });

  it('refuses an answer that would be longer than the operator allows, and says how to page', async () => {
    await using strict = await askOf(variantOf(opened.log, { settings: { searchLimit: 4, searchPage: 2 } }));
    const answer = await strict.post(SEARCH, question);
    const message =
      'more than 4 entries match: ask for pages with ?limit=1 to 2, and go on with ?after= and the value of X-Stele-Next-After';
    expect([answer.status, answer.text]).toEqual([400, `{"code":400,"message":"${message}"}\n`]);
    const paged = await strict.post(`${SEARCH}?limit=2`, question);
    expect(JSON.parse(paged.text)).toEqual(ids.slice(0, 2));
    await using exact = await askOf(variantOf(opened.log, { settings: { searchLimit: 5 } }));
    expect(JSON.parse((await exact.post(SEARCH, question)).text)).toEqual(ids.slice(0, 5));
  });
});
