import { settingSources } from '../../host/environment.ts';
import { operatorSentence } from '../../host/operator-error.ts';
import { SettingsFault } from '../../host/settings/failures.ts';
import { readSettings } from '../../host/settings/read.ts';
import type { Settings } from '../../host/settings/table.ts';
import type { CommandModule, Run } from '../frame/command.ts';
import { type ExitCode, UsageFault } from '../frame/exit-codes.ts';
import type { OptionTable } from '../frame/options.ts';
import type { Output } from '../frame/output.ts';
import { BEGINNING, PLACE, SERVER_FILES } from './place.ts';

/*
 * The common part of the operator's commands: they find the log as the server does, by the same flags, variables and
 * file, and they end with 0, with 1 where something is wrong with the log, or with 2 where something is wrong with the
 * command.
 */

/** A run of an operator's command. */
export interface Operation<Table extends OptionTable> extends Run<Table> {
  readonly settings: Settings;
}

/** Members of what `--output json` prints, and whether the answer is that something is wrong with the log. */
export interface Outcome {
  readonly json: object;
  readonly isWrong?: boolean;
}

let isJson = false;

/**
 * Makes the code of an operator's command. What it says stands on standard output, or with `--output json` on standard error.
 *
 * @param verb - what could not be done if it fails, as in `cannot freeze`
 */
export function operation<Table extends OptionTable>(
  verb: string,
  work: (asked: Operation<Table>) => Promise<Outcome>,
): CommandModule<Table>['run'] {
  return async (asked) => {
    const { output } = asked;
    isJson = output.isJson;
    outliveReaders();
    try {
      const { json, isWrong = false } = await work({ ...asked, settings: settingsOf(asked.options) });
      if (output.isJson) output.result(json, '');
      return isWrong || isLost ? 1 : 0;
    } catch (error) {
      return tell(error, verb, output);
    }
  };
}

/** Settings of the log that an operator's command is about. @throws UsageFault */
export function settingsOf(options: Readonly<Record<string, unknown>>): Settings {
  const place = Object.keys({ ...PLACE, ...SERVER_FILES, ...BEGINNING }).flatMap((name) => {
    const { [name]: value } = options;
    if (value === true) return [`--${name}`];
    return typeof value === 'string' ? [`--${name}`, value] : [];
  });
  try {
    return readSettings({ ...settingSources(), argv: place });
  } catch (error) {
    throw error instanceof SettingsFault ? new UsageFault(error.message) : error;
  }
}

function tell(error: unknown, verb: string, output: Output): ExitCode {
  if (error instanceof UsageFault) throw error;
  const sentence = operatorSentence(error);
  if (sentence === undefined) throw error;
  output.error('refused-here', `cannot ${verb}: ${sentence}`);
  return 1;
}

let isLost = false;

/** The work goes on where its report cannot be written: it may be half of a change that is better whole. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', ({ message }: Error) => {
    if (!isLost)
      process.stderr.write(`standard output cannot be written, so lines of the report are missing: ${message}\n`);
    isLost = true;
    process.exitCode = 1;
  });
}

/** Says something, a line. */
export function say(line: string): void {
  (isJson ? process.stderr : process.stdout).write(`${line}\n`);
}
