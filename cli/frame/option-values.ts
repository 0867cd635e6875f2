import { UsageFault } from './exit-codes.ts';
import type { NumberOption, Option, OptionTable } from './options.ts';

/** Values as they were typed, by the names of their options. Flags have empty ones. */
export type GivenValues = ReadonlyMap<string, readonly string[]>;

/**
 * Returns the value of each option of a table: from the command line, or else from its variable.
 *
 * @throws UsageFault that names the option, or the variable, whose value it cannot have
 */
export function valuesOf(
  table: OptionTable,
  given: GivenValues,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const entries = Object.entries(table).map(([name, option]) => {
    const typed = given.get(name);
    if (typed !== undefined) return [name, convert(option, `--${name}`, typed)] as const;
    const { variable = '' } = option;
    const { [variable]: value = '' } = environment;
    return [name, convert(option, variable, value === '' ? [] : [value])] as const;
  });
  return Object.fromEntries(entries);
}

/** @throws UsageFault */
function convert(option: Option, name: string, values: readonly string[]): unknown {
  if (option.kind === 'texts') return values;
  const [value] = values;
  if (option.kind === 'flag') return value !== undefined;
  if (values.length > 1) throw new UsageFault(`${name} is given more than once`);
  if (value === undefined || option.kind === 'text') return value;
  if (option.kind === 'number') return toNumber(option, name, value);
  if (option.choices.includes(value)) return value;
  throw new UsageFault(`${name} is ${option.choices.join(' or ')}, not ${JSON.stringify(value)}`);
}

/** @throws UsageFault */
function toNumber({ least, most }: NumberOption, name: string, value: string): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageFault(`${name} is a number from ${least} to ${most}, not ${JSON.stringify(value)}`);
}
