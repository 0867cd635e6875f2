import { parseDocument } from 'yaml';
import { type Fault } from './failures.ts';
import { nearest } from './nearest.ts';
import { ENVIRONMENT_PREFIX, variableName } from './values/setting.ts';

/** One value that somebody gave, and where. */
export interface Given {
  /** Name of the setting, as flags spell it. */
  readonly name: string;
  readonly text: string;
  /** The name it was given under. */
  readonly source: string;
}

/** The settings of one source, and its faults. */
export interface Source {
  readonly given: readonly Given[];
  readonly faults: readonly Fault[];
}

/** A name that a setting can be given under. */
export interface FlagName {
  /** Name of the setting: the same, unless this is an earlier one. */
  readonly setting: string;
  /** Value of the flag that is given without one; undefined if it needs one. */
  readonly bare: string | undefined;
}

export type FlagNames = ReadonlyMap<string, FlagName>;

/** Reads `--name value`, `--name=value` and `--name`; whatever else stands there is a fault. */
export function readFlags(argv: readonly string[], flags: FlagNames): Source {
  const given: Given[] = [];
  const faults: Fault[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const { source, name, text, takesNext } = readFlag(argv[at] ?? '', argv[at + 1], flags);
    if (takesNext) at += 1;
    const { setting = name } = flags.get(name) ?? {};
    const reason = flagFault(name, source, text, flags) ?? repetition(setting, source, given);
    if (reason === undefined) given.push({ name: setting, source, text: text ?? '' });
    else faults.push({ name: source, value: flags.has(name) ? text : undefined, reason });
  }
  return { given, faults };
}

interface Flag {
  readonly source: string;
  readonly name: string;
  readonly text: string | undefined;
  readonly takesNext: boolean;
}

function readFlag(argument: string, next: string | undefined, flags: FlagNames): Flag {
  const [, name = '', , text] = /^--([^=]*)(=([^]*))?$/.exec(argument) ?? [];
  const source = name === '' ? argument : `--${name}`;
  if (text !== undefined) return { source, name, text, takesNext: false };
  const bare = flags.get(name)?.bare;
  const takesNext = flags.has(name) && bare === undefined && next !== undefined && !next.startsWith('--');
  return { source, name, text: takesNext ? next : bare, takesNext };
}

function flagFault(name: string, source: string, text: string | undefined, flags: FlagNames): string | undefined {
  if (!source.startsWith('--') || name === '') return 'is no flag; flags start with --';
  if (!flags.has(name)) return unknown('flag', name, flags, (known) => `--${known}`);
  return text === undefined ? 'needs a value' : undefined;
}

/** Why a setting may not be given under the name `source` when these are; undefined if it may. */
function repetition(name: string, source: string, given: readonly Given[]): string | undefined {
  const first = given.find((one) => one.name === name);
  if (first === undefined) return undefined;
  return first.source === source ? 'is given more than once' : `is the same setting as ${first.source}: give only one`;
}

/** Moves names of settings that are given a second time, under another name, to the faults. */
function withoutRepetitions({ given, faults }: Source): Source {
  const first: Given[] = [];
  const repeated: Fault[] = [];
  for (const one of given) {
    const reason = repetition(one.name, one.source, first);
    if (reason === undefined) first.push(one);
    else repeated.push({ name: one.source, value: one.text, reason });
  }
  return { given: first, faults: [...faults, ...repeated] };
}

/** Variables of the command `stele`, which says there what they are for. A server in the same shell passes them over. */
export const COMMAND_VARIABLES: ReadonlySet<string> = new Set([
  'STELE_API',
  'STELE_CLIENT_CERTIFICATE',
  'STELE_CLIENT_KEY',
  'STELE_LOG_KEY',
  'STELE_OUTBOX',
  'STELE_OUTPUT',
  'STELE_SERVER',
  'STELE_STATE',
  'STELE_TILES',
  'STELE_TIMEOUT',
  'STELE_TOKEN',
  'STELE_TRUSTED_ROOT',
]);

/** Every other variable that starts with `STELE_` is taken to be meant for this program. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, flags: FlagNames): Source {
  const variables = new Map([...flags.keys()].map((name) => [variableName(name), name]));
  const given: Given[] = [];
  const faults: Fault[] = [];
  for (const [source, text] of Object.entries(env)) {
    if (!source.startsWith(ENVIRONMENT_PREFIX) || text === undefined || COMMAND_VARIABLES.has(source)) continue;
    const name = flags.get(variables.get(source) ?? '')?.setting;
    if (name !== undefined) given.push({ name, text, source });
    else faults.push({ name: source, value: undefined, reason: unknown('variable', source, variables, String) });
  }
  return withoutRepetitions({ given, faults });
}

const LONGEST_FILE = 65_536; // characters

/** A YAML 1.2 or JSON mapping; numbers, switches and lists may be written as such. @param origin - names the file in faults */
export function readMembers(text: string, origin: string, flags: FlagNames): Source {
  const parsed = parseMapping(text);
  if (typeof parsed === 'string') return { given: [], faults: [{ name: origin, value: undefined, reason: parsed }] };
  const given: Given[] = [];
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    const source = `${name} in ${origin}`;
    const scalar = memberText(value);
    const flag = flags.get(name);
    if (flag === undefined)
      faults.push({ name: source, value: undefined, reason: unknown('setting', name, flags, String) });
    else if (scalar === undefined)
      faults.push({ name: source, value: undefined, reason: 'is no text, number, switch or list of texts' });
    else given.push({ name: flag.setting, text: scalar, source });
  }
  return withoutRepetitions({ given, faults });
}

/** The members; a text when they cannot be read, saying why. */
function parseMapping(text: string): object | string {
  if (text.length > LONGEST_FILE) return `is longer than ${LONGEST_FILE} characters`;
  try {
    const document = parseDocument(text, { logLevel: 'error' });
    const [error] = document.errors;
    if (error !== undefined) return `is no YAML: ${error.message.split('\n', 1).join('')}`;
    const value: unknown = document.toJS({ maxAliasCount: 10 });
    if (value === null || value === undefined) return {};
    return typeof value === 'object' && !Array.isArray(value)
      ? value
      : 'is no list of settings: write "name: value" lines';
  } catch (error) {
    return `is no YAML: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}

/** As it would stand in a flag. */
function memberText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  if (items.length === 0) return 'none';
  return items.every((item) => typeof item === 'string' && !item.includes(',')) ? items.join(',') : undefined;
}

function unknown(
  what: string,
  wrong: string,
  names: { keys(): Iterable<string> },
  spell: (name: string) => string,
): string {
  const meant = nearest(wrong, [...names.keys()]);
  return `no such ${what}${meant === undefined ? '; --help lists them all' : `; did you mean ${spell(meant)}?`}`;
}
