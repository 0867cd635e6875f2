import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Overloaded } from '../../log/failures.ts';
import { type Log } from '../../log/types.ts';
import { type RequestLine } from '../../server/http/request-line.ts';
import { Busy } from '../../server/http/failures.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { directAdmission } from '../support/admission.ts';
import { SETTINGS, type Variant, variantOf } from './variants.ts';

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

const askVariant = (variant: Variant): Promise<Asking> => askOf(variantOf(opened.log, variant));

describe('rekor-v1 §1.2: operations that are not enabled', () => {
  const proposal = hashedrekord('disabled', submitter);
  it.each([
    ['POST', ENTRIES, 'Create Entry'],
    ['GET', `${ENTRIES}?logIndex=0`, 'Get Log Entry by Index'],
    ['GET', `${ENTRIES}/${'ab'.repeat(32)}`, 'Get Log Entry by UUID'],
    ['POST', `${ENTRIES}/retrieve`, 'Search Log Query'],
    ['GET', '/api/v1/log/proof?lastSize=1', 'Get Log Proof'],
    ['POST', '/api/v1/index/retrieve', 'Search Index'],
  ])('%s %s answers 501', async (method, path, name) => {
    await using none = await askVariant({ settings: { operations: [] } });
    const answer = method === 'POST' ? await none.post(path, proposal) : await none.get(path);
    const message = `${name} API not enabled in this Rekor instance`;
    expect([answer.status, answer.text]).toEqual([501, `{"code":501,"message":"${message}"}\n`]);
  });

  it('says it of the key in the type that was agreed on, and of the log info as a bare string', async () => {
    await using none = await askVariant({ settings: { operations: [] } });
    const key = await none.get('/api/v1/log/publicKey');
    const message = 'Get Public Key API not enabled in this Rekor instance';
    expect([key.status, key.headers['content-type'], key.text]).toEqual([
      501,
      'application/x-pem-file',
      `{"code":501,"message":"${message}"}`,
    ]);
    const info = await none.get('/api/v1/log');
    expect([info.status, info.text]).toEqual([501, '"operation tlog.GetLogInfo has not yet been implemented"\n']);
  });

  it('leaves the others as they are: a read-only log', async () => {
    const operations = SETTINGS.operations.filter((id) => id !== 'createLogEntry');
    await using readOnly = await askVariant({ settings: { operations } });
    expect((await readOnly.post(ENTRIES, proposal)).status).toBe(501);
    expect((await readOnly.get('/api/v1/log')).status).toBe(200);
  });
});

describe("what is not the caller's fault", () => {
  it('is a 500 that says nothing, and is reported', async () => {
    const reported: unknown[] = [];
    const secret = new Error('the password is hunter2');
    const admission = { ...directAdmission(), create: () => Promise.reject(secret) };
    const report = { request: () => undefined, error: (thrown: unknown) => void reported.push(thrown) };
    await using broken = await askVariant({ admission, report });
    const answer = await broken.post(ENTRIES, hashedrekord('broken', submitter));
    expect([answer.status, answer.text]).toEqual([500, '{"code":500,"message":"Unknown error"}']);
    expect(reported).toEqual([secret]);
  });

  it('is a 503 with Retry-After while too much is waiting', async () => {
    const admission = { ...directAdmission(), create: () => Promise.reject(new Busy('4096 requests are waiting')) };
    await using busy = await askVariant({ admission });
    const answer = await busy.post(ENTRIES, hashedrekord('busy', submitter));
    expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([
      503,
      '1',
      '{"code":503,"message":"4096 requests are waiting"}\n',
    ]);

    const log: Log = Object.assign(Object.create(opened.log) as Log, {
      add: () => Promise.reject(new Overloaded('full')),
    });
    await using full = await askOf(variantOf(log));
    const refused = await full.post(ENTRIES, hashedrekord('full', submitter));
    expect([refused.status, refused.headers['retry-after'], refused.text]).toEqual([
      503,
      '1',
      '{"code":503,"message":"full"}\n',
    ]);
  });
});

describe('health', () => {
  it('is alive, and ready while every check is ok', async () => {
    const alive = await asking.get('/healthz');
    expect([alive.status, alive.headers['content-type'], alive.text]).toEqual([
      200,
      'application/json',
      '{"status":"SERVING"}\n',
    ]);
    const ready = await asking.get('/readyz');
    expect([ready.status, ready.text]).toEqual([
      200,
      expect.stringMatching(/^\{"ready":true,"checks":\{("\w+":"ok",?)+\}\}\n$/),
    ]);
  });

  it('says what is wrong', async () => {
    const health = { ready: async () => ({ ready: false, checks: { write: 'no write within 2000 ms' } }) };
    await using sick = await askVariant({ health });
    const answer = await sick.get('/readyz');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.text).toBe('{"ready":false,"checks":{"write":"no write within 2000 ms"}}\n');
    expect((await sick.get('/healthz')).status).toBe(200);
  });
});

describe('request lines', () => {
  it('name the request, its path and query without credentials, its route, and its outcome', async () => {
    const lines: RequestLine[] = [];
    const observed: RequestLine[] = [];
    const report = { request: (line: RequestLine) => void lines.push(line), error: () => undefined };
    await using logged = await askVariant({ report, observe: (line) => void observed.push(line) });
    const body = JSON.stringify(hashedrekord('logged', submitter));
    const answer = await logged.post(`${ENTRIES}/?apiKey=secret`, body, { 'X-Request-Id': 'abc-123' });
    await logged.get(`${ENTRIES}/${'ab'.repeat(32)}`, { 'X-Request-Id': 'not a name' });
    await logged.get('/no/route');
    await expect.poll(() => lines.length).toBe(3);
    expect(lines[0]).toEqual({
      requestId: 'abc-123',
      method: 'POST',
      path: `${ENTRIES}/?apiKey=[withheld]`,
      route: '/api/v1/log/entries',
      status: 201,
      durationMs: expect.any(Number) as number,
      bytesIn: body.length,
      bytesOut: answer.text.length,
      remote: '127.0.0.1',
    });
    expect(answer.headers['x-request-id']).toBe('abc-123');
    expect(lines[1]).toMatchObject({ route: '/api/v1/log/entries/{entryUUID}', status: 404, bytesIn: 0 });
    expect(lines[1]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines[2]).toMatchObject({ path: '/no/route', route: '(none)', status: 404 });
    expect(lines[2]?.reason).toBe('path /no/route was not found');
    for (const { durationMs } of lines) expect(durationMs).toBe(Number(durationMs.toFixed(1)));
    expect(observed).toEqual(lines);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('believe X-Forwarded-For of trusted proxies only', async () => {
    const lines: RequestLine[] = [];
    const report = { request: (line: RequestLine) => void lines.push(line), error: () => undefined };
    const forwarded = { 'X-Forwarded-For': '203.0.113.7' };
    await using direct = await askVariant({ report });
    await direct.get('/ping', forwarded);
    await using behind = await askVariant({ report, settings: { trustedProxies: ['loopback'] } });
    await behind.get('/ping', forwarded);
    await expect.poll(() => lines.map(({ remote }) => remote)).toEqual(['127.0.0.1', '203.0.113.7']);
  });
});
