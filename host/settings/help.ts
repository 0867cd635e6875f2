import { STELE } from '../../base/stele-command.ts';
import { QUESTIONS, type Reading } from './read.ts';
import {
  ENVIRONMENT_PREFIX,
  type Setting,
  settingName,
  type SettingTable,
  type HostEnvironment,
  variableName,
} from './values/setting.ts';
import { settingGroups } from './table.ts';

const WIDTH = 100; // columns
const INDENT = 6; // of what is said about a setting
const LONGEST_PADDED = 60; // longer lines do not move the column of sources

const INTRODUCTION = [
  'Stele: an append-only transparency log server with the APIs of Rekor v1 and v2, and C2SP tiles.',
  '',
  `usage: ${STELE} serve [--SETTING VALUE]...`,
  '',
  `Each setting is a flag (--max-retrieve 5 or --max-retrieve=5), an environment variable (${ENVIRONMENT_PREFIX}MAX_RETRIEVE=5) or a member of the YAML or JSON file that --config names (max-retrieve: 5). A flag beats a variable, a variable beats the file, the file beats the default, which stands in [brackets].`,
].flatMap((line) => wrap(line, WIDTH));

const ANSWERS = {
  config: 'File with settings, in YAML or JSON. Also STELE_CONFIG.',
  help: 'Prints this text.',
  version: 'Prints the version.',
  'print-settings': 'Prints every setting with its value and where the value comes from.',
} as const;

/** Everything that can be set, for a person at a terminal. */
export function helpText(kinds: HostEnvironment['kinds']): string {
  const groups = Object.entries(settingGroups(kinds)).map(([title, table]) => [title, ...groupLines(table)]);
  const others = ['Other flags', ...Object.entries(ANSWERS).flatMap(([name, about]) => entry(flagUse(name), about))];
  return [INTRODUCTION, ...groups, others].map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function flagUse(name: string): string {
  return QUESTIONS.some((question) => question === name) ? `--${name}` : `--${name} PATH`;
}

function groupLines(table: SettingTable): readonly string[] {
  return Object.entries(table).flatMap(([property, setting]) => {
    const name = settingName(property);
    const use = `--${name} ${setting.type.placeholder}`.trimEnd();
    const earlier = setting.earlierNames.map((one) => ` Also --${one}.`).join('');
    return entry(`${use.padEnd(44)}  ${variableName(name)}`, `${setting.about}${earlier} [${defaultWords(setting)}]`);
  });
}

function entry(head: string, about: string): readonly string[] {
  return [`  ${head}`, ...wrap(about, WIDTH - INDENT).map((line) => ' '.repeat(INDENT) + line)];
}

/** The default in a few words. */
export function defaultWords({ standard }: Setting<unknown>): string {
  if (standard === undefined) return 'none';
  return typeof standard === 'string' ? standard.replaceAll(',', ', ') : standard.words;
}

/** Breaks at spaces; a longer word stands alone. */
function wrap(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** One line a setting, as the file of `--config` takes it, and behind it who said so. */
export function printedSettings(readings: readonly Reading[]): string {
  const left = readings.map(({ name, text }) =>
    text === undefined ? `# ${name}:` : `${name}: ${JSON.stringify(withoutPassword(text))}`,
  );
  const width = Math.max(...left.map((line) => line.length).filter((length) => length <= LONGEST_PADDED));
  return readings.map(({ source }, i) => `${(left[i] ?? '').padEnd(width)}  # ${source}\n`).join('');
}

/** An address with its password left out: what is printed is shown to others. */
function withoutPassword(text: string): string {
  return text.replaceAll(/(:\/\/[^:@/\s]*):[^@/\s]+@/g, '$1@');
}
