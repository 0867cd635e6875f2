import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestLine } from '../../server/http/request-line.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { directAdmission } from '../support/admission.ts';
import { type Variant, variantOf } from './variants.ts';

const ENTRIES = '/api/v1/log/entries';
const BODIES = [ENTRIES, `${ENTRIES}/retrieve`, '/api/v1/index/retrieve'];
const submitter = newSubmitter();

let opened: Awaited<ReturnType<typeof openTestLog>>;
beforeAll(async () => {
  opened = await openTestLog();
});
afterAll(() => opened.close());

const askVariant = (variant: Variant): Promise<Asking> => askOf(variantOf(opened.log, variant));

/** Sends text over a socket of its own, and gives what comes back until `enough`. */
async function talk(base: string, text: string, enough: (seen: string) => boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(text));
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk.toString();
    if (enough(seen)) socket.destroy();
  });
  socket.on('error', reject).on('close', () => resolve(seen));
  return promise;
}

const post = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');

describe('rekor-v1 §1.4: bodies longer than the limit', () => {
  const settings = { maxRequestBody: 2000 };
  const refusal = '{"code":413,"message":"Request Entity Too Large. Limit set to 2000"}';

  it.each(BODIES)('are refused on %s', async (path) => {
    await using small = await askVariant({ settings });
    const { status, text } = await small.post(path, `{"x":"${'y'.repeat(2000)}"}`);
    expect([status, text]).toEqual([413, refusal]);
  });

  it('are refused as soon as their length is announced', async () => {
    await using small = await askVariant({ settings });
    const seen = await talk(small.base, post(ENTRIES, 'Content-Length: 2001'), (text) => text.includes('2000"}'));
    expect(seen).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('are refused as soon as they are too long, when no length was announced', async () => {
    await using small = await askVariant({ settings });
    const chunk = `3e8\r\n${' '.repeat(1000)}\r\n`;
    const seen = await talk(small.base, post(ENTRIES, 'Transfer-Encoding: chunked') + chunk.repeat(3), (text) =>
      text.includes('2000"}'),
    );
    expect(seen).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('leave the connection fit for the next request', async () => {
    await using small = await askVariant({ settings });
    const long = `${post(ENTRIES, 'Content-Length: 3000')}${' '.repeat(3000)}`;
    const next = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n';
    const seen = await talk(small.base, long + next, (text) => text.endsWith('\r\n\r\n.'));
    expect(seen).toMatch(/^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 OK/);
  });

  it('are refused beyond 1 MiB by a search, whatever the others may have', async () => {
    await using usual = await askVariant({ settings: { maxRequestBody: 2 ** 22 } });
    const answers = await Promise.all(BODIES.map((path) => usual.post(path, ' '.repeat(2 ** 20 + 1))));
    expect(answers.map(({ status }) => status === 413)).toEqual([false, false, true]);
    expect(answers[2]?.text).toBe('{"code":413,"message":"Request Entity Too Large. Limit set to 1048576"}');
  });

  it('are taken at the limit itself', async () => {
    await using small = await askVariant({ settings });
    const body = JSON.stringify(hashedrekord('just right', submitter)).padEnd(2000, ' ');
    expect((await small.post(ENTRIES, body)).status).toBe(201);
  });
});

describe('decision 13: what JSON may cost', () => {
  const admission = directAdmission({}, { depth: 10, values: 100 });

  it.each([
    [ENTRIES, '[', 'JSON is nested deeper than 10'],
    [`${ENTRIES}/retrieve`, '[', 'parsing entry body from \\"\\" failed, because JSON is nested deeper than 10'],
    ['/api/v1/index/retrieve', '[', 'parsing query body from \\"\\" failed, because JSON is nested deeper than 10'],
    [ENTRIES, '{},', 'JSON has more than 100 values'],
  ])('is refused on %s: %s', async (path, unit, message) => {
    await using strict = await askVariant({ admission });
    const { status, text } = await strict.post(path, unit.repeat(1000));
    expect([status, text]).toEqual([400, `{"code":400,"message":"${message}"}`]);
  });
});

describe('bodies of all requests together', () => {
  it('are refused with 503 beyond the budget, and taken again when the others are done', async () => {
    const gate = Promise.withResolvers<void>();
    const admission = directAdmission();
    const slow = { ...admission, create: async (body: Uint8Array) => gate.promise.then(() => admission.create(body)) };
    await using tight = await askVariant({
      admission: slow,
      settings: { maxBodiesInFlight: 1500, maxSmallBodiesInFlight: 0 },
    });
    const first = tight.post(ENTRIES, JSON.stringify(hashedrekord('first', submitter)).padEnd(1200, ' '));
    await expect
      .poll(async () => (await tight.post(`${ENTRIES}/retrieve`, '{}'.padEnd(400, ' '))).status, { timeout: 5000 })
      .toBe(503);
    gate.resolve();
    expect((await first).status).toBe(201);
    expect((await tight.post(`${ENTRIES}/retrieve`, '{}'.padEnd(400, ' '))).status).toBe(200);
  });

  it('cost nothing any more once their senders are gone', async () => {
    const lines: RequestLine[] = [];
    const report = {
      request: (line: RequestLine) => void lines.push(line),
      error: (thrown: unknown) => void lines.push(thrown as RequestLine),
    };
    await using tight = await askVariant({ report, settings: { maxBodiesInFlight: 1500, maxSmallBodiesInFlight: 0 } });
    for (let i = 0; i < 5; i += 1) {
      const socket = connect(Number(new URL(tight.base).port), '127.0.0.1');
      socket.write(`${post(ENTRIES, 'Content-Length: 1400')}{"x":"${'y'.repeat(1000)}`);
      setTimeout(() => socket.destroy(), 20);
      await expect.poll(() => lines.length).toBe(i + 1);
    }
    expect(lines.map(({ status, bytesIn }) => [status, bytesIn])).toEqual(Array.from({ length: 5 }, () => [499, 1006]));
    expect((await tight.post(ENTRIES, hashedrekord('after', submitter))).status).toBe(201);
  });
});
