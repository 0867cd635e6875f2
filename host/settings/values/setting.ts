import { type ValueType } from './values.ts';

/** Facts that a default may depend on. The caller looks it up: nothing here touches the machine. */
export interface HostEnvironment {
  /** Processors this process may use. */
  readonly cores: number;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
  /** Every kind of entry this program knows. */
  readonly kinds: readonly { readonly kind: string; readonly version: string }[];
}

/** The host, and the settings that others follow. */
export interface DefaultContext extends HostEnvironment {
  readonly data: string;
}

/** A default: a text like any that could be given, or one that depends on where the program runs. */
export type Default = string | { readonly words: string; readonly from: (context: DefaultContext) => string };

export interface Setting<T> {
  /** One sentence or two for the help and the manual. */
  readonly about: string;
  readonly type: ValueType<T>;
  /** Undefined for settings that may be left out. */
  readonly standard: Default | undefined;
  /** Names that earlier versions gave it, as flags spell them. All sources still take them. */
  readonly earlierNames: readonly string[];
}

export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** The values that a table of settings is read into. */
export type Values<Table extends SettingTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never;
};

/** A setting that always has a value. */
export function setting<T>(
  type: ValueType<T>,
  standard: Default,
  about: string,
  earlierNames: readonly string[] = [],
): Setting<T> {
  return { about, type, standard, earlierNames };
}

/** A setting that may be left out. */
export function optional<T>(type: ValueType<T>, about: string): Setting<T | undefined> {
  return { about, type, standard: undefined, earlierNames: [] };
}

/** How flags and files spell a property: `maxRequestBody` is `max-request-body`. */
export function settingName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const ENVIRONMENT_PREFIX = 'STELE_';

/** How the environment spells a setting: `max-request-body` is `STELE_MAX_REQUEST_BODY`. */
export function variableName(name: string): string {
  return `${ENVIRONMENT_PREFIX}${name.toUpperCase().replaceAll('-', '_')}`;
}
