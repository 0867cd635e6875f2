import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alter } from '../support/altering-proxy.ts';
import { type Ran, stele } from '../support/stele.ts';
import { answering, type Lying, openLying, V1_ENTRIES as V1 } from './lying.ts';

let lying: Lying;
beforeAll(async () => {
  lying = await openLying();
});
afterAll(() => lying[Symbol.asyncDispose]());

const ANY = /./;

describe('a server that is no log, or not a whole one, is named as what it is: 3', () => {
  it.each<readonly [string, Alter, readonly string[], RegExp]>([
    [
      'web pages instead of JSON',
      answering(ANY, 200, '<!doctype html><title>Welcome</title>'),
      ['info'],
      /no log is at .*: it answers with web pages/,
    ],
    [
      'a web page instead of an entry',
      answering(V1, 200, '<html>Sign in</html>'),
      ['get', '1'],
      /answers with a web page/,
    ],
    ['404 everywhere', answering(ANY, 404, 'not found'), ['info'], /no log is at .*: it answers 404/],
    [
      'a redirect to another server',
      answering(ANY, 302, '', { location: 'http://elsewhere.example/login' }),
      ['info'],
      /redirects to http:\/\/elsewhere\.example\/login: name that server/,
    ],
    [
      'a redirect that never ends',
      (url) => ({ status: 302, headers: { location: url }, body: Buffer.alloc(0) }),
      ['info'],
      /redirects more than 5 times/,
    ],
    ['JSON that is cut off', answering(V1, 200, '{"24296fb24b8ad77a'), ['get', '1'], /JSON that is cut off or broken/],
    ['nothing', answering(V1, 200, ''), ['get', '1'], /answers with nothing, and JSON was expected/],
    [
      'a fault of the server',
      answering(V1, 500, '{"code":500,"message":"oops"}'),
      ['get', '1'],
      /cannot answer now \(500\): oops/,
    ],
    ['an answer that never ends', (url) => (V1.test(url) ? flood : undefined), ['get', '1'], /more than \d+ bytes/],
    ['little that becomes much', (url) => (V1.test(url) ? bomb() : undefined), ['get', '1'], /more than \d+ bytes/],
    [
      'an answer that comes drop by drop',
      (url) => (V1.test(url) ? (response) => void response.writeHead(200).write('{') : undefined),
      ['get', '1'],
      /has not answered within 3 s/,
    ],
    [
      'a connection that breaks off',
      (url) => (V1.test(url) ? (response) => void response.destroy() : undefined),
      ['get', '1'],
      /does not answer: the connection was cut off/,
    ],
    [
      'a checkpoint whose tiles are gone',
      answering(/\/tile\//, 404, ''),
      ['get', '1', '--api', 'tiles'],
      /is not there, and a log of that size needs it/,
    ],
  ])('%s', async (_what, alter, command, said) => {
    const ran = await lying.against(alter, ...command);
    expect([ran.code, ran.out]).toEqual([3, '']);
    expect(ran.err).toMatch(/^stele: [^\n]+\n$/);
    expect(ran.err).toMatch(said);
  });

  it('an address where nothing listens, and one where nobody answers', async () => {
    const silent = createTcpServer(() => undefined);
    await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
    const { port } = silent.address() as AddressInfo;
    const info = (server: string): Promise<Ran> =>
      stele(['info', '--server', server, '--timeout', '1', '--output', 'json']);
    const ran = await info(`http://127.0.0.1:${port}`);
    silent.close();
    expect([ran.code, ran.out]).toEqual([3, '']);
    expect(JSON.parse(ran.err)).toMatchObject({ version: 1, error: { code: 'unreachable' } });
    expect(ran.err).toContain('has not answered within 1 s');
    const gone = await info(`http://127.0.0.1:${port}`);
    expect([gone.code, gone.err.includes('nothing listens at that address')]).toEqual([3, true]);
    expect(await info('log.example')).toMatchObject({ code: 2 });
  });

  it('a refusal of the log is told in its own words: 4', async () => {
    const ran = await lying.against(
      answering(V1, 400, '{"code":400,"message":"no such thing here"}'),
      'upload',
      ...lying.words,
    );
    expect([ran.code, ran.out]).toEqual([4, '']);
    expect(ran.err).toMatch(/refuses the entry \(400\): no such thing here\n$/);
  });

  it('a log that is busy is asked again', async () => {
    let busy = 2;
    const alter: Alter = (url) =>
      V1.test(url) && busy-- > 0 ? { status: 503, headers: { 'retry-after': '0' } } : undefined;
    expect(await lying.against(alter, 'upload', ...lying.words)).toMatchObject({ code: 0 });
    expect(busy).toBe(-2); // it has the entry already, and is asked for it
  });
});

function flood(response: ServerResponse): void {
  response.writeHead(200);
  const part = randomBytes(1 << 20);
  const write = (): void => {
    while (!response.destroyed && response.write(part));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
}

function bomb() {
  return { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(64 << 20, 0x20)) };
}
