import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeTokens, tokenFile } from '../../host/access/token-file.ts';
import { newToken, tokenHash } from '../../host/access/token-text.ts';
import type { Right } from '../../host/access/rights.ts';
import { MetricRegistry } from '../../metrics/registry.ts';
import { openAccessGate } from '../../server/access/access-gate.ts';
import { GatedMetrics } from '../../server/metrics-guard.ts';
import { serveMetrics } from '../../server/metrics-listener.ts';
import { startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { bearer } from './private-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stele-metrics-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function token(data: string, name: string, rights: readonly Right[]): Promise<string> {
  const text = newToken();
  const record = { name, hash: tokenHash(text), rights, created: Date.now(), expires: undefined };
  await changeTokens(tokenFile(data), (tokens) => [...tokens, record]);
  return text;
}

/** Metrics of a private log. @param host - that they are taken to be served on; they are on loopback */
async function served(access: string, host: string, isOpen = true) {
  const file = join(folder, 'access.yaml');
  writeFileSync(file, access);
  const said: string[] = [];
  const voice = (sentence: string): void => void said.push(sentence);
  const guard = new GatedMetrics(host);
  const gate = openAccessGate({
    file,
    data: folder,
    readOnly: true,
    servesTls: false,
    isProxy: () => false,
    now: () => performance.now(),
    time: () => Date.now(),
    warn: voice,
    failed: voice,
  });
  if (isOpen) guard.open(gate);
  const address = { host: '127.0.0.1', port: 0, isChosen: true };
  const listener = await serveMetrics(address, new MetricRegistry(), { announce: voice, warn: voice }, guard);
  const base = /http:\/\/[^/]+/.exec(said.join(' '))?.[0] ?? '';
  return {
    ask: (headers: Readonly<Record<string, string>> = {}) => fetch(`${base}/metrics`, { headers }),
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      gate[Symbol.dispose]();
    },
  };
}

const PRIVATE_ACCESS = 'anonymous: [audit]\ntokens: true\n';

describe('metrics of a private log', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'log.example', '127.0.0.1.example'])(
    'need the right admin on %s',
    async (host) => {
      await using metrics = await served(PRIVATE_ACCESS, host);
      const none = await metrics.ask();
      expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
      const reader = await metrics.ask(bearer(await token(folder, 'reader', ['read', 'search', 'audit'])));
      expect([reader.status, await reader.text()]).toEqual([403, 'token reader lacks the right admin\n']);
      const scraper = await metrics.ask(bearer(await token(folder, 'prometheus', ['admin'])));
      expect([scraper.status, await scraper.text()]).toEqual([200, expect.stringContaining('nodejs_eventloop_lag')]);
      expect((await metrics.ask(bearer('nonsense'))).status).toBe(401);
    },
  );

  it.each(['127.0.0.1', '::1', 'localhost'])('are for anyone on this machine on %s', async (host) => {
    await using metrics = await served(PRIVATE_ACCESS, host);
    expect((await metrics.ask()).status).toBe(200);
  });

  it('are for whom the access file says, wherever they are', async () => {
    await using open = await served(`${PRIVATE_ACCESS}metrics: anyone\n`, '0.0.0.0');
    await using closed = await served(`${PRIVATE_ACCESS}metrics: admin\n`, '127.0.0.1');
    expect([(await open.ask()).status, (await closed.ask()).status]).toEqual([200, 401]);
    await expect(served(`${PRIVATE_ACCESS}metrics: all\n`, '::1')).rejects.toThrow(
      'metrics has to be one of admin, anyone',
    );
  });

  it('are nobody to be shown before the log knows who may', async () => {
    await using metrics = await served(PRIVATE_ACCESS, '127.0.0.1', false);
    const answer = await metrics.ask();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

it('a server with an access file asks who reads its metrics', async () => {
  using place = temporaryFolder();
  const access = join(folder, 'access.yaml');
  writeFileSync(access, `${PRIVATE_ACCESS}metrics: admin\n`);
  const flags = ['--access', access, '--metrics-listen', '127.0.0.1:0'];
  await using server = await startServer(place, { flags });
  const base = /metrics on (http:\/\/[\d.:]+)/.exec(server.lines().join('\n'))?.[1] ?? '';
  const ask = (headers = {}) => fetch(`${base}/metrics`, { headers });
  expect((await ask()).status).toBe(401);
  expect((await ask(bearer(await token(place.data, 'prometheus', ['admin'])))).status).toBe(200);
});
