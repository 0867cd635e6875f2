import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Failure } from '../../base/failure.ts';
import { settingSources } from '../../host/environment.ts';
import { operatorSentence } from '../../host/operator-error.ts';
import { SettingsFault } from '../../host/settings/failures.ts';
import { readSettings } from '../../host/settings/read.ts';
import type { Settings } from '../../host/settings/table.ts';

/*
 * The common part of the operator's commands: they find the log as the server does, by the same flags, variables and
 * file, and they end with 0, with 1 where something is wrong with the log, or with 2 where something is wrong with the
 * command.
 */

/** Flags of the server that say where a log is, and how its operator has decided. */
const PLACE = {
  config: { type: 'string' },
  data: { type: 'string' },
  heads: { type: 'string' },
  'rekor-key': { type: 'string' },
  'c2sp-key': { type: 'string' },
  'v1-key': { type: 'string' },
  'tile-key': { type: 'string' },
  volume: { type: 'string' },
  witness: { type: 'string' },
  'witness-policy': { type: 'string' },
  'overrule-witness': { type: 'string' },
  'clock-checked': { type: 'string' },
  'clock-synchronized': { type: 'string' },
} as const;

type Options = NonNullable<ParseArgsConfig['options']>;

export interface CommandLine<Own extends Options> {
  readonly settings: Settings;
  readonly values: ReturnType<typeof parseArgs<{ options: Own }>>['values'];
  readonly words: readonly string[];
}

/** The command line is not one that the command takes. */
export class UsageFault extends Failure<'usage-fault'> {
  readonly code = 'usage-fault';
}

/** Runs a command, and says how it ended. @param verb - what could not be done if it fails, as in `cannot freeze` */
export async function runCommand<const Own extends Options>(
  { usage, verb, options }: { readonly usage: string; readonly verb: string; readonly options: Own },
  run: (line: CommandLine<Own>) => Promise<void>,
): Promise<void> {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: Error) => tellLost(error.message));
  if (process.argv.includes('--help') || process.argv.includes('-h')) return void process.stdout.write(usage);
  try {
    await run(readCommandLine(options));
  } catch (error) {
    const isUsage = error instanceof UsageFault;
    const sentence = operatorSentence(error);
    if (sentence === undefined) throw error;
    process.stderr.write(`cannot ${verb}: ${sentence}\n${isUsage ? '--help says what there is\n' : ''}`);
    process.exitCode = isUsage || error instanceof SettingsFault ? 2 : 1;
  }
}

let isLost = false;

/** The work goes on where its report cannot be written: it may be half of a change that is better whole. */
function tellLost(reason: string): void {
  if (!isLost)
    process.stderr.write(`standard output cannot be written, so lines of the report are missing: ${reason}\n`);
  isLost = true;
  process.exitCode ??= 1;
}

function readCommandLine<const Own extends Options>(own: Own): CommandLine<Own> {
  const { values, positionals } = parsed({ ...PLACE, ...own });
  const place = Object.keys(PLACE).flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [`--${name}`, value] : [];
  });
  const settings = readSettings({ ...settingSources(), argv: place });
  return { settings, values: values as CommandLine<Own>['values'], words: positionals };
}

/** @throws UsageFault */
function parsed(options: Options) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    const [said = ''] = error instanceof Error ? error.message.split('. ', 1) : [];
    throw new UsageFault(said);
  }
}

/** Says something on standard output, a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
