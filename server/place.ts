import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogRefused } from '../log/failures.ts';

/*
 * A folder that was copied or restored holds the inode of another. The record is in the folder itself, so a copy of
 * the folder gives itself away.
 */

interface Place {
  readonly device: number;
  readonly inode: number;
  readonly machine: string;
}

/** Writes down where the folder is now. */
export function recordPlace(folder: string): void {
  writeFileSync(placeFile(folder), `${JSON.stringify(placeOf(folder))}\n`);
}

/** @throws LogRefused unless the folder is where it was when it was recorded */
export function checkPlace(folder: string): void {
  const recorded = readRecord(folder);
  const actual = placeOf(folder);
  const moved = (['device', 'inode', 'machine'] as const).filter((part) => recorded?.[part] !== actual[part]);
  if (moved.length === 0) return;
  throw new LogRefused(
    `${folder} is not where this log was written (${moved.join(', ')} differ): a copy that signs beside its original is a fork. ` +
      'If the original is gone and no later head was ever shown to anyone, run: npm run recover. If the volume is one that moves between machines, set volume to moves',
  );
}

function placeOf(folder: string): Place {
  const { dev, ino } = statSync(folder);
  return { device: dev, inode: ino, machine: machineId() };
}

function readRecord(folder: string): Partial<Place> | undefined {
  try {
    return JSON.parse(readFileSync(placeFile(folder), 'utf8')) as Partial<Place>;
  } catch {
    return undefined;
  }
}

/** Empty where the system has none, as in most containers. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

const placeFile = (folder: string): string => join(folder, 'place.json');
