import { systemReason } from '../../base/system-error.ts';
import { type Fault, SettingsFault } from './failures.ts';
import { conflicts } from './rules.ts';
import {
  type DefaultContext,
  type Setting,
  settingName,
  type SettingTable,
  type HostEnvironment,
} from './values/setting.ts';
import { type FlagNames, type Given, readEnvironment, readFlags, readMembers, type Source } from './sources.ts';
import { STANDARD_DATA } from './groups/data-folder.ts';
import { settingGroups, type Settings } from './table.ts';
import type { ValueType } from './values/values.ts';

/** Where settings come from. Everything is passed in: reading them touches neither the machine nor the process. */
export interface SettingsInput {
  /** The arguments behind the name of the program. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, in UTF-8; throws what explains why there is none. */
  readonly readFile: (path: string) => string;
  readonly host: HostEnvironment;
}

/** A setting as it will be printed: its text, and who said so. */
export interface Reading {
  readonly name: string;
  /** Undefined for a setting that is left out. */
  readonly text: string | undefined;
  /** `--listen`, `STELE_LISTEN`, `listen in stele.yaml` or `default`. */
  readonly source: string;
}

export interface SettingsReading {
  readonly settings: Settings;
  readonly readings: readonly Reading[];
}

/** Questions that are flags but no settings. */
export const QUESTIONS = ['help', 'version', 'print-settings'] as const;

/** A flag beats a variable, a variable beats the file, the file beats the default. @throws SettingsFault naming every fault */
export function readSettings(input: SettingsInput): Settings {
  return readEverySetting(input).settings;
}

/** As `readSettings`, with the source of each value. @throws SettingsFault naming every fault */
export function readEverySetting({ argv, env, readFile, host }: SettingsInput): SettingsReading {
  const table = settingTable(host);
  const { given, faults } = gather(argv, env, readFile, table);
  const readings = withDefaults(table, given, host);
  const found = parseAll(table, [...given, ...readings.filter(({ source }) => source === DEFAULT)]);
  const values = strongest(table, readings, found.values);
  const all = [...faults, ...found.faults, ...conflicts({ values, source: (property) => givenAs(readings, property) })];
  if (all.length > 0) throw new SettingsFault(all);
  return { settings: Object.freeze(values as Settings), readings };
}

/** Every setting, by its property in `Settings`. */
export function settingTable({ kinds }: Pick<HostEnvironment, 'kinds'>): SettingTable {
  return Object.assign({}, ...Object.values(settingGroups(kinds))) as SettingTable;
}

const DEFAULT = 'default';

/** Strongest source first. */
function gather(
  argv: SettingsInput['argv'],
  env: SettingsInput['env'],
  readFile: SettingsInput['readFile'],
  table: SettingTable,
): Source {
  const settings: FlagNames = new Map(
    Object.entries(table).flatMap(([property, { type, earlierNames }]) => {
      const flag = { setting: settingName(property), bare: type.bare };
      return [flag.setting, ...earlierNames].map((name) => [name, flag] as const);
    }),
  );
  const withConfig = new Map([...settings, ['config', { setting: 'config', bare: undefined }] as const]);
  const questions = QUESTIONS.map((name) => [name, { setting: name, bare: 'on' }] as const);
  const flags = readFlags(argv, new Map([...withConfig, ...questions]));
  const variables = readEnvironment(env, withConfig);
  const config = [...flags.given, ...variables.given].find(({ name }) => name === 'config');
  const file = config === undefined ? NOTHING : readConfig(config, readFile, settings);
  const sources = [flags, variables, file];
  return {
    given: sources.flatMap((source) => source.given.filter(({ name }) => settings.has(name))),
    faults: sources.flatMap((source) => source.faults),
  };
}

const NOTHING: Source = { given: [], faults: [] };

function readConfig({ source, text }: Given, readFile: SettingsInput['readFile'], settings: FlagNames): Source {
  try {
    return readMembers(readFile(text), text, settings);
  } catch (error) {
    const reason = `cannot be read: ${error instanceof Error ? systemReason(error) : 'no reason is known'}`;
    return { given: [], faults: [{ name: source, value: text, reason }] };
  }
}

/** One reading for each setting, in the order of the table. */
function withDefaults(table: SettingTable, given: readonly Given[], host: HostEnvironment): readonly Reading[] {
  const strongestGiven = (name: string) => given.find((one) => one.name === name);
  const data = strongestGiven('data')?.text ?? STANDARD_DATA;
  return Object.entries(table).map(([property, setting]) => {
    const name = settingName(property);
    return strongestGiven(name) ?? { name, source: DEFAULT, text: defaultText(setting, { ...host, data }) };
  });
}

function defaultText({ standard }: Setting<unknown>, context: DefaultContext): string | undefined {
  return typeof standard === 'object' ? standard.from(context) : standard;
}

interface Parsed {
  readonly values: ReadonlyMap<string, unknown>;
  readonly faults: readonly Fault[];
}

/** Weaker values are checked too: what is wrong in the file is wrong even while a flag hides it. */
function parseAll(table: SettingTable, readings: readonly Reading[]): Parsed {
  const types = new Map(Object.entries(table).map(([property, { type }]) => [settingName(property), type]));
  const values = new Map<string, unknown>();
  const faults: Fault[] = [];
  for (const { name, text, source } of readings) {
    const type = types.get(name);
    if (type === undefined || text === undefined) continue;
    const value = type.parse(text);
    if (value === undefined)
      faults.push({ name: source === DEFAULT ? `--${name}` : source, value: text, reason: reasonOf(type, text) });
    else values.set(`${source} ${name}`, value);
  }
  return { values, faults };
}

function reasonOf({ expects, unknownItems }: ValueType<unknown>, text: string): string {
  const unknown = (unknownItems?.(text) ?? []).map((item) => JSON.stringify(item)).join(', ');
  return `${unknown === '' ? '' : `${unknown} is not known; `}expected ${expects}`;
}

function strongest(table: SettingTable, readings: readonly Reading[], values: Parsed['values']): Partial<Settings> {
  const sources = new Map(readings.map(({ name, source }) => [name, source]));
  const members = Object.keys(table).map((property) => {
    const name = settingName(property);
    return [property, Object.freeze(values.get(`${sources.get(name)} ${name}`))];
  });
  return Object.fromEntries(members) as Partial<Settings>;
}

function givenAs(readings: readonly Reading[], property: string): string | undefined {
  const source = readings.find(({ name }) => name === settingName(property))?.source;
  return source === DEFAULT ? undefined : source;
}
