import { STELE } from '../../base/stele-command.ts';
import { join } from 'node:path';
import { readIfThere, removeDurably, writeDurably } from './durable-file.ts';
import { recordPlace } from './folder-identity.ts';

/*
 * The mark of a data folder that was made from a backup, written before anything else in it: as long as it is there, nobody
 * knows whether the log has signed heads that the backup lacks, and nothing may be signed.
 */

export interface RestoredMark {
  /** The backup. */
  readonly from: string;
  /** Whether everything that the backup has is in the folder. */
  readonly isComplete: boolean;
}

const markFile = (folder: string): string => join(folder, 'restored.json');

/** Undefined where there is none. One that cannot be read is of a restore that is not complete. */
export function readRestoredMark(folder: string): RestoredMark | undefined {
  const text = readIfThere(markFile(folder));
  if (text === undefined) return undefined;
  try {
    const { from, isComplete } = JSON.parse(text) as Partial<RestoredMark>;
    return { from: String(from), isComplete: isComplete === true };
  } catch {
    return { from: 'unknown', isComplete: false };
  }
}

/** Durable once it returns. */
export function writeRestoredMark(folder: string, { from, isComplete }: RestoredMark): void {
  writeDurably(markFile(folder), `${JSON.stringify({ from, isComplete })}\n`);
}

/** Makes the folder one like any other, at the place where it is now. Durable once it returns. */
export function settleRestored(folder: string): void {
  recordPlace(folder);
  removeDurably(markFile(folder));
}

/** Returns the refusal for a folder that does not hold all of the backup. */
export function restoreCutShort(folder: string, { from }: RestoredMark): string {
  return (
    `the restore of ${from} into ${folder} was cut short, and the folder lacks the rest: go on with it ` +
    `(${STELE} restore --from ${from} --into ${folder}), or remove the folder`
  );
}
