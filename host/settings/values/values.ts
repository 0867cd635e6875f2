/** How the value of a setting is written. `T` is what the server works with: bytes, milliseconds, lists. */
export interface ValueType<T> {
  /** Stands for the value in the help, such as `SIZE`. */
  readonly placeholder: string;
  /** Every text that is taken, in words that follow "expected". */
  readonly expects: string;
  /** The value of the flag without one; types that lack it need one. */
  readonly bare?: string;
  /** Undefined for every text that is not taken. Never throws. */
  parse(text: string): T | undefined;
  /** The items of a list that are not taken, of a text that is not taken as a whole. */
  unknownItems?(text: string): readonly string[];
}

/** One word out of a few. */
export function choice<const Word extends string>(...all: readonly Word[]): ValueType<Word> {
  return {
    placeholder: all.join('|'),
    expects: all.join(', '),
    parse: (text) => all.find((word) => word === text),
  };
}

/** Takes other words too. @param synonyms - each with the word that it stands for */
export function withSynonyms<const Word extends string>(
  type: ValueType<Word>,
  synonyms: Readonly<Record<string, NoInfer<Word>>>,
): ValueType<Word> {
  return { ...type, parse: (text) => type.parse(text) ?? (Object.hasOwn(synonyms, text) ? synonyms[text] : undefined) };
}

const SWITCH = new Map([
  ['on', true],
  ['true', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['0', false],
]);

/** A switch that must be told which way. */
export const onOff: ValueType<boolean> = {
  placeholder: 'on|off',
  expects: 'on or off (true or false, 1 or 0)',
  parse: (text) => SWITCH.get(text),
};

/** A switch whose flag alone means on. */
export const flag: ValueType<boolean> = { ...onOff, placeholder: '', bare: 'on' };

/** Some of a few words, with commas between them; `none` for none of them. The answer has each word once, in the order given. */
export function words<const Word extends string>(allowed: readonly Word[]): ValueType<readonly Word[]> {
  const one = choice(...allowed);
  return {
    placeholder: 'LIST',
    expects: `none, or with commas between them some of ${allowed.join(', ')}`,
    parse: (text) => parseList(text, (item) => one.parse(item)),
    unknownItems: (text) => unknownItems(text, (item) => one.parse(item)),
  };
}

/** The items of a list that `parse` does not take. */
export function unknownItems(text: string, parse: (item: string) => unknown): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => parse(item) === undefined);
}

/** Undefined unless each item of the list is something to `parse`. */
export function parseList<T>(text: string, parse: (item: string) => T | undefined): readonly T[] | undefined {
  if (text === 'none') return [];
  const items = text.split(',').map((item) => parse(item.trim()));
  const known = items.filter((item) => item !== undefined);
  return known.length === items.length ? [...new Set(known)] : undefined;
}

/** A whole number from `least` to `most`, in plain decimal digits. */
export function count(least: number, most: number): ValueType<number> {
  return {
    placeholder: 'N',
    expects: `a whole number from ${least} to ${most}`,
    parse: (text) => within(least, most, decimal(text)),
  };
}

const SIZE_UNITS: Units = new Map([
  ['', 1],
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

/** Bytes, as `65535` or `32MiB`. */
export function size(least: number, most: number): ValueType<number> {
  return {
    placeholder: 'SIZE',
    expects: `a size from ${spell(least, SIZE_UNITS)} to ${spell(most, SIZE_UNITS)}, in bytes or with KiB, MiB or GiB`,
    parse: (text) => within(least, most, measure(text, SIZE_UNITS)),
  };
}

const DURATION_UNITS: Units = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
]);

/** Milliseconds, as `250ms`, `15s` or `2m`. The unit is never left out: no reader should have to guess it. */
export function duration(least: number, most: number): ValueType<number> {
  return {
    placeholder: 'TIME',
    expects: `a time from ${spell(least, DURATION_UNITS)} to ${spell(most, DURATION_UNITS)}, with ms, s or m`,
    parse: (text) => within(least, most, measure(text, DURATION_UNITS)),
  };
}

const PERIOD_UNITS: Units = new Map([...DURATION_UNITS, ['h', 3_600_000], ['d', 86_400_000]]);

/** Milliseconds of something that is done again and again, or `off`. */
export function periodOrOff(least: number, most: number): ValueType<number | 'off'> {
  return {
    placeholder: 'off|TIME',
    expects: `off, or a time from ${spell(least, PERIOD_UNITS)} to ${spell(most, PERIOD_UNITS)}, with ms, s, m, h or d`,
    parse: (text) => (text === 'off' ? text : within(least, most, measure(text, PERIOD_UNITS))),
  };
}

/** A day in UTC, as `2026-11-30`, in seconds since the Unix epoch when it begins. */
export const day: ValueType<number> = {
  placeholder: 'DAY',
  expects: 'a day in UTC, as 2026-11-30',
  parse(text) {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? undefined : at / 1000;
  },
};

/** The path of a file or folder, as the operating system takes it. */
export const path: ValueType<string> = {
  placeholder: 'PATH',
  expects: 'a path',
  parse: (text) => (text === '' || text.includes('\0') ? undefined : text),
};

/** The place of a key: the path of its file, or a signer outside of this process. */
export const keyPlace: ValueType<string> = {
  placeholder: 'PATH',
  expects: 'a path, signer:unix:PATH or signer:exec:COMMAND',
  parse(text) {
    const isMeant = !text.startsWith('signer:') || /^signer:(unix|exec):[^ ]/.test(text);
    return isMeant ? path.parse(text) : undefined;
  },
};

type Units = ReadonlyMap<string, number>;

/** At most 2^53 - 1: every such number is exact. */
function decimal(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

function measure(text: string, units: Units): number | undefined {
  const digits = /^\d*/.exec(text)?.[0] ?? '';
  const number = decimal(digits);
  const unit = units.get(text.slice(digits.length));
  return number === undefined || unit === undefined ? undefined : number * unit;
}

function within(least: number, most: number, number: number | undefined): number | undefined {
  return number !== undefined && number >= least && number <= most ? number : undefined;
}

/** In the largest unit that leaves a whole number. */
function spell(number: number, units: Units): string {
  const [name, unit] = [...units].findLast(([, one]) => number > 0 && number % one === 0) ?? ['', 1];
  return `${number / unit}${name}`;
}
