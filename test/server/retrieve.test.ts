import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../support/ask.ts';
import { SEMVER } from '../../entries/registry.ts';
import type { Log } from '../../log/types.ts';
import { directAdmission } from '../support/admission.ts';
import { openTestLog } from '../support/log.ts';
import { type EntryValue, entryOf, holds } from './entry-answers.ts';
import { instead, variantOf } from './variants.ts';
import { hashedrekord, hashedrekordOf, newSubmitter } from '../../testkit/proposals.ts';

const ENTRIES = '/api/v1/log/entries';
const RETRIEVE = `${ENTRIES}/retrieve`;
const submitter = newSubmitter();
const proposals = ['a', 'b', 'c'].map((name) => hashedrekord(name, submitter));
const ids: string[] = [];
const indexes: number[] = [];

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  for (const proposal of proposals) {
    const [id, { logIndex }] = entryOf((await asking.post(ENTRIES, proposal)).text);
    ids.push(id);
    indexes.push(logIndex);
  }
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const idsIn = (text: string): readonly string[] =>
  (JSON.parse(text) as Record<string, EntryValue>[]).map((entry) => Object.keys(entry).join());

describe('rekor-v1 §6: POST /api/v1/log/entries/retrieve', () => {
  it('answers in the order of whole ids, leaf hashes, entries, indexes, with every repetition', async () => {
    const [a = '', b = '', c = ''] = ids;
    const body = {
      logIndexes: [indexes[0], indexes[2]],
      entries: [proposals[1]],
      entryUUIDs: [b.slice(16), c.toUpperCase(), a],
    };
    const answer = await asking.post(RETRIEVE, body);
    expect([answer.status, idsIn(answer.text)]).toEqual([200, [c, a, b, b, a, c]]);
    expect(answer.text.replaceAll(String.raw`\u2014`, '\u2014')).toBe(`${JSON.stringify(JSON.parse(answer.text))}\n`);
  });

  it('looks up one entry in each turn of the event loop, however many may be asked for', async () => {
    let [turn, most] = [0, 0];
    const byIndex: Log['byIndex'] = (index) => {
      if (turn === 0) setImmediate(() => (turn = 0));
      turn += 1;
      most = Math.max(most, turn);
      return opened.log.byIndex(index);
    };
    const log = instead(opened.log, { byIndex });
    const logIndexes = Array.from({ length: 100 }, (_, i) => indexes[i % 3] ?? 0);
    const admission = { ...directAdmission(), logQuery: async () => ({ entryUUIDs: [], leaves: [], logIndexes }) };
    await using wide = await askOf(variantOf(log, { admission }));
    const { text } = await wide.post(RETRIEVE, { logIndexes: [] });
    expect(idsIn(text)).toEqual(Array.from({ length: 100 }, (_, i) => ids[i % 3]));
    expect(most).toBe(1);
  });

  it('looks up no more once the sender has gone away', async () => {
    const [begun, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const signals: (AbortSignal | undefined)[] = [];
    const byLeaf: Log['byLeaf'] = async (_leaf, gone) => {
      signals.push(gone);
      begun.resolve();
      gone?.addEventListener('abort', () => closed.resolve());
      await closed.promise;
      return undefined;
    };
    await using slow = await askOf(variantOf(instead(opened.log, { byLeaf })));
    const cut = new AbortController();
    const asked = fetch(`${slow.base}${RETRIEVE}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ entryUUIDs: Array.from({ length: 10 }, () => 'ab'.repeat(32)) }),
      signal: cut.signal,
    });
    await begun.promise;
    cut.abort();
    await expect(asked).rejects.toThrow('aborted');
    await closed.promise;
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    expect(signals).toHaveLength(1);
  });

  it('gives proofs that hold', async () => {
    const answer = await asking.post(RETRIEVE, { entryUUIDs: ids });
    const entries = JSON.parse(answer.text) as Record<string, EntryValue>[];
    const pairs = entries.flatMap((entry) => Object.entries(entry));
    expect(pairs.map(([id, value]) => holds(id, value, opened.log.shard.publicKey))).toEqual([true, true, true]);
  });

  it.each([
    ['nothing', {}],
    ['null', null],
    ['nulls', { entryUUIDs: null, logIndexes: null, entries: null }],
    ['no entries', { entries: [] }],
    [
      'what the log does not hold',
      { entryUUIDs: ['ab'.repeat(32), `1${'0'.repeat(15)}${'ab'.repeat(32)}`], logIndexes: [99] },
    ],
    ['an index that no log reaches', '{"logIndexes":[9007199254740993]}'],
    ['the largest int64', '{"logIndexes":[9223372036854775807]}'],
    ['a valid entry that was never logged', { entries: [hashedrekord('never', submitter)] }],
  ])('answers 200 [] to %s', async (_what, body) => {
    const answer = await asking.post(RETRIEVE, body);
    expect([answer.status, answer.text]).toEqual([200, '[]\n']);
  });

  it('reads names in any case, ignores what it does not know, takes a null index as 0', async () => {
    const answer = await asking.post(`${RETRIEVE}/?x=1`, { LOGINDEXES: [null], other: true });
    const first = await asking.get(`${ENTRIES}?logIndex=0`);
    expect(idsIn(answer.text)).toEqual([entryOf(first.text)[0]]);
  });

  it('checks the signatures of entries, and says the bare reason', async () => {
    const digest = { algorithm: 'sha256', value: 'ab'.repeat(32) };
    const forged = hashedrekordOf(digest, new Uint8Array(64), submitter.pem);
    const answer = await asking.post(RETRIEVE, { entries: [forged] });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/^\{"code":400,"message":"verifying signature: .*"\}\n$/);
  });

  const pattern = "should match '^([0-9a-fA-F]{64}|[0-9a-fA-F]{80})$'";
  const many = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  it.each([
    [{ entryUUIDs: [] }, 422, 612, 'entryUUIDs in body should have at least 1 items'],
    [{ logIndexes: [] }, 422, 612, 'logIndexes in body should have at least 1 items'],
    [{ logIndexes: many(11) }, 422, 611, 'logIndexes in body should have at most 10 items'],
    [{ entryUUIDs: ['ab'.repeat(32), 'x'] }, 422, 605, `entryUUIDs.1 in body ${pattern}`],
    [{ entryUUIDs: [null] }, 422, 605, `entryUUIDs.0 in body ${pattern}`],
    [{ logIndexes: [3, -1] }, 422, 609, 'logIndexes.1 in body should be greater than or equal to 0'],
    [
      { logIndexes: many(6), entryUUIDs: many(5).map(() => 'ab'.repeat(32)) },
      422,
      422,
      'more than max allowed 10 entries in request',
    ],
    [{ entryUUIDs: ['f'.repeat(80)] }, 400, 400, `invalid entryID ${'f'.repeat(80)}`],
    [{ entryUUIDs: ['0'.repeat(80)] }, 400, 400, `invalid entryID ${'0'.repeat(80)}`],
    [{ entries: [null] }, 400, 400, 'parsing entry body from "" failed, because kind in body is required'],
    [{ entries: [{ kind: 'x' }] }, 400, 400, 'parsing entry body from "" failed, because invalid kind value: "x"'],
    [
      { entries: [{ kind: 'hashedrekord', apiVersion: '0.0.1', spec: null }] },
      422,
      602,
      'entries.0.spec in body is required',
    ],
    [
      { entries: [proposals[0], { kind: 'hashedrekord', apiVersion: '1', spec: {} }] },
      422,
      605,
      `entries.1.apiVersion in body should match '${SEMVER.source}'`,
    ],
    [{ entries: [{ kind: 'dsse', spec: {} }] }, 422, 602, 'entries.0.apiVersion in body is required'],
    [{ entries: ['x'] }, 400, 400, 'parsing entry body from "" failed, because entries.0 is not a JSON object'],
    [{ logIndexes: [1.5] }, 400, 400, 'parsing entry body from "" failed, because logIndexes.0 is not an int64'],
    [{ logIndexes: [1e19] }, 400, 400, 'parsing entry body from "" failed, because logIndexes.0 is not an int64'],
    [{ logIndexes: 1 }, 400, 400, 'parsing entry body from "" failed, because logIndexes is not an array'],
    [[], 400, 400, 'parsing entry body from "" failed, because it is not a JSON object'],
  ])('refuses %j', async (body, status, code, message) => {
    const answer = await asking.post(RETRIEVE, body);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { code, message }]);
  });

  it.each(['1.0', '1e0', '-0.0', '9223372036854775808', '-9223372036854775809'])(
    'refuses the index %s, which Go reads into no int64',
    async (text) => {
      const answer = await asking.post(RETRIEVE, `{"logIndexes":[0,${text}]}`);
      const message = 'parsing entry body from "" failed, because logIndexes.1 is not an int64';
      expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { code: 400, message }]);
    },
  );

  it('answers 400 to what is no JSON, 422 to no body at all, 415 to no media type', async () => {
    const broken = await asking.post(RETRIEVE, '{"logIndexes":');
    expect(broken.status).toBe(400);
    expect(broken.text).toMatch(/^\{"code":400,"message":"parsing entry body from \\"\\" failed, because .*"\}$/);
    const none = await asking.send('POST', RETRIEVE, { 'Content-Type': 'application/json' });
    expect([none.status, none.text]).toEqual([422, '{"code":602,"message":"entry in body is required"}']);
    const blank = await asking.post(RETRIEVE, ' \n');
    expect([blank.status, blank.text]).toEqual([422, '{"code":602,"message":"entry in body is required"}']);
    const form = await asking.post(RETRIEVE, {}, { 'Content-Type': 'application/x-www-form-urlencoded' });
    const text = 'unsupported media type \\"application/x-www-form-urlencoded\\", only [application/json] are allowed';
    expect([form.status, form.text]).toEqual([415, `{"code":415,"message":"${text}"}`]);
  });

  it('names another maximum where the operator has set one', async () => {
    const wide = await openTestLog(['--max-retrieve', '3']);
    try {
      await using other = await askOf(wide.app);
      const list = await other.post(RETRIEVE, { logIndexes: many(4) });
      expect(JSON.parse(list.text)).toEqual({ code: 611, message: 'logIndexes in body should have at most 3 items' });
      const sum = await other.post(RETRIEVE, { logIndexes: many(2), entryUUIDs: ['ab'.repeat(32), 'cd'.repeat(32)] });
      expect(JSON.parse(sum.text)).toEqual({ code: 422, message: 'more than max allowed 3 entries in request' });
    } finally {
      await wide.close();
    }
  });
});
