import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitions } from '../../metrics/definitions.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { promtool } from '../support/promtool.ts';
import { rawConnection } from '../support/raw-connection.ts';

const folder = temporaryFolder();
let server: ServerProcess;
let scrapes = '';

beforeAll(async () => {
  server = await startServer(folder, { flags: ['--metrics-listen', '0', '--metrics-compat', 'rekor'] });
  scrapes = /http:\S+\/metrics/.exec(server.lines().join(' '))?.[0] ?? '';
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const scraped = async (): Promise<string> => (await fetch(scrapes)).text();

/** The value of a series as it is written; 0 where there is none. */
async function value(series: string): Promise<number> {
  const line = (await scraped()).split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

const ask = async (path: string, init?: RequestInit): Promise<number> => {
  const answer = await fetch(server.base + path, init);
  await answer.arrayBuffer();
  return answer.status;
};

describe('metrics: a log and its server', () => {
  it('shows nothing on the public listener', async () => {
    expect(await ask('/metrics')).toBe(404);
  });

  it('has names, types and units that promtool takes, but for the names of Rekor', async () => {
    const text = await scraped();
    const own = text.split('\n\n').filter((family) => !family.startsWith('# HELP rekor_'));
    expect(promtool(['check', 'metrics'], `${own.join('\n')}\n`)).toStrictEqual({ code: 0, said: '' });
    expect(own.length).toBeGreaterThan(60);
  });

  it('has a family for every definition, and no labels but those that are defined', async () => {
    const text = await scraped();
    for (const [name, { labels }] of Object.entries(definitions)) {
      expect(text).toContain(`# TYPE ${name} `);
      const series = text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} `, 'gm'));
      const found = [...series].flatMap(([, inside = '']) =>
        [...inside.matchAll(/(\w+)="/g)].map(([, label]) => label),
      );
      const others = new Set(found.filter((label) => label !== 'le'));
      expect([name, others]).toStrictEqual([name, new Set(found.length === 0 ? [] : labels)]);
    }
  });

  it('counts requests that are none, by the status that they are answered', async () => {
    for (const text of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`]) {
      using connection = await rawConnection(server.base);
      connection.send(text);
      await connection.read(1);
    }
    for (const code of ['400', '431'])
      expect(await value(`stele_http_unparsed_requests_total{code="${code}"}`)).toBe(1);
  });

  it('counts requests by operation and status, and measures how long they take', async () => {
    const [good, bad] = ['200', '404'].map(
      (code) => `stele_http_requests_total{operation="getLogEntryByIndex",code="${code}"}`,
    );
    const before = await Promise.all([value(good ?? ''), value(bad ?? '')]);
    expect(await ask('/api/v1/log/entries?logIndex=0')).toBe(200);
    expect(await ask('/api/v1/log/entries?logIndex=7')).toBe(404);
    expect([await value(good ?? ''), await value(bad ?? '')]).toStrictEqual(before.map((count) => count + 1));
    expect(await value('stele_http_request_duration_seconds_count{operation="getLogEntryByIndex"}')).toBe(
      before.reduce((sum, count) => sum + count, 0) + 2,
    );
  });

  it('makes no new series of what strangers send', async () => {
    const names = async (): Promise<ReadonlySet<string>> =>
      new Set([...(await scraped()).matchAll(/^(\w+\{[^}]*\}|\w+) /gm)].map(([, name = '']) => name));
    await ask('/no/such/path');
    const before = await names();
    for (let i = 0; i < 30; i += 1) {
      await ask(`/stranger-${i}`, { headers: { 'user-agent': `agent ${i}`, 'x-request-id': `id-${i}` } });
      await ask(`/no/such/path?key=${i}`, { method: i % 2 === 0 ? 'GET' : 'PUT' });
    }
    const fresh = [...(await names())].filter((name) => !before.has(name) && !name.startsWith('nodejs_'));
    expect(fresh).toStrictEqual([]);
  });

  it('follows the growth of the log: sizes, batches, commits, journal, signatures, verdicts', async () => {
    const size = await value('stele_tree_size');
    const signed = await value('stele_signatures_total{signer="rekor"}');
    const body = JSON.stringify(hashedrekord('counted'));
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    expect(await ask('/api/v1/log/entries', post)).toBe(201);
    expect(await ask('/api/v1/log/entries', post)).toBe(409);
    for (const name of ['stele_tree_size', 'tessera_appender_integrated_size', 'tessera_appender_signed_size'])
      expect([name, await value(name)]).toStrictEqual([name, size + 1]);
    expect(await value('stele_signatures_total{signer="rekor"}')).toBe(signed + 2);
    expect(await value('tessera_appender_add_calls_total')).toBe(2);
    expect(await value('stele_duplicate_entries_total')).toBe(1);
    expect(await value('stele_admission_verdicts_total{lane="quick",verdict="good"}')).toBe(2);
    for (const name of ['stele_commit_duration_seconds', 'stele_journal_append_duration_seconds'])
      expect([name, await value(`${name}_count`)]).toStrictEqual([name, size + 1]);
    expect(await value('tessera_storage_tree_builder_integrate_batch_size_sum')).toBe(size + 1);
  });
});

describe('metrics-compat rekor: the names that its dashboards ask for', () => {
  it('counts a request of GET /api/v1/log as TestMetricsCounts of Rekor expects it', async () => {
    const latency = 'rekor_latency_by_api_count{method="GET",path="/api/v1/log"}';
    const requests = 'rekor_qps_by_api{code="200",method="GET",path="/api/v1/log"}';
    const before = [await value(latency), await value(requests)];
    expect(await ask('/api/v1/log')).toBe(200);
    expect([await value(latency), await value(requests)]).toStrictEqual(before.map((count) => count + 1));
    expect(await scraped()).toMatch(/^rekor_qps_by_api\{code="200",method="GET",path="\/api\/v1\/log"\}\s*[0-9]+$/m);
  });
});
