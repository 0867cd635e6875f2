import { equalBytes, toHex } from '../../base/bytes.ts';
import { foldRoot } from '../../merkle/fold.ts';
import { coveringNodes } from '../../merkle/plan.ts';
import { hashesIn, readSlot, slotOf, type Tile, TILE_WIDTH, tileOf } from '../../merkle/tile.ts';
import { type NodeHash, type RootHash, type TreeHead } from '../../merkle/types.ts';
import type { TileReads } from '../../storage/tiles.ts';
import { together, type Tally, NO_RECORDS } from '../../storage/search-index/tally.ts';
import type { WorkerPool } from './worker-pool.ts';
import { checkTile } from '../../log/audit/tiles.ts';
import { Damaged, type EntriesReport } from '../../log/audit/reports.ts';

/** Entries in a unit: those below one tile of level 1, about half a second. */
const UNIT = TILE_WIDTH ** 2;

export interface TreeReport {
  readonly root: RootHash;
  readonly bytes: number;
  readonly keys: number;
  readonly attestations: number;
  /** Full tiles of all levels. */
  readonly tiles: number;
  /** Of the records that each of the runs must have of the entries up to its end. */
  readonly tallies: readonly Tally[];
}

/**
 * Makes the tree again from the stored bodies: every leaf, every node of every stored tile, and the root.
 *
 * @param runs - where the runs of the index end
 * @throws Damaged
 */
export async function auditTree(
  store: TileReads,
  pool: WorkerPool,
  head: TreeHead,
  runs: readonly number[],
): Promise<TreeReport> {
  const units = Array.from({ length: Math.ceil(head.size / UNIT) }, (_, i) => {
    return { what: 'entries' as const, from: i * UNIT, to: Math.min(head.size, (i + 1) * UNIT), runs };
  });
  const reports = await pool.all<'entries'>(units);
  requireOrder(reports, units);
  const roots = reports.flatMap((report) => hashesIn(report.roots));
  const { tiles, edges } = await auditUpper(store, roots, hashesIn(reports.at(-1)?.leaves ?? new Uint8Array()));
  const root = rootOf(head.size, edges);
  if (!equalBytes(root, head.root))
    throw new Damaged(
      head.size,
      `the ${head.size} entries have the root ${toHex(root)}, and ${toHex(head.root)} was signed`,
    );
  const sum = (of: (report: EntriesReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    root,
    bytes: sum(({ bytes }) => bytes),
    keys: sum(({ keys }) => keys),
    attestations: sum(({ attestations }) => attestations),
    tiles: roots.length + tiles,
    tallies: runs.map((_, run) => tallyOf(reports, run)),
  };
}

/** Time does not go back from one unit to the next. @throws Damaged */
function requireOrder(reports: readonly EntriesReport[], units: readonly { readonly from: number }[]): void {
  for (const [i, { times }] of reports.entries()) {
    const before = reports[i - 1]?.times[1] ?? 0;
    const at = units[i]?.from ?? 0;
    if (times[0] < before)
      throw new Damaged(at, `entry ${at} says it was logged at ${times[0]}, before the one in front of it`);
  }
}

/** Tiles above the first level, and what of each level fills no tile. @throws Damaged */
async function auditUpper(
  store: TileReads,
  roots: readonly NodeHash[],
  leaves: readonly NodeHash[],
): Promise<{ readonly tiles: number; readonly edges: readonly Tile[] }> {
  const edges = [tileOf(leaves)];
  let [row, tiles] = [roots, 0];
  for (let level = 1; row.length > 0; level += 1) {
    const full = Math.floor(row.length / TILE_WIDTH);
    const above: NodeHash[] = [];
    for (let index = 0; index < full; index += 1)
      above.push(await checkTile(store, { level, index }, row.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)));
    edges.push(tileOf(row.slice(full * TILE_WIDTH)));
    [row, tiles] = [above, tiles + full];
  }
  return { tiles, edges };
}

function rootOf(size: number, edges: readonly Tile[]): RootHash {
  return foldRoot(
    coveringNodes({ from: 0, to: size }).map((node) => {
      const { tile, slot } = slotOf(node);
      return readSlot(edges[tile.level] as Tile, slot);
    }),
  );
}

function tallyOf(reports: readonly EntriesReport[], run: number): Tally {
  return reports.reduce(
    (sum, { firstRun, tallies }) => together(sum, tallies[run - firstRun] ?? NO_RECORDS),
    NO_RECORDS,
  );
}
