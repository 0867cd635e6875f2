import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { definitions } from '../../metrics/definitions.ts';
import { MetricRegistry } from '../../metrics/registry.ts';
import { temporaryFolder } from '../../testkit/server-process.ts';
import { promtool } from '../support/promtool.ts';

const FOLDER = new URL('../../docs/monitoring/', import.meta.url).pathname;
const text = (name: string): string => readFileSync(FOLDER + name, 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}
const { groups } = parse(text('alerts.yaml')) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
const { panels } = JSON.parse(text('grafana-dashboard.json')) as { readonly panels: readonly Panel[] };
/** As Grafana fills them in. */
const queries = panels.flatMap(({ targets = [] }) =>
  targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:job|instance)/g, 'x')),
);

/** Names that a query asks for, without what Prometheus puts behind the name of a histogram, and without its own. */
function metricsIn(expr: string): readonly string[] {
  const names = [...expr.matchAll(/\b(?:stele|tessera|nodejs|process)_\w+/g)].map(([name]) => name);
  return names.map((name) => (isKnown(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')));
}
const ofProcess = new Set((await new MetricRegistry().families()).map(({ name }) => name));
const isKnown = (name: string): boolean => name in definitions || ofProcess.has(name);
const unknownIn = (exprs: readonly string[]) => exprs.flatMap(metricsIn).filter((name) => !isKnown(name));

describe('docs/monitoring: alert rules', () => {
  it('are rules that Prometheus takes', () => {
    expect(promtool(['check', 'rules', `${FOLDER}alerts.yaml`])).toMatchObject({ code: 0 });
  });

  it('are silent while all is well, and tell what they are there for: promtool test rules', () => {
    expect(promtool(['test', 'rules', `${FOLDER}alerts.test.yaml`])).toMatchObject({ code: 0 });
    const tested = text('alerts.test.yaml').matchAll(/name: '(\w+): /g);
    expect([...tested].map(([, name]) => name)).toStrictEqual(rules.map(({ alert }) => alert));
  });

  it('ask only for metrics that there are', () => {
    expect(unknownIn(rules.map(({ expr }) => expr))).toStrictEqual([]);
  });

  it('say how urgent they are and what to do, and README.md has a row for each', () => {
    const rows = [...text('README.md').matchAll(/^\| `(Stele\w+)`/gm)].map(([, name]) => name);
    expect(rows).toStrictEqual(rules.map(({ alert }) => alert));
    for (const { alert, labels, annotations } of rules)
      expect([alert, labels.severity, annotations.summary, annotations.action]).toStrictEqual([
        alert,
        expect.stringMatching(/^(page|ticket)$/),
        expect.stringContaining('{{ $labels.instance }}'),
        expect.stringMatching(/^[A-Z].{20,}\.$/),
      ]);
  });
});

describe('docs/monitoring: dashboard', () => {
  it('asks only for metrics that there are', () => {
    expect(queries.length).toBeGreaterThan(40);
    expect(unknownIn(queries)).toStrictEqual([]);
  });

  it('asks in words that Prometheus understands', () => {
    const recorded = queries.map((expr, i) => ({ record: `panel:query_${i}`, expr }));
    using folder = temporaryFolder();
    const file = join(folder.parent, 'queries.yaml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    const { code, said } = promtool(['check', 'rules', file]);
    expect([code, said]).toStrictEqual([0, expect.stringContaining(`${queries.length} rules found`)]);
  });

  it('shows every group of metrics, each panel in a place of its own', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  it('has no file beside it that nothing mentions', () => {
    const others = readdirSync(FOLDER).filter((name) => name !== 'README.md');
    expect(others.filter((name) => !text('README.md').includes(`(${name})`))).toStrictEqual([]);
  });
});
