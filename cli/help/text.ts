import type { About, Argument, Command } from '../frame/command.ts';
import { EXIT_CODES } from '../frame/exit-codes.ts';
import { GLOBAL_OPTIONS } from '../frame/global-options.ts';
import { type Option, type OptionTable, valueName } from '../frame/options.ts';
import { type Topic, TOPICS } from './topics.ts';

const WIDTH = 100;
const INDENT = 2;

/** Returns what `stele --help` prints. */
export function programHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ about }): Row => [about.name, about.summary]);
  return [
    'stele: use, check and run transparency logs\n',
    'usage: stele COMMAND [OPTION...] [WORD...]\n',
    section('Commands', rows),
    section('Options of every command', optionRows(GLOBAL_OPTIONS)),
    section(
      'Topics of stele help TOPIC',
      TOPICS.map(({ name, summary }): Row => [name, summary]),
    ),
    section('Exit codes', exitRows()),
    'stele COMMAND --help tells about one of them, with examples.\n',
  ].join('\n');
}

/** Returns what `stele help TOPIC` prints. */
export function topicHelp({ name, summary, text }: Topic): string {
  return [`${name}: ${summary}\n`, ...text.map((paragraph) => `${wrap(paragraph, 0)}\n`)].join('\n');
}

/** Returns what `stele COMMAND --help` prints. */
export function commandHelp(about: About): string {
  const own = optionRows(about.options);
  const examples = about.examples.map(({ line, text }) => `  ${text}:\n    ${line}\n`).join('');
  return [
    `stele ${about.name}: ${about.summary}\n`,
    `usage: ${usageOf(about)}\n`,
    ...about.description.map((text) => `${wrap(text, 0)}\n`),
    ...(own.length === 0 ? [] : [section('Options', own)]),
    section('Options of every command', optionRows(GLOBAL_OPTIONS)),
    ...(examples === '' ? [] : [`Examples\n${examples}`]),
    section('Exit codes', exitRows()),
  ].join('\n');
}

/** The command line in short. */
export function usageOf(about: About): string {
  const options = Object.keys(about.options).length === 0 ? [] : ['[OPTION...]'];
  return ['stele', about.name, ...options, ...about.arguments.map(argumentUsage)].join(' ');
}

function argumentUsage({ name, isRequired, isRepeated }: Argument): string {
  const many = isRepeated ? `${name}...` : name;
  return isRequired ? many : `[${many}]`;
}

/** An option as it is typed: `--log-key KEY`. */
export function optionUsage(name: string, option: Option): string {
  const value = valueName(option);
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

type Row = readonly [left: string, right: string];

function optionRows(table: OptionTable): readonly Row[] {
  return Object.entries(table).map(([name, option]) => {
    const variable = option.variable === undefined ? '' : ` (${option.variable})`;
    return [optionUsage(name, option), `${option.summary}${variable}`];
  });
}

function exitRows(): readonly Row[] {
  return Object.entries(EXIT_CODES);
}

function section(title: string, rows: readonly Row[]): string {
  const left = Math.min(30, Math.max(...rows.map(([name]) => name.length)));
  const lines = rows.map(([name, text]) => {
    const indent = INDENT + left + 2;
    const wrapped = wrap(text, indent).trimStart();
    return name.length > left ? `  ${name}\n${' '.repeat(indent)}${wrapped}` : `  ${name.padEnd(left)}  ${wrapped}`;
  });
  return `${title}\n${lines.join('\n')}\n`;
}

/** Breaks a text into lines of at most `WIDTH`, each behind `indent` blanks. */
function wrap(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n');
}
