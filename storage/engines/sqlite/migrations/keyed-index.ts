import type Database from 'better-sqlite3';
import { equalBytes } from '../../../../base/bytes.ts';
import { STELE } from '../../../../base/stele-command.ts';
import { readSlot, type Tile, TILE_WIDTH, tileOf, tileRoot } from '../../../../merkle/tile.ts';
import type { NodeHash } from '../../../../merkle/types.ts';
import { StoreRefused } from '../../../failures.ts';
import { makeSecret } from '../search-index/secret.ts';
import { quickSum } from '../rows/checksum.ts';
import { entryInGroup, GROUP_ENTRIES } from '../rows/group-row.ts';
import { columnsOf, rowSum, STATE_TABLES, type StateTable, type Value } from '../rows/state-row.ts';
import { tilePlace } from '../rows/tile-table.ts';

/*
 * Up to format 5 the index was made with a hash that anybody can compute, and neither it nor the tiles had checksums. The
 * index is dropped: the next start makes it again, with a secret of the log, from the stored keys and tiles. Tiles get
 * their checksums once each has been found to be what its own hashes say, and what the tile above has of it.
 */

const TABLES = `
  DROP TABLE run;
  DROP TABLE run_part;
  DROP TABLE run_filter;
  DROP TABLE run_doomed;
  CREATE TABLE run (
    id       INTEGER PRIMARY KEY,
    level    INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    records  INTEGER NOT NULL,
    fence    BLOB    NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE run_part (
    place   INTEGER PRIMARY KEY,
    records BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE run_filter (
    place INTEGER PRIMARY KEY,
    bits  BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE run_doomed (
    id INTEGER PRIMARY KEY
  ) STRICT;
  CREATE TABLE run_doubted (
    id INTEGER PRIMARY KEY
  ) STRICT;
  CREATE TABLE index_secret (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    secret   BLOB    NOT NULL CHECK (length(secret) = 16),
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE tile_sum (
    place    INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL
  ) STRICT;
`;

const LEVELS = 7;
/** Rows that are read at a time. */
const STEP = 1024;

/** @throws StoreRefused if a tile is damaged */
export function keyedIndex(db: Database.Database): void {
  db.exec(TABLES);
  makeSecret(db);
  sumState(db);
  requireGroups(db);
  let roots: readonly NodeHash[] = [];
  for (let level = 0; level < LEVELS; level += 1) roots = sumTiles(db, level, roots);
}

/** Sums the rows that proofs and signatures are held against at every start, and by everyone. */
function sumState(db: Database.Database): void {
  db.function('row_sum', { varargs: true, deterministic: true }, (table, ...values) =>
    rowSum(table as StateTable, values as readonly Value[]),
  );
  for (const table of STATE_TABLES) {
    db.exec(`ALTER TABLE ${table} ADD COLUMN checksum INTEGER`);
    db.exec(`UPDATE ${table} SET checksum = row_sum('${table}', ${columnsOf(table)})`);
  }
}

/** The lists of search keys that the index will be made of. @throws StoreRefused if one is damaged: then the folder stays as it was */
function requireGroups(db: Database.Database): void {
  const groups = db.prepare<[number, number], { readonly place: number; readonly packed: Buffer }>(
    'SELECT place, packed FROM bundle_group WHERE place >= ? ORDER BY place LIMIT ?',
  );
  let next = 0;
  for (let rows = groups.all(next, STEP); rows.length > 0; rows = groups.all(next, STEP)) {
    for (const { place, packed } of rows) {
      if (place !== next || entryInGroup(place, packed, 0) === undefined)
        throw refusal(`what is kept of the entries from ${next * GROUP_ENTRIES} on is damaged`);
      next += 1;
    }
  }
}

function refusal(what: string): StoreRefused {
  return new StoreRefused(
    `stele.db is damaged: ${what}. Restore a whole copy of the data folder, or see what is there with the version that wrote it: ${STELE} audit --data FOLDER`,
  );
}

/** @param below - the hashes above the tiles of the level below, whose places are these tiles' first hashes @returns those above the tiles of this one */
function sumTiles(db: Database.Database, level: number, below: readonly NodeHash[]): readonly NodeHash[] {
  const tiles = db.prepare<[number, number], { readonly place: number; readonly nodes: Buffer }>(
    'SELECT place, nodes FROM tile WHERE place >= ? AND place < ? ORDER BY place LIMIT 1',
  );
  const add = db.prepare('INSERT INTO tile_sum VALUES (?, ?)');
  const [first, end] = [tilePlace({ level, index: 0 }), tilePlace({ level: level + 1, index: 0 })];
  const roots: NodeHash[] = [];
  for (let found = tiles.get(first, end); found; found = tiles.get(found.place + 1, end)) {
    const { place, nodes } = found;
    const index = place - first;
    const hashes = level === 0 ? undefined : below.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
    if (index !== roots.length || !isTile(nodes, hashes))
      throw refusal(`tile ${level}/${index} is not what was written, or one before it is missing`);
    roots.push(new Uint8Array(tileRoot(nodes)) as NodeHash);
    add.run(place, quickSum(place, nodes));
  }
  return roots;
}

/** @param hashes - those that it must have; undefined if nothing says which */
function isTile(nodes: Tile, hashes: readonly NodeHash[] | undefined): boolean {
  if (nodes.length !== TILE_BYTES) return false;
  const own = Array.from({ length: TILE_WIDTH }, (_, slot) => readSlot(nodes, slot));
  return equalBytes(tileOf(hashes ?? own), nodes);
}

/** 256 hashes, and all those between them and the root. */
const TILE_BYTES = 32 * (2 * TILE_WIDTH - 2);
