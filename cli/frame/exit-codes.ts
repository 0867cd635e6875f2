import { Failure } from '../../base/failure.ts';

/** How a command ends. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** Meanings of the exit codes: for the help and the manual. */
export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'a check failed: a proof, a signature or a head does not hold',
  2: 'wrong usage: the command line, or a file that it names',
  3: 'not reachable: no log answers at that address as one would',
  4: 'refused by the log, or not offered by it',
  5: 'not found',
};

/** The command line, or a file that it names, is not one that the command takes. */
export class UsageFault extends Failure<'usage'> {
  readonly code = 'usage';
}

/** A claim of a log or of a file does not hold. */
export class CheckFailed extends Failure<'check-failed'> {
  readonly code = 'check-failed';
}

/** The exit codes of failures. One that is not here is a check that failed. */
const BY_CODE: ReadonlyMap<string, ExitCode> = new Map([
  ['usage', 2],
  ['address-malformed', 2],
  ['state', 2],
  ['tokens-refused', 2],
  ['unreachable', 3],
  ['no-log', 3],
  ['refused', 4],
  ['not-offered', 4],
  ['not-found', 5],
]);

/** Returns the exit code of a failure. */
export function exitCodeOf(failure: Failure<string>): ExitCode {
  return BY_CODE.get(failure.code) ?? 1;
}
