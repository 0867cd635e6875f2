import type Database from 'better-sqlite3';
import { TILE_WIDTH } from '../../../merkle/tile.ts';
import { treeSize } from '../../../merkle/types.ts';
import type { StoredLayout } from '../../engine.ts';
import { BUNDLE_ENTRIES } from './rows/bundle-row.ts';
import { PIECE_ENTRIES, PIECES } from './rows/bundle-table.ts';
import { GROUP_ENTRIES } from './rows/group-row.ts';
import { tilePlace } from './rows/tile-table.ts';
import { readBatch } from './rows/batch-row.ts';

/** Rows that follow each other. */
export interface Extent {
  readonly count: number;
  /** Number of the last; -1 if there is none. */
  readonly last: number;
}

/** Counts the rows of each table at one moment, so that an auditor finds rows that no entry needs. */
export interface Layout {
  /** Of the newest head. */
  readonly size: number;
  /** Where the entries of the last commit end; undefined if its row is damaged. */
  readonly end: number | undefined;
  /** Of bundles, `PIECES` of each. */
  readonly pieces: Extent;
  /** Of 4 entries each. */
  readonly groups: Extent;
  /** Entries before this one are in runs of the index. */
  readonly indexed: number;
  /** Full tiles by level, of all seven. */
  readonly tiles: readonly Extent[];
}

const LEVELS = 7;

export function layoutReader(db: Database.Database): () => Layout {
  const size = db.prepare<[], number | null>('SELECT max(size) FROM head').pluck();
  const extent = (table: string, column: string) =>
    db.prepare<[], Extent>(`SELECT count(*) AS count, coalesce(max(${column}), -1) AS last FROM ${table}`);
  const [pieces, groups] = [extent('bundle_piece', 'place'), extent('bundle_group', 'place')];
  const tiles = db.prepare<[number, number], { readonly count: number; readonly last: number | null }>(
    'SELECT count(*) AS count, max(place) AS last FROM tile WHERE place >= ? AND place < ?',
  );
  const indexed = db.prepare<[], number | null>('SELECT max(last) FROM run').pluck();
  const batch = db.prepare<[], { readonly first: number; readonly packed: Buffer }>(
    'SELECT first, packed FROM batch ORDER BY first DESC LIMIT 1',
  );
  const level = (number: number): Extent => {
    const first = tilePlace({ level: number, index: 0 });
    const found = tiles.get(first, tilePlace({ level: number + 1, index: 0 }));
    return { count: found?.count ?? 0, last: (found?.last ?? first - 1) - first };
  };
  return db.transaction(() => ({
    size: size.get() ?? 0,
    end: endOf(batch.get()),
    pieces: pieces.get() ?? NONE,
    groups: groups.get() ?? NONE,
    indexed: indexed.get() ?? 0,
    tiles: Array.from({ length: LEVELS }, (_, number) => level(number)),
  }));
}

const NONE: Extent = { count: 0, last: -1 };

function endOf(row: { readonly first: number; readonly packed: Buffer } | undefined): number | undefined {
  if (row === undefined) return 0;
  try {
    return row.first + readBatch(row.first, row.packed).count;
  } catch {
    return undefined;
  }
}

/** Says whether there is a row for all that a log of this size has rows for, and none besides. */
export function fitOf(layout: Layout): StoredLayout {
  return { size: treeSize(layout.size), misfit: misfits(layout).next().value };
}

type Misfit = NonNullable<StoredLayout['misfit']>;

function* misfits({ size, end, pieces, groups, tiles }: Layout): Generator<Misfit, undefined> {
  if (end !== undefined && end !== size)
    yield { at: Math.min(size, end), reason: `the entries end at ${end}, and the newest head is of ${size}` };
  const bundles = Math.ceil((pieces.last + 1) / PIECES);
  const bundled = bundles * BUNDLE_ENTRIES;
  yield* misfit('pieces of bundles', pieces, bundles * PIECES, PIECE_ENTRIES);
  if (bundled > size) yield { at: size, reason: `there are ${bundles} bundles, more than ${size} entries fill` };
  yield* misfit('groups beside bundles', groups, bundled / GROUP_ENTRIES, GROUP_ENTRIES);
  for (const [level, extent] of tiles.entries()) {
    const width = TILE_WIDTH ** (level + 1);
    yield* misfit(`full tiles of level ${level}`, extent, Math.floor(size / width), width);
  }
  return undefined;
}

function* misfit(what: string, { count, last }: Extent, wanted: number, width: number): Generator<Misfit> {
  if (count === wanted && last === wanted - 1) return;
  const reason = `there are ${count} ${what}, the last is ${last}, and ${wanted} are needed`;
  yield { at: Math.min(count, wanted) * width, reason };
}
