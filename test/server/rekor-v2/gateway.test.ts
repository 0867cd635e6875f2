import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import type { Log } from '../../../log/types.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { instead, SETTINGS, variantOf } from '../variants.ts';
import { ENTRIES, statusText } from './answers.ts';

const signer = makeV2Signer();
const request = (artifact: string): string =>
  JSON.stringify({ hashedRekordRequestV002: hashedRekordRequest(signer, keyVerifier(signer), artifact) });
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const CHECKPOINT = '/api/v2/checkpoint';

let opened: TestLog;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

/** Of what is neither in the document nor what it says of a path, the document is not asked. */
async function bare({ base }: Asking, path: string, options: RequestInit = {}): Promise<readonly [number, string]> {
  const answer = await fetch(base + path, options);
  return [answer.status, await answer.text()];
}

describe('rekor-v2 §1.11: /healthz', () => {
  it('is the health of gRPC in JSON, and POST is 501', async () => {
    const { status, headers, text } = await asking.raw('GET', '/healthz');
    expect([status, headers['content-type'], text]).toEqual([200, 'application/json', '{"status":"SERVING"}\n']);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await asking.raw(method, '/healthz');
      expect([refused.status, refused.text]).toEqual([501, statusText(12, 'Method Not Allowed')]);
    }
  });
});

describe('a log of v2 alone', () => {
  it.each(['/nothing', '/api', '/api/v1/log', '/docs/nothing', '/%ff'])(
    'answers in the words of the gateway, also where there is nothing: %s',
    async (path) => {
      await using alone = await askOf(variantOf(opened.log, { settings: { apis: ['rekor-v2'] } }));
      expect(await bare(alone, path)).toEqual([404, statusText(5, 'Not Found')]);
    },
  );

  it('answers 501 to another method than a page or a probe has', async () => {
    await using alone = await askOf(variantOf(opened.log, { settings: { apis: ['rekor-v2'] } }));
    for (const path of ['/docs', '/readyz'])
      expect(await bare(alone, path, { method: 'PUT' })).toEqual([501, statusText(12, 'Method Not Allowed')]);
  });
});

describe('rekor-v2 §1.8: a path is percent-decoded before it is compared', () => {
  it.each(['/api/v2/log/%65ntries', '/api/v2/log%2fentries', '/%61pi%2Fv2/log/entries', '/%61%70%69/v2/log/entries'])(
    '%s takes an entry',
    async (path) => {
      expect((await asking.raw('POST', path, {}, request(path))).status).toBe(201);
      expect((await asking.raw('GET', path)).status).toBe(501);
    },
  );

  it.each([
    '/api/v2/%63heckpoint',
    '/check%70oint',
    '/api/v2/tile%2F0/000.p%2f1',
    '/%74ile/entries/000.p/1',
    '/tile/0/%30%300.p/%31',
  ])('%s is read', async (path) => {
    const plain = await asking.raw('GET', decodeURIComponent(path));
    const encoded = await asking.raw('GET', path);
    expect([encoded.status, encoded.text]).toEqual([200, plain.text]);
  });

  it.each(['/api/v2/log/entries%2f', '/api/v2/log/%2565ntries', '/api/v2/log/entries%00'])(
    '%s is none',
    async (path) => {
      expect((await asking.raw('POST', path, {}, request(path))).status).toBe(404);
    },
  );
});

describe('rekor-v2 §1.8: POST of a form', () => {
  it('asks for what there is only by GET', async () => {
    const got = await asking.raw('GET', CHECKPOINT);
    const post = (path: string, headers: Record<string, string>) => bare(asking, path, { method: 'POST', headers });
    expect(await post(CHECKPOINT, FORM)).toEqual([200, got.text]);
    expect((await post(CHECKPOINT, { 'Content-Type': `${FORM['Content-Type']}; a=b` }))[0]).toBe(501);
    expect((await post('/healthz', FORM))[0]).toBe(200);
  });

  it('may name the method that is meant', async () => {
    const status = async (path: string, method: string): Promise<number> => {
      const headers = { ...FORM, 'X-HTTP-Method-Override': method };
      return (await bare(asking, path, { method: 'POST', headers, body: request(method) }))[0];
    };
    expect([await status(ENTRIES, 'post'), await status(ENTRIES, 'GET'), await status(CHECKPOINT, 'get')]).toEqual([
      201, 501, 200,
    ]);
    expect([await status(CHECKPOINT, 'HEAD'), await status(CHECKPOINT, 'PUT')]).toEqual([501, 501]);
  });
});

describe('a log that takes no entries, because the operation is switched off', () => {
  it('reads a request before it refuses it: rekor-v2 §1.3, rule 13', async () => {
    const operations = SETTINGS.operations.filter((id) => id !== 'createEntry');
    await using readOnly = await askOf(variantOf(opened.log, { settings: { operations } }));
    const { size } = opened.log.head();
    const malformed = await readOnly.raw('POST', ENTRIES, {}, '{"hashedRekordRequestV002":');
    expect([malformed.status, malformed.text]).toEqual([400, statusText(3, 'unexpected EOF')]);
    for (const body of ['{}', '', request('good')]) {
      const { status, text } = await readOnly.raw('POST', ENTRIES, {}, body);
      expect([status, text]).toEqual([405, 'This log has been frozen, please switch to the latest log.\n']);
    }
    expect(opened.log.head().size).toBe(size);
  });
});

describe('Grpc-Timeout', () => {
  const LATE_ANSWER = [504, statusText(4, 'context deadline exceeded')];

  it.each(['', '0S', '1H', '+5S', '5M', '9223372036854775807n', '99999999S'])('%j leaves time enough', async (text) => {
    const headers = { 'Grpc-Timeout': text };
    expect((await asking.raw('POST', ENTRIES, headers, request(`timeout ${text}`))).status).toBe(201);
    expect((await asking.raw('GET', CHECKPOINT, headers)).status).toBe(200);
  });

  it.each(['S', '5', '1s', '1h', '1.5S', ' 1 S', 'x1S', '1S, 2S', '9223372036854775808n', '0x1S'])(
    '%j is malformed: 400, before the body is looked at',
    async (text) => {
      const { status, text: seen } = await asking.raw('POST', ENTRIES, { 'Grpc-Timeout': text }, '{');
      expect([status, seen]).toEqual([400, statusText(3, `invalid grpc-timeout: ${text.trim()}`)]);
    },
  );

  it.each(['-1S', '-1n', '9223372036854775807S'])('%j is over already: 504, and nothing is added', async (text) => {
    const { size } = opened.log.head();
    const headers = { 'Grpc-Timeout': text };
    for (const body of [request('late'), '{}']) {
      const answer = await asking.raw('POST', ENTRIES, headers, body);
      expect([answer.status, answer.text]).toEqual(LATE_ANSWER);
    }
    expect((await asking.raw('POST', ENTRIES, headers, '{')).status).toBe(400);
    expect((await asking.raw('GET', CHECKPOINT, headers)).status).toBe(504);
    expect(opened.log.head().size).toBe(size);
  });

  it('ends the wait for an entry that takes longer, which may be added nevertheless', async () => {
    const gate = Promise.withResolvers<void>();
    const { log } = opened;
    const add: Log['add'] = async (entry) => gate.promise.then(() => log.add(entry));
    await using slow = await askOf(variantOf(instead(log, { add })));
    const { size } = log.head();
    const answer = await slow.raw('POST', ENTRIES, { 'Grpc-Timeout': '20m' }, request('slow'));
    expect([answer.status, answer.text]).toEqual(LATE_ANSWER);
    gate.resolve();
    await expect.poll(() => log.head().size).toBe(size + 1);
  });
});

describe('binary gRPC metadata', () => {
  it.each([
    ['Grpc-Metadata-X-Bin', 'YQ=='],
    ['Grpc-Metadata-X-Bin', 'YQ'],
    ['Grpc-Metadata-X-Bin', ''],
    ['Grpc-Metadata-X-Bin', 'YWJj'],
    ['Grpc-Metadata-X', '*'],
    ['X-Bin', '*'],
    ['Grpc-Metadata-!-Bin', '*'],
  ])('%s: %j is taken', async (name, value) => {
    expect((await asking.raw('GET', CHECKPOINT, { [name]: value })).status).toBe(200);
  });

  it.each([
    ['Grpc-Metadata-X-Bin', '*', 'Grpc-Metadata-X-Bin'],
    ['grpc-metadata-bin', 'A', 'Grpc-Metadata-Bin'],
    ['grpc-metadata-trace-bin', 'YQ=', 'Grpc-Metadata-Trace-Bin'],
    ['grpc-metadata-trace-bin', 'Y-_=', 'Grpc-Metadata-Trace-Bin'],
  ])('%s: %j is refused', async (name, value, spelled) => {
    for (const [method, path] of [
      ['GET', CHECKPOINT],
      ['POST', ENTRIES],
      ['GET', '/healthz'],
    ] as const) {
      const { status, text } = await asking.raw(method, path, { [name]: value });
      expect([status, text]).toEqual([400, statusText(3, `invalid binary header ${spelled}: illegal base64 data`)]);
    }
  });
});
