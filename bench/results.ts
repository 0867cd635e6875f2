import { readFileSync, writeFileSync } from 'node:fs';
import type { Figures, Row } from './row.ts';

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

/** Puts each row in the place of the one that measured the same before, and writes the tables anew. */
export function keep(rows: readonly Row[]): void {
  const names = new Set(rows.map(({ bench }) => bench));
  const kept = [...readResults().filter(({ bench }) => !names.has(bench)), ...rows];
  writeFileSync(RESULTS, kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const readme = readFileSync(README, 'utf8');
  const [before = ''] = readme.split(START);
  const after = readme.split(END)[1] ?? '';
  const isOverload = ({ figures }: Row): boolean => figures.p99OverNormal !== undefined;
  const isLoad = (row: Row): boolean => row.figures.perSecond !== undefined && !isOverload(row);
  const isTurns = ({ figures }: Row): boolean => figures.turnMs !== undefined;
  const tables = [
    tableOf(LOADS, kept.filter(isLoad)),
    tableOf(OVERLOADS, kept.filter(isOverload)),
    tableOf(TURNS, kept.filter(isTurns)),
    tableOf(
      OTHERS,
      kept.filter((row) => !isLoad(row) && !isOverload(row) && !isTurns(row)),
    ),
  ];
  writeFileSync(README, `${before}${START}\n\n${tables.join('\n')}\n${END}${after}`);
}

function readResults(): readonly Row[] {
  const lines = readFileSync(RESULTS, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
}

type Column = readonly [string, (row: Row) => string | number];

const figure =
  (name: keyof Figures) =>
  ({ figures }: Row): string =>
    figures[name] === undefined ? '' : String(Number(figures[name].toPrecision(3)));

const WHERE: readonly Column[] = [
  ['date', ({ date }) => date],
  ['machine', ({ processor, cores, node, syncMs }) => `${cores} × ${processor}, Node ${node}, fdatasync ${syncMs} ms`],
  ['command', ({ command }) => `\`${command}\``],
];

const LOADS: readonly Column[] = [
  ['what', ({ bench }) => bench],
  ['per second', ({ figures: { perSecond = 0 } }) => Math.round(perSecond)],
  ['p50 ms', figure('p50Ms')],
  ['p99 ms', figure('p99Ms')],
  ['max ms', figure('maxMs')],
  ['server CPU µs', figure('serverMicroseconds')],
  ['in verifications', figure('serverVerifications')],
  ['generator CPU µs', figure('generatorMicroseconds')],
  ['peak MiB', figure('peakMiB')],
  ['longest stall ms', figure('stallMs')],
  ['runs', ({ runs }) => runs],
  ...WHERE,
];

const OVERLOADS: readonly Column[] = [
  ['what', ({ bench }) => bench],
  ['capacity a second', figure('capacityPerSecond')],
  ['sent over it', figure('sentOverCapacity')],
  ['taken a second', figure('perSecond')],
  ['p99 ms', figure('p99Ms')],
  ['normal p99 ms', figure('normalP99Ms')],
  ['over normal', figure('p99OverNormal')],
  ['resident MiB', figure('residentMiB')],
  ['grown MiB', figure('grownMiB')],
  ['seconds to normal', figure('secondsToNormal')],
  ...WHERE,
];

const TURNS: readonly Column[] = [
  ['what', ({ bench }) => bench],
  ['requests', figure('requests')],
  ['longest turn ms', figure('turnMs')],
  ['tenth longest ms', figure('tenthTurnMs')],
  ['runs', ({ runs }) => runs],
  ...WHERE,
];

const OTHERS: readonly Column[] = [
  ['what', ({ bench }) => bench],
  ['seconds', figure('seconds')],
  ['after kill -9', figure('secondsAfterKill')],
  ['resident MiB', figure('residentMiB')],
  ['bodies MiB', figure('bodyMiB')],
  ['disk MiB', figure('diskMiB')],
  ['disk over bodies', figure('diskOverBodies')],
  ['runs', ({ runs }) => runs],
  ...WHERE,
];

/** Columns are as wide as their widest cell: the form that the formatter of this project keeps. */
function tableOf(columns: readonly Column[], rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, cell]) => String(cell(row))))];
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const [titles = [], ...body] = cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [titles, rule, ...body].map((line) => `| ${line.join(' | ')} |\n`).join('');
}
