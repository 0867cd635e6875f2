import { Failure } from '../../../base/failure.ts';
import { RefusedByLog } from '../../../client/http/failures.ts';
import type { LogEntry } from '../../../client/http/log-client.ts';
import { readEntry } from '../../entry/read-entry.ts';
import { entryLine, placeJson } from '../../entry/render.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { type ExitCode, exitCodeOf } from '../../frame/exit-codes.ts';
import { openLog, type OpenedLog } from '../../log/open-log.ts';
import { inParallel } from '../../log/pool.ts';
import type { upload } from './about.ts';
import { inputsOf, type UploadInput } from './inputs.ts';

type Table = typeof upload.options;

const CONCURRENCY = 8;
const RETRIES = 3;

/** How one file ended. */
type Outcome =
  | { readonly name: string; readonly entry: LogEntry; readonly isKnown: boolean }
  | { readonly name: string; readonly failure: Failure<string> };

export const run: CommandModule<Table>['run'] = async (asked) => {
  const { options, output } = asked;
  const inputs = inputsOf(asked.words, options);
  const [only] = inputs;
  const first = inputs.length === 1 && only !== undefined ? await readEntry(only) : undefined;
  const log = await openLog(asked, { retries: options.retries ?? RETRIES });
  const one = async (input: UploadInput): Promise<Outcome> => {
    const { name, prepared } = first ?? (await readEntry(input));
    return { name, ...(await log.client.submit(prepared)) };
  };
  if (first !== undefined && only !== undefined) return report(asked, log, [await one(only)]);
  let done = 0;
  const outcomes = await inParallel(inputs, options.concurrency ?? CONCURRENCY, async (input) => {
    const outcome = await one(input).catch((error: unknown): Outcome => ({
      name: input.name,
      failure: failureOf(error),
    }));
    done += 1;
    output.progress({ done, total: inputs.length, unit: 'files' });
    return outcome;
  });
  return report(asked, log, outcomes);
};

/** @throws anything that is a bug */
function failureOf(error: unknown): Failure<string> {
  if (error instanceof Failure) return error as Failure<string>;
  throw error;
}

/** A sender that may only submit to a private log cannot ask it for a proof between two heads. @throws all other errors */
function tellUnfollowed(output: Run['output'], error: unknown): void {
  if (!(error instanceof RefusedByLog)) throw error;
  output.remark(`the new head was not compared with the last one: ${error.message}`);
}

async function report(
  { output }: Pick<Run, 'output'>,
  log: OpenedLog,
  outcomes: readonly Outcome[],
): Promise<ExitCode> {
  const logged = outcomes.flatMap((outcome) => ('entry' in outcome ? [outcome] : []));
  const failed = outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome] : []));
  const newest = logged.map(({ entry }) => entry.head).toSorted((a, b) => b.checkpoint.size - a.checkpoint.size)[0];
  if (newest !== undefined)
    await log.follow(log.client, newest).catch((error: unknown) => tellUnfollowed(output, error));
  const entries = logged.map(({ name, entry, isKnown }) => ({ file: name, ...placeJson(entry), isKnown }));
  const failures = failed.map(({ name, failure }) => ({ file: name, code: failure.code, message: failure.message }));
  const lines = logged.map(
    ({ name, entry, isKnown }) => `${name}: ${entryLine(entry)}${isKnown ? ' (already there)' : ''}\n`,
  );
  output.result({ entries, failures }, lines.join(''));
  const [worst] = failed;
  if (worst === undefined) return 0;
  const some = failed
    .slice(0, 20)
    .map(({ name, failure }) => (failure.message.startsWith(name) ? failure.message : `${name}: ${failure.message}`));
  const more = failed.length > some.length ? [`and ${failed.length - some.length} more`] : [];
  const said = [`${failed.length} of ${outcomes.length} files are not logged`, ...some, ...more].join('\n  ');
  output.error(
    worst.failure.code,
    output.isJson ? `${failed.length} of ${outcomes.length} files are not logged` : said,
  );
  return exitCodeOf(worst.failure);
}
