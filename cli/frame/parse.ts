import { parseArgs } from 'node:util';
import type { About, Argument, Command } from './command.ts';
import { UsageFault } from './exit-codes.ts';
import { GLOBAL_OPTIONS, type GlobalValues } from './global-options.ts';
import { meant } from './near-name.ts';
import { type GivenValues, valuesOf } from './option-values.ts';
import { type Option, type OptionTable, valueName } from './options.ts';

/** A command line that was read. */
export interface CommandLine {
  readonly command: Command | undefined;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly globals: GlobalValues;
}

/** Short forms, for all commands. */
const SHORT_NAMES: Readonly<Record<string, string>> = { h: 'help', q: 'quiet', o: 'output' };

/**
 * Reads a command line: global options may stand before the command's name and behind it.
 *
 * @throws UsageFault
 */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const at = nameAt(argv);
  const command = findCommand(argv[at], commands);
  const { values, words } = readWords(argv, at, command?.about);
  if (command !== undefined && !values.has('help')) checkWords(command.about, words);
  return {
    command,
    words,
    options: valuesOf(command?.about.options ?? {}, values, environment),
    globals: valuesOf(GLOBAL_OPTIONS, values, environment) as unknown as GlobalValues,
  };
}

/** Place of the first word that is neither a global option nor the value of one; the length if there is none. */
function nameAt(argv: readonly string[]): number {
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-')) return at;
    const long = word.startsWith('--') ? word.slice(2) : (SHORT_NAMES[word.slice(1)] ?? '');
    const option: Option | undefined = (GLOBAL_OPTIONS as OptionTable)[long];
    at += option === undefined || option.kind === 'flag' ? 1 : 2;
  }
  return argv.length;
}

/** @throws UsageFault */
function findCommand(name: string | undefined, commands: readonly Command[]): Command | undefined {
  if (name === undefined) return undefined;
  const command = commands.find(({ about }) => about.name === name);
  if (command !== undefined) return command;
  const names = commands.map(({ about }) => about.name);
  const hint = meant(name, names, '');
  throw new UsageFault(`there is no command ${JSON.stringify(name)}${hint}: stele --help lists them`);
}

interface ReadWords {
  readonly values: GivenValues;
  readonly words: readonly string[];
}

/** @param at - where the name of the command stands @throws UsageFault */
function readWords(argv: readonly string[], at: number, about: About | undefined): ReadWords {
  const [before, behind] = [argv.slice(0, at), argv.slice(at + 1)];
  if (about?.readsAll !== true) return readOptions([...before, ...behind], about);
  return { values: readOptions(before, undefined).values, words: behind };
}

/** @throws UsageFault */
function readOptions(argv: readonly string[], about: About | undefined): ReadWords {
  const table: OptionTable = { ...GLOBAL_OPTIONS, ...about?.options };
  const named = Object.entries(table).map(([name, option]) => {
    const [short] = Object.entries(SHORT_NAMES).find(([, long]) => long === name) ?? [];
    const type = option.kind === 'flag' ? ('boolean' as const) : ('string' as const);
    return [name, { type, ...(short !== undefined && { short }) }] as const;
  });
  const options = Object.fromEntries(named);
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind === 'option')
      values.set(token.name, [...(values.get(token.name) ?? []), readValue(token, table, about)]);
  }
  return { values, words };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** @throws UsageFault */
function readValue(token: OptionToken, table: OptionTable, about: About | undefined): string {
  const { name, rawName, value } = token;
  const option = Object.hasOwn(table, name) ? table[name] : undefined;
  if (option === undefined) {
    const where = about === undefined ? 'stele' : `stele ${about.name}`;
    throw new UsageFault(`there is no option ${rawName}${meant(name, Object.keys(table), '--')}: see ${where} --help`);
  }
  if (option.kind !== 'flag') return valueOf(token, option, table);
  if (value !== undefined) throw new UsageFault(`${rawName} takes no value`);
  return '';
}

/** Values may begin with hyphens, as PEM does; names of options are none. @throws UsageFault */
function valueOf({ rawName, value, inlineValue }: OptionToken, option: Option, table: OptionTable): string {
  const isName = inlineValue !== true && value?.startsWith('--') === true && Object.hasOwn(table, value.slice(2));
  if (value !== undefined && !isName) return value;
  throw new UsageFault(`${rawName} needs a value: ${rawName} ${valueName(option) ?? ''}`);
}

/** @throws UsageFault */
function checkWords(about: About, words: readonly string[]): void {
  if (about.readsAll === true) return;
  const usage = `see stele ${about.name} --help`;
  const missing = about.arguments.filter(({ isRequired }) => isRequired)[words.length];
  if (missing !== undefined) throw new UsageFault(`stele ${about.name} needs ${missing.name}: ${usage}`);
  const last = about.arguments.at(-1);
  const extra = last?.isRepeated === true ? undefined : words[about.arguments.length];
  if (extra !== undefined)
    throw new UsageFault(`stele ${about.name} has no use for ${JSON.stringify(extra)}: ${usage}`);
  for (const [i, word] of words.entries()) checkChoice(about.arguments[i] ?? last, word);
}

/** @throws UsageFault */
function checkChoice(argument: Argument | undefined, word: string): void {
  const choices = argument?.choices;
  if (choices?.includes(word) === false)
    throw new UsageFault(`there is no ${JSON.stringify(word)}: it is ${choices.join(', ')}`);
}
