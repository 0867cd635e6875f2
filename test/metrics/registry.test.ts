import { describe, expect, it } from 'vitest';
import { Histogram } from '../../base/histogram.ts';
import { MetricRegistry } from '../../metrics/registry.ts';

describe('metric registry: reads values when they are scraped', () => {
  it('reads nothing before, and once for all who scrape at the same time', async () => {
    let reads = 0;
    const registry = new MetricRegistry();
    registry.add({ stele_tree_size: () => (reads += 1) });
    expect(reads).toBe(0);
    const texts = await Promise.all([registry.text(), registry.text(), registry.text()]);
    expect(reads).toBe(1);
    expect(new Set(texts).size).toBe(1);
    expect(await registry.text()).toContain('\nstele_tree_size 2\n');
  });

  it('leaves out what cannot be read, counts it, and shows all else', async () => {
    const registry = new MetricRegistry();
    registry.add({
      stele_wal_bytes: () => Promise.reject(new Error('the volume is gone')),
      stele_tree_size: () => 7,
    });
    await registry.text();
    const text = await registry.text();
    expect(text).toContain('\nstele_tree_size 7\n');
    expect(text).not.toMatch(/^stele_wal_bytes /m);
    expect(text).toMatch(/^stele_metrics_failures_total [1-9]/m);
  });

  it('has a family without values where the server has none', async () => {
    const registry = new MetricRegistry();
    registry.add({ stele_wal_bytes: () => undefined });
    const text = await registry.text();
    expect(text).toContain('# TYPE stele_wal_bytes gauge\n');
    expect(text).not.toMatch(/^stele_wal_bytes /m);
  });

  it('shows a histogram by cumulative buckets, sum and count, and text in labels escaped', async () => {
    const histogram = new Histogram([0.1, 1]);
    for (const value of [0.05, 0.5, 0.5, 5]) histogram.observe(value);
    const registry = new MetricRegistry();
    registry.add({
      stele_http_request_duration_seconds: () => [{ labels: { operation: 'a"b\\c\nd' }, histogram }],
    });
    const lines = (await registry.text()).split('\n').filter((line) => line.startsWith('stele_http_request'));
    const labels = 'operation="a\\"b\\\\c\\nd"';
    expect(lines).toStrictEqual([
      `stele_http_request_duration_seconds_bucket{${labels},le="0.1"} 1`,
      `stele_http_request_duration_seconds_bucket{${labels},le="1"} 3`,
      `stele_http_request_duration_seconds_bucket{${labels},le="+Inf"} 4`,
      `stele_http_request_duration_seconds_sum{${labels}} 6.05`,
      `stele_http_request_duration_seconds_count{${labels}} 4`,
    ]);
  });

  it('refuses a second reader of one metric', () => {
    const registry = new MetricRegistry();
    registry.add({ stele_tree_size: () => 1 });
    expect(() => registry.add({ stele_tree_size: () => 2 })).toThrow('already been registered');
  });
});
