import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { definitionGroups } from '../metrics/definitions.ts';
import type { Definition } from '../metrics/definitions/definition.ts';
import { MetricRegistry } from '../metrics/registry.ts';

/* Writes docs/monitoring/metrics.md from what the server registers; with --check, says whether it is fresh. */

const INTRODUCTION = `<!-- Made by scripts/build-metrics-doc.ts. -->

# Metrics

Everything that \`GET /metrics\` shows. [Monitoring](README.md) says what of it to watch. Each label has few values, all of them the
server's own or the policy's: nothing that a client sends makes a new one.
`;

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

function section(title: string, rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return `## ${title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

/** Of the client library, which tells no labels of a metric without values. */
function labelsOf(name: string): readonly string[] {
  if (name.startsWith('nodejs_heap_space_')) return ['space'];
  if (name.startsWith('nodejs_active_')) return ['type'];
  if (name === 'nodejs_gc_duration_seconds') return ['kind'];
  return name === 'nodejs_version_info' ? ['version', 'major', 'minor', 'patch'] : [];
}

const own = Object.entries<Readonly<Record<string, Definition>>>(definitionGroups).map(([title, group]) =>
  section(
    title,
    Object.entries(group).map(([name, definition]) => ({ name, ...definition })),
  ),
);
const families = await new MetricRegistry().families();
const ofProcess = families
  .map(({ name, type, help }): Row => ({ name, type, help, labels: labelsOf(name) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const text = [INTRODUCTION, ...own, section('The process, as every program on Node has it', ofProcess)].join('\n');
const at = new URL('../docs/monitoring/metrics.md', import.meta.url);
const page = await format(text, { parser: 'markdown', printWidth: 120 });

if (!process.argv.includes('--check')) await writeFile(at, page);
else if ((await readFile(at, 'utf8').catch(() => '')) !== page) {
  console.error('docs/monitoring/metrics.md is stale: run node scripts/build-metrics-doc.ts');
  process.exitCode = 1;
}
