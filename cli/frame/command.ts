import type { ExitCode } from './exit-codes.ts';
import type { GlobalValues } from './global-options.ts';
import type { Machine } from './machine.ts';
import type { OptionTable, Values } from './options.ts';
import type { Output } from './output.ts';

/** A word of the command line that is no option. */
export interface Argument {
  /** As the help shows it. `FILE` and `FOLDER` are completed as such. */
  readonly name: string;
  readonly isRequired: boolean;
  /** Whether more may follow; only of the last one. */
  readonly isRepeated: boolean;
  /** Words that it may be, where they are few. */
  readonly choices?: readonly string[];
}

export interface Example {
  /** The line as it is typed, `stele` first. */
  readonly line: string;
  readonly text: string;
}

/** Everything about a command but its code. */
export interface About<Table extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly arguments: readonly Argument[];
  readonly options: Table;
  readonly examples: readonly Example[];
  /** Members of what `--output json` prints, beside `version`, with what they hold. */
  readonly json: Readonly<Record<string, string>>;
  /** Whether all words behind its name are its own to read: it gets them as they are. */
  readonly readsAll?: boolean;
}

/** A run of a command: what was asked, and where the answer goes. */
export interface Run<Table extends OptionTable = OptionTable> {
  readonly options: Values<Table>;
  readonly words: readonly string[];
  readonly globals: GlobalValues;
  readonly output: Output;
  readonly machine: Machine;
  /** Of the whole program: for the help. */
  readonly commands: readonly Command[];
}

/** The module of a command's code. It is loaded when the command runs, and not before. */
export interface CommandModule<Table extends OptionTable = OptionTable> {
  /** Resolves to the exit code. @throws Failure for everything that a person can mend */
  readonly run: (asked: Run<Table>) => Promise<ExitCode>;
}

export interface Command {
  readonly about: About;
  readonly load: () => Promise<CommandModule>;
}

/** A line of the registry. The types see to it that the code asks only for options that the command has. */
export function command<Table extends OptionTable>(
  about: About<Table>,
  load: () => Promise<CommandModule<Table>>,
): Command {
  return { about, load: load as unknown as Command['load'] };
}
