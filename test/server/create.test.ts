import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { entryOf, holds } from './entry-answers.ts';
import { hashedrekord, hashedrekordOf, intoto002, newSubmitter } from '../../testkit/proposals.ts';
import { variantOf } from './variants.ts';

const ENTRIES = '/api/v1/log/entries';
const submitter = newSubmitter();

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const error = (code: number, message: string): string => `${JSON.stringify({ code, message })}\n`;

describe('rekor-v1 §1.1: POST /api/v1/log/entries', () => {
  it('answers 201 with the entry, its proof, and an ETag without quotes that is the key of the body', async () => {
    const answer = await asking.post(ENTRIES, hashedrekord('one', submitter));
    expect(answer.status).toBe(201);
    const [id, value] = entryOf(answer.text);
    expect(id).toMatch(/^[0-9a-f]{80}$/);
    expect(answer.headers['etag']).toBe(id);
    expect(answer.headers['location']).toBe(`${ENTRIES}/${id}`);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['cache-control']).toBeUndefined();
    expect(holds(id, value, opened.log.shard.publicKey)).toBe(true);
    expect(holds(id, { ...value, integratedTime: value.integratedTime + 1 }, opened.log.shard.publicKey)).toBe(false);
  });

  it('can be sliced as sigstore-rs slices it: compact, alphabetical, one newline at the end', async () => {
    const { text } = await asking.post(ENTRIES, hashedrekord('sliced', submitter));
    const value: unknown = JSON.parse(text.slice(84, text.length - 2));
    expect(text.slice(2, 82)).toBe(entryOf(text)[0]);
    expect(Object.keys(value as object)).toEqual(['body', 'integratedTime', 'logID', 'logIndex', 'verification']);
    expect(text.replaceAll(String.raw`\u2014`, '\u2014')).toBe(`${JSON.stringify(JSON.parse(text))}\n`);
    expect(text).toContain('"inclusionProof":{"checkpoint":"');
    expect(text).toMatch(
      /"hashes":\[.*\],"logIndex":\d+,"rootHash":"[0-9a-f]{64}","treeSize":\d+\},"signedEntryTimestamp"/,
    );
  });

  it('leaves the attestation out of the 201, and gives it first when the entry is read', async () => {
    const payload = '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"x","subject":[],"predicate":{}}';
    const created = await asking.post(ENTRIES, intoto002(payload, submitter));
    expect(created.status).toBe(201);
    expect(entryOf(created.text)[1].attestation).toBeUndefined();
    const read = await asking.get(created.headers['location'] ?? '');
    expect(read.text.slice(84)).toMatch(/^\{"attestation":\{"data":"/);
    expect(Buffer.from(entryOf(read.text)[1].attestation?.data ?? '', 'base64').toString()).toBe(payload);
  });

  it('answers 409 to the same entry again, with the same Location and no ETag', async () => {
    const proposal = hashedrekord('twice', submitter);
    const first = await asking.post(ENTRIES, proposal);
    const again = await asking.post(ENTRIES, proposal);
    const [id] = entryOf(first.text);
    expect(again.status).toBe(409);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(again.headers['etag']).toBeUndefined();
    expect(again.text).toBe(error(409, `an equivalent entry already exists in the transparency log with UUID ${id}`));
  });

  it('answers 201 to the same entry again where the operator wants that, with the first index and time', async () => {
    await using returning = await askOf(variantOf(opened.log, { settings: { duplicates: 'return' } }));
    const proposal = hashedrekord('returned', submitter);
    const [id, first] = entryOf((await returning.post(ENTRIES, proposal)).text);
    const again = await returning.post(ENTRIES, proposal);
    const [sameId, second] = entryOf(again.text);
    expect(again.status).toBe(201);
    expect([sameId, second.logIndex, second.integratedTime]).toEqual([id, first.logIndex, first.integratedTime]);
    expect(holds(sameId, second, opened.log.shard.publicKey)).toBe(true);
  });

  it('builds Location from the path and query as sent, without apiKey', async () => {
    const slash = await asking.post(`${ENTRIES}/`, hashedrekord('slash', submitter));
    expect(slash.headers['location']).toBe(`${ENTRIES}//${slash.headers['etag']}`);
    const query = await asking.post(`${ENTRIES}?a=b&apiKey=s`, hashedrekord('query', submitter));
    expect(query.headers['location']).toBe(`${ENTRIES}/${query.headers['etag']}?a=b`);
    const key = await asking.post(`${ENTRIES}?apiKey=s`, hashedrekord('key', submitter));
    expect(key.headers['location']).toBe(`${ENTRIES}/${key.headers['etag']}`);
  });

  it('never names another host in Location', async () => {
    const answer = await asking.post('//api/v1/log/entries', hashedrekord('host', submitter));
    expect(answer.headers['location']).toBe(`${ENTRIES}/${answer.headers['etag']}`);
  });

  it('reads what follows the JSON value as nothing, and a charset as nothing', async () => {
    const text = `${JSON.stringify(hashedrekord('trailing', submitter))} trailing`;
    const answer = await asking.post(ENTRIES, text, { 'Content-Type': 'Application/JSON; charset=utf-8' });
    expect(answer.status).toBe(201);
  });

  it('answers as JSON whatever Accept asks for', async () => {
    const answer = await asking.post(ENTRIES, hashedrekord('accept', submitter), { Accept: 'image/png' });
    expect([answer.status, answer.headers['content-type']]).toEqual([201, 'application/json']);
  });
});

describe('rekor-v1 §1.3 and §1.6: what create refuses', () => {
  const good = hashedrekord('refused', submitter);
  const unescaped = { ...good, apiVersion: '9.9.9' };
  const otherDigest = { algorithm: 'sha256', value: 'ab'.repeat(32) };
  const badSignature = hashedrekordOf(otherDigest, new Uint8Array(64), submitter.pem);

  it.each([
    ['a signature over something else', badSignature, 400, 400, /^error processing entry: verifying signature: /],
    [
      'a version nobody knows',
      unescaped,
      400,
      400,
      /^error processing entry: hashedrekord implementation for version '9.9.9' not found/,
    ],
    ['no kind', { ...good, kind: undefined }, 422, 602, /^kind in body is required$/],
    ['a kind that no Rekor has', { ...good, kind: 'x<y>' }, 422, 422, /^invalid kind value: "x<y>"$/],
    ['no version', { ...good, apiVersion: null }, 422, 602, /^apiVersion in body is required$/],
    ['a version that is none', { ...good, apiVersion: '1' }, 422, 605, /^apiVersion in body should match '/],
    ['no spec', { ...good, spec: null }, 422, 602, /^spec in body is required$/],
    ['a kind this log does not have', { ...good, kind: 'rpm' }, 400, 400, /^error processing entry: /],
    ['what is no JSON', '{"kind":', 400, 400, /./],
  ])('%s', async (_what, body, status, code, message) => {
    const answer = await asking.post(ENTRIES, body);
    const seen = JSON.parse(answer.text) as { code: number; message: string };
    expect([answer.status, seen.code]).toEqual([status, code]);
    expect(seen.message).toMatch(message);
  });

  it('ends what a handler says with a newline and leaves < > & alone, and the opposite while it reads the request', async () => {
    const handler = await asking.post(ENTRIES, unescaped);
    expect(handler.text.endsWith('"}\n')).toBe(true);
    const binding = await asking.post(ENTRIES, { ...good, kind: 'x<y>&' });
    expect(binding.text).toBe('{"code":422,"message":"invalid kind value: \\"x\\u003cy\\u003e\\u0026\\""}');
  });

  it("asks for a body: 422 with 602 and the name of Rekor's parameter", async () => {
    const none = await asking.send('POST', ENTRIES, { 'Content-Type': 'application/json' });
    expect([none.status, none.text]).toEqual([422, '{"code":602,"message":"proposedEntry in body is required"}']);
  });

  it('asks for JSON: 415', async () => {
    const form = await asking.post(ENTRIES, good, { 'Content-Type': 'text/plain; charset=utf-8' });
    const text = 'unsupported media type \\"text/plain\\", only [application/json] are allowed';
    expect([form.status, form.text]).toEqual([415, `{"code":415,"message":"${text}"}`]);
  });
});
