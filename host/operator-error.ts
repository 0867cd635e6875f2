import { Failure } from '../base/failure.ts';
import { systemCode, systemSentence } from '../base/system-error.ts';
import { STELE } from '../base/stele-command.ts';
import { DamagedStore } from '../storage/failures.ts';

/**
 * Returns the sentence for an error that an operator can act on: a refusal of ours, damage, or an error of the system's, such
 * as a file that may not be read. Undefined for all others: they are bugs, and show their stack.
 */
export function operatorSentence(error: unknown): string | undefined {
  if (error instanceof DamagedStore)
    return `stored data is damaged: ${error.message}. Put back a copy of the data folder that passes: ${STELE} audit --data COPY`;
  const isOperational = error instanceof Failure || systemCode(error) !== undefined;
  return isOperational && error instanceof Error ? systemSentence(error) : undefined;
}
