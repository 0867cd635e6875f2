import { closeSync, openSync, rmSync, type StatsFs, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { NoRoom } from '../../../failures.ts';
import { isNoRoom } from '../../no-room.ts';
import { isGone, lost } from '../../watched-files.ts';

/** How much of its volumes a log leaves free. */
export interface RoomSettings {
  /** Bytes; undefined for a hundredth of each volume, and at most 64 MiB. */
  readonly minFree: number | undefined;
  /** Other folders that grow with each commit, such as that of the head journal. */
  readonly others: readonly string[];
}

const MAX_STANDARD = 64 * 2 ** 20;
const STANDARD_SHARE = 100;

/** Bytes beyond the floor for which nobody asks how much of the WAL is yet to be moved: it is kept to a quarter of this. */
const AMPLE = 2 ** 30;

/** Bytes of a commit are written twice: to the WAL, and later to the database. */
const COPIES = 2;

/** Bytes of pages that a commit touches beside those it adds. */
const TOUCHED = 2 ** 16;

/**
 * Looks before a commit whether there is room for it, so that it is refused before the disk is full: what is left is for
 * the move of the WAL into the database, the search index, the end of the log, and the next start.
 */
export class Room {
  readonly #folder: string;
  readonly #settings: RoomSettings;
  readonly #unmoved: () => number;
  /** Bytes of the last commit for which there was none. */
  #wanted = 0;

  /** @param unmoved - bytes of the WAL that do not stand in the database yet */
  constructor(folder: string, settings: RoomSettings, unmoved: () => number) {
    this.#folder = folder;
    this.#settings = settings;
    this.#unmoved = unmoved;
  }

  /** @throws NoRoom unless a commit of `bytes` leaves enough free */
  requireFor(bytes: number): void {
    this.#wanted = bytes;
    this.requireAgain();
    this.#wanted = 0;
  }

  /** As `requireFor`, for the last commit that was refused; for an empty one if none was. */
  requireAgain(): void {
    this.#require(this.#folder, COPIES * (this.#wanted + TOUCHED));
    for (const folder of this.#settings.others) this.#require(folder, 0);
  }

  /** There was no room for a commit although it looked so. */
  failed(bytes: number): void {
    this.#wanted = bytes;
  }

  #require(folder: string, bytes: number): void {
    const { bavail, blocks, bsize } = volumeOf(folder);
    if (blocks === 0) return; // a file system that does not say
    const floor = this.#settings.minFree ?? Math.min(MAX_STANDARD, Math.floor((blocks * bsize) / STANDARD_SHARE));
    const left = bavail * bsize - bytes - floor;
    if (left < 0 || (bytes > 0 && left < AMPLE && left < this.#unmoved()))
      throw new NoRoom(`the disk is full: ${bavail * bsize} bytes are free, and ${floor} have to stay so`);
  }
}

/** @throws StoreRefused where the folder is gone */
function volumeOf(folder: string): StatsFs {
  try {
    return statfsSync(folder);
  } catch (error) {
    if (isGone(error)) throw lost(folder);
    throw error;
  }
}

/** Whether a statement failed for want of room, and so has changed nothing: it and its transaction are rolled back. */
export function isWantOfRoom(error: unknown, folder: string): boolean {
  if (!(error instanceof Database.SqliteError)) return false;
  // SQLite has a code for ENOSPC only. A write that a quota refuses fails as one on a broken disk does.
  return error.code === 'SQLITE_FULL' || (error.code === 'SQLITE_IOERR_WRITE' && isQuotaReached(folder));
}

const PROBE_BYTES = 2 ** 16;

function isQuotaReached(folder: string): boolean {
  const probe = join(folder, 'room-probe');
  try {
    const file = openSync(probe, 'w', 0o600);
    try {
      writeSync(file, new Uint8Array(PROBE_BYTES), 0, PROBE_BYTES, 0);
    } finally {
      closeSync(file);
    }
    return false;
  } catch (error) {
    return isNoRoom(error);
  } finally {
    rmSync(probe, { force: true });
  }
}
