import { join } from 'node:path';
import { parseHex, toHex } from '../../base/bytes.ts';
import type { ListEnd } from '../../storage/records/record.ts';
import { readIfThere, writeDurably } from './durable-file.ts';

/*
 * How far the copy of a shared log in a data folder has come. It is written behind the copy, so it may be too small and is never too
 * large: what stands behind it is taken again and passed over. That it is there also says that the folder holds a copy, which
 * must not be started as a log of its own.
 */

export interface Position extends ListEnd {
  /** Names the list. */
  readonly list: string;
  readonly treeId: string;
  /** Entries that the list has up to there. */
  readonly size: number;
}

export const POSITION_FILE = 'shared.json';

/** Undefined where there is none, and for one that cannot be read: then the copy is compared with the whole list. */
export function readPosition(folder: string): Position | undefined {
  try {
    const { list, treeId, size, records, last } = JSON.parse(readIfThere(join(folder, POSITION_FILE)) ?? '') as Record<
      string,
      unknown
    >;
    const hash = parseHex(String(last), 32);
    const isWhole = Number.isSafeInteger(records) && Number.isSafeInteger(size) && hash !== undefined;
    return isWhole
      ? { list: String(list), treeId: String(treeId), size: Number(size), records: Number(records), last: hash }
      : undefined;
  } catch {
    return undefined;
  }
}

export function writePosition(folder: string, { last, ...position }: Position): void {
  writeDurably(join(folder, POSITION_FILE), `${JSON.stringify({ ...position, last: toHex(last) })}\n`);
}
