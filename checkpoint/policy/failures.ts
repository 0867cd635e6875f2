import { Failure } from '../../base/failure.ts';

/** A fault in one line of a policy file. */
export interface PolicyFault {
  /** Counted from 1. What the whole file lacks is told of its last line. */
  readonly line: number;
  readonly message: string;
}

/** The text is no policy file. The message has all faults, one a line. */
export class MalformedPolicy extends Failure<'policy-malformed'> {
  readonly code = 'policy-malformed';
  /** At least one, in the order of their lines. */
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[]) {
    super(faults.map(({ line, message }) => `line ${line}: ${message}`).join('\n'));
    this.faults = faults;
  }
}
