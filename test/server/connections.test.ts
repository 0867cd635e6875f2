import { PassThrough } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OpenConnections } from '../../server/connections.ts';
import { directAdmission } from '../support/admission.ts';
import { serveApp } from './listening.ts';
import { openTestLog } from '../support/log.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';

const ENTRIES = '/api/v1/log/entries';
const PING = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n';

let opened: Awaited<ReturnType<typeof openTestLog>>;
beforeAll(async () => {
  opened = await openTestLog();
});
afterAll(() => opened.close());

const postOf = (length: number, sent: string): string =>
  `POST ${ENTRIES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${sent}`;

const entry = (): string => {
  const body = JSON.stringify(hashedrekord(`connections ${Math.random()}`, newSubmitter()));
  return postOf(body.length, body);
};

describe('a connection on which a refusal waits for earlier answers', () => {
  it('ends without them after a minute, and says nothing that could be taken for one of them', () => {
    vi.useFakeTimers();
    try {
      const limits = { total: 1, perAddress: 1, isProxy: () => false, warn: () => undefined };
      const open = new OpenConnections(limits);
      const destroy = vi.fn<() => void>();
      const socket = Object.assign(new PassThrough(), { remoteAddress: '192.0.2.1', remotePort: 1, destroy });
      const request = { socket, complete: true };
      open.admit(socket as unknown as Socket);
      open.serve(request as unknown as IncomingMessage, new PassThrough() as unknown as ServerResponse);
      const refuse = vi.fn<() => void>();
      open.afterAnswers(socket as unknown as Socket, refuse);
      vi.advanceTimersByTime(59_999);
      expect(destroy).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect([destroy.mock.calls.length, refuse.mock.calls.length]).toEqual([1, 0]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('connections that do nothing', () => {
  it('make room for new ones when there are as many as may be, the oldest first', async () => {
    await using served = await serveApp(opened.log, { maxConnections: 3 });
    const idle = [
      await served.open(),
      await served.open('GET / HTTP/1.1\r\nX: y'),
      await served.open(postOf(100, '{')),
    ];
    await sleep(50);
    const asking = await served.open(PING);
    await expect.poll(() => asking.seen).toContain('200 OK');
    await expect.poll(() => idle.map(({ closed }) => closed)).toEqual([true, false, false]);
    for (const _ of idle) await served.open(PING);
    await expect.poll(() => idle.every(({ closed }) => closed)).toBe(true);
    expect(served.warnings).toEqual(['3 connections are open, and there may be no more: --max-connections']);
  });

  it('make room for others of their own address when that has as many as it may have', async () => {
    await using served = await serveApp(opened.log, { maxConnectionsPerAddress: 2 });
    const other = await served.open('', '127.0.0.2');
    const own = [await served.open(), await served.open()];
    const asking = await served.open(PING);
    await expect.poll(() => asking.seen).toContain('200 OK');
    await expect.poll(() => own.map(({ closed }) => closed)).toEqual([true, false]);
    expect([other.closed, served.warnings.length]).toEqual([false, 1]);
  });

  it('are none of those on which a whole request waits, whatever was begun behind it', async () => {
    const gate = Promise.withResolvers<void>();
    const admission = directAdmission();
    const slow = { ...admission, create: async (body: Uint8Array) => gate.promise.then(() => admission.create(body)) };
    await using served = await serveApp(opened.log, { maxConnections: 2 }, { admission: slow });
    const busy = await served.open(entry() + postOf(100, '{'));
    const idle = await served.open();
    await sleep(50);
    const asking = await served.open(PING);
    await expect.poll(() => asking.seen).toContain('200 OK');
    expect([busy.closed, idle.closed]).toEqual([false, true]);
    gate.resolve();
    await expect.poll(() => busy.seen).toContain('201 Created');
  });

  it('make room among those of the address that has most', async () => {
    await using served = await serveApp(opened.log, { maxConnections: 4 });
    const quiet = await served.open('', '127.0.0.2');
    const greedy = [await served.open(), await served.open(), await served.open()];
    await served.open(PING, '127.0.0.3');
    await expect.poll(() => greedy.map(({ closed }) => closed)).toEqual([true, false, false]);
    expect(quiet.closed).toBe(false);
  });

  it('are as many as they like when they come from a proxy that the operator trusts', async () => {
    await using served = await serveApp(
      opened.log,
      { maxConnectionsPerAddress: 1 },
      { settings: { trustedProxies: ['loopback'] } },
    );
    const own = [await served.open(PING), await served.open(PING), await served.open(PING)];
    await expect.poll(() => own.every(({ seen }) => seen.includes('200 OK'))).toBe(true);
    expect(served.warnings).toEqual([]);
  });
});

describe('connections whose request is whole', () => {
  it('get their answer, and the new connection is closed', async () => {
    const gate = Promise.withResolvers<void>();
    const admission = directAdmission();
    const slow = { ...admission, create: async (body: Uint8Array) => gate.promise.then(() => admission.create(body)) };
    await using served = await serveApp(opened.log, { maxConnections: 2 }, { admission: slow });
    const working = [await served.open(entry()), await served.open(entry())];
    await sleep(100);
    const late = await served.open(PING);
    await expect.poll(() => late.closed).toBe(true);
    gate.resolve();
    await expect.poll(() => working.every(({ seen }) => seen.startsWith('HTTP/1.1 201'))).toBe(true);
    expect(late.seen).toBe('');
  });
});

describe('request headers', () => {
  it('of more than 16 KiB are refused', async () => {
    await using served = await serveApp(opened.log);
    const asking = await served.open(`GET /ping HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(17_000)}`);
    await expect.poll(() => asking.seen).toMatch(/^HTTP\/1\.1 431 /);
    await expect.poll(() => asking.closed).toBe(true);
  });
});

describe('bodies that stall', () => {
  it('keep no entry out, and make room for a large one', async () => {
    const settings = { maxRequestBody: 1_000_000, maxBodiesInFlight: 1_000_000, maxSmallBodiesInFlight: 200_000 };
    await using served = await serveApp(opened.log, {}, { settings });
    const stalled = [
      await served.open(postOf(500_000, ' '.repeat(499_999)), '127.0.0.2'),
      await served.open(postOf(500_000, ' '.repeat(499_999)), '127.0.0.3'),
    ];
    await sleep(200);
    const refused = await served.open(postOf(70_000, ' '.repeat(70_000)));
    await expect.poll(() => refused.seen).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 1\r\n/);
    const small = await served.open(entry());
    await expect.poll(() => small.seen).toMatch(/^HTTP\/1\.1 201 /);
    const retried = async (): Promise<string> => {
      const { seen } = await tried();
      return seen.slice(0, 12);
    };
    const tried = async () => {
      const again = await served.open(postOf(70_000, ' '.repeat(70_000)));
      await expect.poll(() => again.seen).not.toBe('');
      return again;
    };
    await expect.poll(retried, { timeout: 20_000, interval: 200 }).toBe('HTTP/1.1 422');
    await expect
      .poll(() => stalled.filter(({ closed }) => closed).map(({ seen }) => seen.slice(0, 12)), { timeout: 10_000 })
      .toEqual(['HTTP/1.1 408']);
    expect(stalled.find(({ seen }) => seen !== '')?.seen).toMatch(
      /Connection: close\r\n[\s\S]*\{"code":408,"message":"the request body came too slowly while others waited for its place"\}$/,
    );
  });
});
