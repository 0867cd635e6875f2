import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { freePort } from '../support/free-port.ts';

/** A real Prometheus that scrapes `target` each second and keeps native histograms. */
async function prometheusOf(target: string, folder: string) {
  const config = join(folder, 'prometheus.yml');
  const jobs = [{ job_name: 'stele', static_configs: [{ targets: [target] }] }];
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`];
  const child = spawn(
    'prometheus',
    [...flags, `--web.listen-address=${address}`, '--enable-feature=native-histograms'],
    { stdio: 'ignore' },
  );
  return {
    async query(expr: string): Promise<string | undefined> {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expr)}`;
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.ok !== true) return undefined;
      const { data } = (await answer.json()) as {
        data: { result: readonly { readonly value: readonly [number, string] }[] };
      };
      return data.result[0]?.value[1];
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

it('native histograms: a real Prometheus takes them, and counts as many requests as there were', async () => {
  using folder = temporaryFolder();
  await using server = await startServer(folder, { flags: ['--metrics-listen', '0'] });
  const target = /http:\/\/([^/]+)\/metrics/.exec(server.lines().join(' '))?.[1] ?? '';
  for (let i = 0; i < 20; i += 1) await (await fetch(`${server.base}/ping`)).text();
  await using prometheus = await prometheusOf(target, folder.parent);
  const count = 'histogram_count(stele_http_request_duration_seconds{operation="ping"})';
  let found: string | undefined;
  for (let tries = 0; tries < 200 && found === undefined; tries += 1) {
    await sleep(200);
    found = await prometheus.query(count);
  }
  expect(found).toBe('20');
  const median = await prometheus.query(count.replace('histogram_count(', 'histogram_quantile(0.5, '));
  expect(Number(median)).toBeGreaterThan(0);
  expect(await prometheus.query('stele_tree_size')).toBe('1');
  expect(await prometheus.query('count(stele_entries_added_total)')).toBe('1');
});
