import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestLog, type TestLog } from '../support/log.ts';
import { requestHead } from '../support/raw-connection.ts';
import { serveApp } from './listening.ts';

let opened: TestLog;
beforeAll(async () => {
  opened = await openTestLog();
});
afterAll(() => opened.close());

const ENTRIES = '/api/v1/log/entries';
const PING = requestHead('GET', '/ping');
const expecting = (path: string, ...more: readonly string[]): string =>
  requestHead('POST', path, 'Content-Type: application/json', 'Expect: 100-continue', ...more);
const statuses = (seen: string): readonly number[] =>
  seen.match(/HTTP\/1\.1 \d+/g)?.map((line) => Number(line.slice(9))) ?? [];

describe('RFC 9110 §10.1.1: a sender that expects 100-continue', () => {
  it.each([
    ['a body that is announced as too long', ENTRIES, 413],
    ['a path that is not there', '/nothing', 404],
  ])('is not asked for %s, and told that the connection closes', async (_, path, status) => {
    await using served = await serveApp(opened.log);
    const connection = await served.open(expecting(path, `Content-Length: ${2 ** 30}`));
    await expect.poll(() => connection.closed, { timeout: 10_000 }).toBe(true);
    expect(statuses(connection.seen)).toEqual([status]);
    expect(connection.seen).toMatch(/\r\nConnection: close\r\n/);
  });

  it('is asked for a body that is wanted, behind the answers to its earlier requests', async () => {
    await using served = await serveApp(opened.log);
    const connection = await served.open(`${PING}${expecting(ENTRIES, 'Content-Length: 2')}`);
    await expect.poll(() => statuses(connection.seen)).toEqual([200, 100]);
    connection.socket.write(`{}${PING}`);
    await expect.poll(() => statuses(connection.seen)).toEqual([200, 100, 422, 200]);
  });

  it('is answered 413 when a body in chunks turns out to be too long', async () => {
    await using served = await serveApp(opened.log, {}, { settings: { maxRequestBody: 100 } });
    const connection = await served.open(expecting(ENTRIES, 'Transfer-Encoding: chunked'));
    await expect.poll(() => statuses(connection.seen)).toEqual([100]);
    connection.socket.write(`65\r\n${' '.repeat(101)}\r\n0\r\n\r\n${PING}`);
    await expect.poll(() => statuses(connection.seen)).toEqual([100, 413, 200]);
  });
});
