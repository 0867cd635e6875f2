import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable-file.ts';
import { fileSystemOf } from './file-system.ts';

/*
 * A folder that was copied or restored is another folder: it has another inode, and was made at another time. The record
 * is in the folder itself, so a copy of the folder gives itself away. The number of the device is no such mark: btrfs,
 * NFS and machines with several disks give new ones when they start. A snapshot of btrfs and an image of a whole disk
 * have all marks of the original: what gives them away is that the original is still at its path.
 */

export interface FolderIdentity {
  /** Not compared: a folder may be renamed. */
  readonly path?: string | undefined;
  /** Compared only where neither `born` nor `fileSystem` can be. */
  readonly device: number;
  readonly inode: number;
  /** When the folder was made: nanoseconds since the Unix epoch. Undefined where the file system does not tell. */
  readonly born?: string | undefined;
  /** As `fileSystemOf` names it. */
  readonly fileSystem?: string | undefined;
  /** The machine id; empty where the system has none, as in most containers. */
  readonly machine: string;
}

/** Writes down where the folder is now. Durable once it returns. */
export function recordPlace(folder: string): void {
  writeDurably(placeFile(folder), `${JSON.stringify(folderIdentityOf(folder))}\n`);
}

/** Says what has changed since the folder was recorded, one text each; nothing while it is where it was. */
export function changesOfPlace(folder: string): readonly string[] {
  return changesSince(readPlace(folder), folder);
}

/**
 * Whether nothing that has changed tells a copy from a volume that moved: a volume keeps the inode of the folder and the time
 * it was made wherever it is attached. False where there is no record that could tell.
 */
export function mayHaveMoved(folder: string): boolean {
  const recorded = readPlace(folder);
  if (recorded === undefined) return false;
  const actual = folderIdentityOf(folder);
  const isSameCreation = recorded.born === undefined || actual.born === undefined || recorded.born === actual.born;
  return recorded.inode === actual.inode && isSameCreation && !hasTwin(recorded, actual);
}

export function hasPlaceRecord(folder: string): boolean {
  return existsSync(placeFile(folder));
}

function changesSince(recorded: Partial<FolderIdentity> | undefined, folder: string): readonly string[] {
  if (recorded === undefined) return ['its place.json, which tells where it was, is missing or cannot be read'];
  const actual = folderIdentityOf(folder);
  const changes = folderChanges(recorded, actual);
  if (changes.length > 0 || !hasTwin(recorded, actual)) return changes;
  return [`the folder that was recorded is still at ${recorded.path}, on another device`];
}

/** Whether another folder with the same marks stands where this one was recorded. */
function hasTwin({ path }: Partial<FolderIdentity>, actual: FolderIdentity): boolean {
  if (path === undefined || path === actual.path) return false;
  try {
    const other = folderIdentityOf(path);
    return other.device !== actual.device && other.inode === actual.inode && other.born === actual.born;
  } catch {
    return false;
  }
}

/** Records anew what may change in a folder that stays the same, and marks that records of earlier versions lack. */
export function refreshPlace(folder: string): void {
  const recorded = readPlace(folder);
  const actual = folderIdentityOf(folder);
  const isStale = (['path', 'device', 'born', 'fileSystem'] as const).some(
    (mark) => actual[mark] !== undefined && actual[mark] !== recorded?.[mark],
  );
  if (isStale) recordPlace(folder);
}

/**
 * Says what is not as it was recorded, one text each. A mark that is missing on either side is not compared.
 *
 * @param volume - `moves`: between machines, so the machine and the number of the device tell nothing
 */
export function folderChanges(
  recorded: Partial<FolderIdentity>,
  actual: FolderIdentity,
  volume: 'fixed' | 'moves' = 'fixed',
): readonly string[] {
  const changes: string[] = [];
  const compare = (name: string, was: unknown, is: string | number, show = shown): void => {
    if (was !== is) changes.push(`${name} was ${show(was)} and is ${show(is)}`);
  };
  let marks = 0;
  for (const [mark, name, show] of MARKS) {
    const is = actual[mark];
    if (recorded[mark] === undefined || is === undefined) continue;
    compare(name, recorded[mark], is, show);
    marks += 1;
  }
  if (marks === 0 && volume === 'fixed') compare('the device number', recorded.device, actual.device);
  compare('its inode', recorded.inode, actual.inode);
  if (volume === 'fixed') compare('the machine id', recorded.machine, actual.machine);
  return changes;
}

function shown(value: unknown): string {
  if (value === '' || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shownTime(nanoseconds: unknown): string {
  const time = new Date(Number(nanoseconds) / 1e6);
  return Number.isNaN(time.getTime()) ? shown(nanoseconds) : time.toISOString();
}

const MARKS = [
  ['fileSystem', 'its file system', shown],
  ['born', 'the time it was made', shownTime],
] as const;

export function folderIdentityOf(folder: string): FolderIdentity {
  const { dev, ino, birthtimeNs, ctimeNs } = statSync(folder, { bigint: true });
  // Where the system does not tell, 0 or the time of the last change stands here.
  const born = birthtimeNs > 0n && birthtimeNs !== ctimeNs ? String(birthtimeNs) : undefined;
  return {
    path: realpathSync(folder),
    device: Number(dev),
    inode: Number(ino),
    ...(born !== undefined && { born }),
    fileSystem: fileSystemOf(folder),
    machine: machineId(),
  };
}

function readPlace(folder: string): Partial<FolderIdentity> | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(placeFile(folder), 'utf8'));
    return typeof record === 'object' && record !== null ? record : undefined;
  } catch {
    return undefined;
  }
}

function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

const placeFile = (folder: string): string => join(folder, 'place.json');
