import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from './measure.ts';

const RESULTS = new URL('./results.jsonl', import.meta.url);
const README = new URL('./README.md', import.meta.url);
const START = '<!-- results: written by npm run bench -- --keep -->';
const END = '<!-- end of results -->';

/** Numbers as they are printed: four digits are more than any of them is good for. */
export function rounded<R extends object>(row: R): R {
  const text = JSON.stringify(row, (_name, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value,
  );
  return JSON.parse(text) as R;
}

/** Puts each row in the place of the one that measured the same before, and writes the table anew. */
export function keep(rows: readonly Row[]): void {
  const names = new Set(rows.map(({ bench }) => bench));
  const kept = [...readResults().filter(({ bench }) => !names.has(bench)), ...rows];
  writeFileSync(RESULTS, kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const readme = readFileSync(README, 'utf8');
  const [before = ''] = readme.split(START);
  const after = readme.split(END)[1] ?? '';
  writeFileSync(README, `${before}${START}\n\n${tableOf(kept)}\n${END}${after}`);
}

function readResults(): readonly Row[] {
  const lines = readFileSync(RESULTS, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
}

const COLUMNS: readonly (readonly [string, (row: Row) => string | number])[] = [
  ['what', ({ bench }) => bench],
  ['per second', ({ perSecond }) => Math.round(perSecond)],
  ['p50 ms', ({ p50Ms }) => p50Ms],
  ['p99 ms', ({ p99Ms }) => p99Ms],
  ['max ms', ({ maxMs }) => maxMs],
  ['server CPU µs', ({ serverMicroseconds }) => Math.round(serverMicroseconds)],
  ['generator CPU µs', ({ generatorMicroseconds }) => Math.round(generatorMicroseconds)],
  ['peak MiB', ({ peakMiB }) => Math.round(peakMiB)],
  ['longest stall ms', ({ stallMs }) => stallMs],
  ['date', ({ date }) => date],
  ['machine', ({ processor, cores, node, syncMs }) => `${cores} × ${processor}, Node ${node}, fdatasync ${syncMs} ms`],
];

/** Columns are as wide as their widest cell: the form that the formatter of this project keeps. */
function tableOf(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, cell]) => String(cell(row))))];
  const widths = COLUMNS.map((_, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const [titles = [], ...body] = cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [titles, rule, ...body].map((line) => `| ${line.join(' | ')} |\n`).join('');
}
