import { StepCheck } from '../../../log/backup/step-check.ts';
import { BackupRefused, UnfitStep } from '../../../log/backup/failures.ts';
import { type CopyPart, readCopy } from '../../../storage/record-files/reader.ts';
import { DamagedSegment } from '../../../storage/record-files/segments.ts';
import type { Step } from '../../../storage/records/step.ts';
import { say } from '../command.ts';
import { shardOf } from '../../../host/shards/read-shards.ts';
import { Progress } from './progress.ts';

/** Everything that a whole backup has. */
export interface BackupContent {
  readonly shards: readonly { readonly origin: string | undefined; readonly entries: number; readonly heads: number }[];
  readonly keys: number;
}

/**
 * Reads all of a backup, checks it, and says what it holds.
 *
 * @throws BackupRefused naming the file and what is wrong with it, and for a backup that holds no log
 */
export function verifyBackup(folder: string): BackupContent {
  const progress = new Progress(say);
  const checks: StepCheck[] = [];
  let keys = 0;
  for (const part of partsOf(folder)) {
    if (part.part === 'shard') checks.push(new StepCheck(shardOf));
    else if (part.part === 'key') keys += 1;
    else for (const step of part.steps) checked(checks.at(-1), step, part.where);
    progress.at(checks.at(-1)?.size ?? 0);
  }
  requireLog(checks, folder);
  for (const check of checks) report(check);
  const shards = `${checks.length} ${checks.length === 1 ? 'shard' : 'shards'}`;
  say(`${folder} is whole: ${shards}, ${keys === 0 ? 'no keys' : `${keys} keys`}`);
  return {
    shards: checks.map(({ identity, size, heads }) => ({ origin: identity?.origin, entries: size, heads })),
    keys,
  };
}

/** @throws BackupRefused */
function requireLog(checks: readonly StepCheck[], folder: string): void {
  if (checks.every(({ identity }) => identity === undefined)) throw holdsNoLog(folder);
}

function report({ identity, size, heads, isFrozen }: StepCheck): void {
  const end = isFrozen ? ', and its end' : '';
  say(`${identity?.origin ?? 'a shard in which no log has begun'}: ${size} entries under ${heads} signed heads${end}`);
}

/** The parts of a backup. @throws BackupRefused naming the file that is damaged */
export function* partsOf(folder: string): Generator<CopyPart, undefined> {
  try {
    yield* readCopy(folder, say);
  } catch (error) {
    if (error instanceof DamagedSegment) throw damaged(error.message);
    throw error;
  }
  return undefined;
}

function checked(check: StepCheck | undefined, step: Step, where: string): void {
  try {
    check?.take(step);
  } catch (error) {
    throw error instanceof UnfitStep ? damaged(`${where}: ${error.message}`) : error;
  }
}

/** @param what - the place, and what is wrong there */
export const damaged = (what: string): BackupRefused => new BackupRefused(`the backup is damaged: ${what}`);

/** @param backup - names it */
export const holdsNoLog = (backup: string): BackupRefused =>
  new BackupRefused(`${backup} holds no log: it was taken before one had begun, or of a folder that has none`);
