import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { foldersIn, type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

const DISK_BYTES = 2 ** 25;

/** A log, and copies of it. All are gone once disposed of. */
export interface LogCopies extends Disposable {
  /** Holds them all, and is the test's to put other things in. */
  readonly parent: string;
  /** The log, which has been stopped. */
  readonly stopped: LogFolder;
  /** As a snapshot of its volume had it while it ran. */
  readonly snapshot: LogFolder;
}

/** @param fill - puts entries into the log at this address */
export async function copiesOfLog(fill: (base: string) => Promise<void>): Promise<LogCopies> {
  const { parent, [Symbol.dispose]: dispose } = temporaryFolder();
  const [stopped, snapshot] = [foldersIn(join(parent, 'stopped')), foldersIn(join(parent, 'snapshot'))];
  for (const folder of [stopped, snapshot]) mkdirSync(folder.parent);
  await using server = await startServer(stopped, { flags: ['--genesis', 'off'] });
  await fill(server.base);
  copyLog(stopped, snapshot);
  await server.stop();
  return { parent, stopped, snapshot, [Symbol.dispose]: dispose };
}

export function copyLog(from: LogFolder, to: LogFolder): void {
  cpSync(from.data, to.data, { recursive: true });
  cpSync(from.heads, to.heads, { recursive: true });
}

/** A volume that holds a copy of a log and can be read only. @param without - names in the data folder that the copy lacks */
export function readOnlyVolume(log: LogFolder, without: readonly string[] = []): SmallDisk {
  const disk = smallDisk(DISK_BYTES);
  copyLog(log, disk);
  for (const name of without) rmSync(join(disk.data, name), { recursive: true, force: true });
  disk.protect();
  return disk;
}
