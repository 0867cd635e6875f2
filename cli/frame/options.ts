/*
 * Options of commands as data. From one table come the reader of the command line, the help, the manual page and the
 * completion of shells.
 */

interface OptionBase {
  /** One line, no full stop. */
  readonly summary: string;
  /** Environment variable that is read where the option is not given. */
  readonly variable?: `STELE_${string}`;
}

/** Is there or not. */
export interface FlagOption extends OptionBase {
  readonly kind: 'flag';
}

/** Has one value. */
export interface TextOption extends OptionBase {
  readonly kind: 'text';
  /** Name of the value in the help. `FILE` and `FOLDER` are completed as such. */
  readonly value: string;
}

/** May be given often, with one value each time. */
export interface TextsOption extends OptionBase {
  readonly kind: 'texts';
  readonly value: string;
}

/** Has an integer. */
export interface NumberOption extends OptionBase {
  readonly kind: 'number';
  readonly value: string;
  readonly least: number;
  readonly most: number;
}

/** Has one of a few words. */
export interface ChoiceOption<Choice extends string = string> extends OptionBase {
  readonly kind: 'choice';
  readonly choices: readonly Choice[];
}

export type Option = FlagOption | TextOption | TextsOption | NumberOption | ChoiceOption;

/** Options by their names, without the two hyphens. */
export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<One extends Option> = One extends FlagOption
  ? boolean
  : One extends TextsOption
    ? readonly string[]
    : One extends NumberOption
      ? number | undefined
      : One extends ChoiceOption<infer Choice>
        ? Choice | undefined
        : string | undefined;

/** Values that were given, each under the name of its option. A flag that was not given is false, a list is empty. */
export type Values<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** Name of an option's value in the help; undefined for flags. */
export function valueName(option: Option): string | undefined {
  if (option.kind === 'flag') return undefined;
  return option.kind === 'choice' ? option.choices.join('|') : option.value;
}
