import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { Extent, Layout } from '../../storage/engines/sqlite/layout.ts';
import { BUNDLE_ENTRIES } from '../../storage/engines/sqlite/rows/bundle-row.ts';
import { PIECE_ENTRIES, PIECES } from '../../storage/engines/sqlite/rows/bundle-table.ts';
import { GROUP_ENTRIES } from '../../storage/engines/sqlite/rows/group-row.ts';
import { Damaged } from './wire.ts';

/** Whether there is a row for all that a log of this size has rows for, and none besides. @throws Damaged */
export function auditRows({ size, end, pieces, groups, tiles }: Layout): void {
  if (end !== undefined && end !== size)
    throw new Damaged(Math.min(size, end), `the entries end at ${end}, and the newest head is of ${size}`);
  const bundles = Math.ceil((pieces.last + 1) / PIECES);
  const bundled = bundles * BUNDLE_ENTRIES;
  requireRow('pieces of bundles', pieces, bundles * PIECES, PIECE_ENTRIES);
  if (bundled > size) throw new Damaged(size, `there are ${bundles} bundles, more than ${size} entries fill`);
  requireRow('groups beside bundles', groups, bundled / GROUP_ENTRIES, GROUP_ENTRIES);
  for (const [level, extent] of tiles.entries()) {
    const width = TILE_WIDTH ** (level + 1);
    requireRow(`full tiles of level ${level}`, extent, Math.floor(size / width), width);
  }
}

function requireRow(what: string, { count, last }: Extent, wanted: number, width: number): void {
  if (count === wanted && last === wanted - 1) return;
  throw new Damaged(
    Math.min(count, wanted) * width,
    `there are ${count} ${what}, the last is ${last}, and ${wanted} are needed`,
  );
}
