import { closeSync, openSync, rmSync, type StatsFs, statfsSync, writeSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { VolumeFigures } from '../../../figures.ts';
import type { RoomSettings } from '../../../engine.ts';
import { NoRoom } from '../../../failures.ts';
import { isNoRoom } from '../../local-files/no-room.ts';
import { isGone, lost } from '../../local-files/watched-files.ts';

const MAX_STANDARD = 64 * 2 ** 20;
const STANDARD_SHARE = 100;

/** Bytes beyond the reserve for which nobody asks how much of the WAL is yet to be moved: it is kept to a quarter of this. */
const AMPLE_BYTES = 2 ** 30;

/** Bytes of a commit are written twice: to the WAL, and later to the database. */
const COPIES = 2;

/** Bytes of pages that a commit touches beside those it adds. */
const TOUCHED_BYTES = 2 ** 16;

/** The write-ahead log, as far as it takes room. */
export interface PendingWal {
  /** Bytes that do not stand in the database yet. */
  unmoved(): number;
  /** Moves what can be moved at once. @throws what SQLite throws for want of room */
  move(): void;
  /** Gives the file's room back where all is moved and nobody reads it. */
  shorten(): void;
}

/**
 * Looks before a commit whether there is room for it, so that it is refused before the disk is full: what is left is for
 * the move of the WAL into the database, the search index, the end of the log, and the next start. What the WAL takes or
 * wants is not missing: before a commit is refused, the WAL is moved, and if that is not enough, cut off.
 */
export class Room {
  readonly #folder: string;
  readonly #settings: RoomSettings;
  readonly #wal: PendingWal;
  /** Bytes of the last commit for which there was none. */
  #wanted = 0;

  constructor(folder: string, settings: RoomSettings, wal: PendingWal) {
    this.#folder = folder;
    this.#settings = settings;
    this.#wal = wal;
  }

  /** @throws NoRoom unless a commit of `bytes` leaves enough free */
  requireFor(bytes: number): void {
    this.#wanted = bytes;
    this.requireAgain();
    this.#wanted = 0;
  }

  /** As `requireFor`, for the last commit that was refused; for an empty one if none was. */
  requireAgain(): void {
    if (this.#lack() === undefined) return;
    this.#makeRoom(() => this.#wal.move());
    if (this.#lack() === undefined) return;
    this.#makeRoom(() => this.#wal.shorten());
    const lack = this.#lack();
    if (lack !== undefined) throw new NoRoom(lack);
  }

  /** There was no room for a commit although it looked so. */
  failed(bytes: number): void {
    this.#wanted = bytes;
  }

  #makeRoom(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!isWantOfRoom(error, this.#folder)) throw error;
    }
  }

  /** Why there is no room; undefined where there is. */
  #lack(): string | undefined {
    const { minFree, others } = this.#settings;
    for (const folder of others) {
      const { free, reserve } = roomOn(folder, minFree);
      if (free < reserve) return fullSentence(free, reserve);
    }
    const { free, reserve } = roomOn(this.#folder, minFree);
    const left = free - reserve - COPIES * (this.#wanted + TOUCHED_BYTES);
    if (left < 0) return fullSentence(free, reserve);
    const unmoved = left < AMPLE_BYTES ? this.#wal.unmoved() : 0;
    if (left >= unmoved) return undefined;
    return `${fullSentence(free, reserve)}, and ${unmoved} more for what is still to be moved from the write-ahead log (stele.db-wal) into the database`;
  }
}

/** The volumes that a log grows on, as far as they tell. `heads` for each folder beside that of the data. */
export async function volumesOf(folder: string, { minFree, others }: RoomSettings): Promise<readonly VolumeFigures[]> {
  const named = [['data', folder], ...others.map((other) => ['heads', other])] as const;
  const rooms = await Promise.all(
    named.map(async ([volume = '', at = '']) => ({ volume, ...roomIn(await statfs(at), minFree) })),
  );
  return rooms.filter(({ free }) => Number.isFinite(free));
}

const fullSentence = (free: number, reserve: number): string =>
  `the disk is full: ${free} bytes are free, and ${reserve} have to stay so`;

/** Bytes that are free on a folder's volume, and those that have to stay so. @throws StoreRefused where the folder is gone */
function roomOn(folder: string, minFree: number | undefined): { readonly free: number; readonly reserve: number } {
  return roomIn(volumeOf(folder), minFree);
}

function roomIn(
  { bavail, blocks, bsize }: StatsFs,
  minFree: number | undefined,
): { readonly free: number; readonly reserve: number } {
  if (blocks === 0) return { free: Number.POSITIVE_INFINITY, reserve: 0 }; // a file system that does not say
  const standard = Math.min(MAX_STANDARD, Math.floor((blocks * bsize) / STANDARD_SHARE));
  return { free: bavail * bsize, reserve: minFree ?? standard };
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
