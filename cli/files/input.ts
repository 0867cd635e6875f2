import { readFileSync, statSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { systemReason } from '../../base/system-error.ts';
import { UsageFault } from '../frame/exit-codes.ts';

/** Bytes of a file that is read whole: keys, signatures, bundles, envelopes, proofs. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads a small file that a person named. @param what - names it in messages @throws UsageFault unless it is a file with content */
export function readInput(file: string, what: string): Uint8Array {
  return named(what, () => {
    const size = sizeOf(file);
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, and ${MOST_BYTES} are read at most`);
    return readFileSync(file);
  });
}

/** Runs `read`, and names the input where it refuses it. @throws UsageFault */
export function named<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw inputFault(what, error);
  }
}

/** Returns the bytes of a file; 0 of a pipe. @throws Error for a folder and an empty file */
export function sizeOf(file: string): number {
  const found = statSync(file);
  if (found.isDirectory()) throw new Error('it is a folder, and a file is needed');
  if (found.isFile() && found.size === 0) throw new Error('it is empty');
  return found.size;
}

/** @returns what to throw for an error of the input; bugs stay what they are */
export function inputFault(what: string, error: unknown): unknown {
  if (error instanceof UsageFault || !(error instanceof Error)) return error;
  return new UsageFault(`${what}: ${error instanceof Failure ? error.message : systemReason(error)}`, { cause: error });
}
