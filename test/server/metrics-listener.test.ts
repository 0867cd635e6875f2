import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MetricRegistry } from '../../metrics/registry.ts';
import { serveMetrics } from '../../server/metrics-listener.ts';
import { metricsAddress } from '../../host/settings/values/metrics-address.ts';

/** A listener on a free port, and what it says. */
async function serving(text: string, registry = new MetricRegistry()) {
  const said: string[] = [];
  const { address } = metricsAddress.parse(text) ?? {};
  if (address === undefined) throw new Error(`no address: ${text}`);
  const voice = (sentence: string): void => void said.push(sentence);
  const served = await serveMetrics(address, registry, { announce: voice, warn: voice });
  const base = /http:\/\/[^/]+/.exec(said.join(' '))?.[0] ?? '';
  return { base, said, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

/** A port that another process has. */
async function takenPort() {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  return { port, [Symbol.dispose]: () => void other.close() };
}

describe('metrics-listen: a port of its own', () => {
  it('answers GET and HEAD of /metrics in the text format, and nothing else', async () => {
    await using served = await serving('127.0.0.1:0');
    const answer = await fetch(`${served.base}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toMatch(/^nodejs_eventloop_lag_seconds [\d.e-]+$/m);
    const head = await fetch(`${served.base}/metrics?x=1`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toStrictEqual([200, '']);
    expect((await fetch(`${served.base}/`)).status).toBe(404);
    expect((await fetch(`${served.base}/api/v1/log`)).status).toBe(404);
    expect((await fetch(`${served.base}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('answers in the protobuf format only if that is asked for before the text', async () => {
    await using served = await serving('127.0.0.1:0');
    const typeFor = async (accept: string): Promise<string | null> => {
      const answer = await fetch(`${served.base}/metrics`, { headers: { accept } });
      return answer.headers.get('content-type');
    };
    const protobuf = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
    expect(await typeFor(`${protobuf};q=0.6,text/plain;version=0.0.4;q=0.3`)).toContain('protobuf');
    expect(await typeFor(`${protobuf};q=0.2,text/plain;version=0.0.4;q=0.3`)).toContain('text/plain');
    expect(await typeFor('*/*')).toContain('text/plain');
  });

  it.each([
    ['2112', '127.0.0.1', 2112],
    [':2112', '127.0.0.1', 2112],
    ['[::1]:0', '::1', 0],
    ['0.0.0.0:9100', '0.0.0.0', 9100],
  ])('%s is bound at %s, port %i', (text, host, port) => {
    expect(metricsAddress.parse(text)).toStrictEqual({ address: { host, port, isChosen: true } });
  });

  it('refuses to start where the port that was chosen is taken, and names the setting', async () => {
    using taken = await takenPort();
    await expect(serving(`127.0.0.1:${taken.port}`)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${taken.port}: another process, or another listener of this one, has this port. Stop that process, or choose another port with --metrics-listen HOST:PORT`,
    );
  });

  it('goes on without metrics where the port that nobody chose is taken, and says so', async () => {
    await using first = await serving('auto');
    await using second = await serving('auto');
    expect(second.said).toStrictEqual([
      expect.stringMatching(/^there are no metrics for now: cannot listen on 127\.0\.0\.1:2112: another process/),
    ]);
    expect(first.said.length).toBe(1);
  });

  it('listens nowhere when it is off', () => {
    expect(metricsAddress.parse('off')).toStrictEqual({ address: undefined });
  });

  it('gives the newest scraper the place of the oldest connection that waits for nothing', async () => {
    await using served = await serving('127.0.0.1:0');
    const port = Number(new URL(served.base).port);
    const idle = Array.from({ length: 40 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const scrape = request({ port, host: '127.0.0.1', path: '/metrics', agent: false }).end();
    const [answer] = (await once(scrape, 'response')) as [{ readonly statusCode: number; resume(): void }];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    for (const socket of idle) socket.destroy();
  });
});
