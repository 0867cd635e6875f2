import { hash } from 'node:crypto';
import { utf8 } from '../../../base/bytes.ts';
import { packSearchKeys } from '../../../entries/search-key-list.ts';
import type { SearchKey } from '../../../entries/search-key-list.ts';
import { emptyRoot, hashLeaf } from '../../../merkle/hash.ts';
import { emptyTile, TILE_WIDTH, tileOf } from '../../../merkle/tile.ts';
import { type LogIndex, type RootHash, logIndex, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { SearchIndex } from '../../../storage/search.ts';
import type { SequencedEntry, StoredEntry } from '../../../storage/entries.ts';
import type { Commit, StoredHead } from '../../../storage/heads.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import type { FullTile } from '../../../storage/tiles.ts';

/*
 * Commits as an engine sees them: it looks neither into bodies nor into hashes, so these need not be a tree.
 */

export const IDENTITY: LogIdentity = {
  treeId: '9223372036854775807',
  origin: 'log.test',
  logId: 'ab'.repeat(32),
  c2spKeyId: 'cd'.repeat(32),
  publicKeys: { rekor: 'a PEM', c2sp: 'another PEM' },
  offset: 2 ** 53 - 1,
  created: 1_700_000_000,
};

export interface EntryParts {
  readonly keys?: readonly SearchKey[];
  readonly attestation?: Uint8Array;
  readonly body?: Uint8Array;
}

export function entryAt(index: number, { keys, attestation, body = utf8(`body ${index}`) }: EntryParts = {}) {
  const entry: SequencedEntry = {
    index: logIndex(index),
    integratedTime: 1_700_000_000 + index,
    body,
    leafHash: hashLeaf(body),
    signedEntryTimestamp: utf8(`timestamp ${index}`),
    searchKeys: packSearchKeys(keys ?? [{ source: 'leaf', text: `entry:${index}` }]),
    ...(attestation && { attestation }),
  };
  return entry;
}

/** Two keys each, one of them shared by many; bodies of any length; here and there something attested. */
export function variedEntryAt(index: number): SequencedEntry {
  return entryAt(index, {
    body: utf8(`${index}:${'x'.repeat((index * 37) % 900)}`),
    keys: [
      { source: 'leaf', text: hashKeyOf(index) },
      { source: 'payload', text: index % 3 === 0 ? 'every third' : `Only ${index}` },
    ],
    ...(index % 50 === 7 && { attestation: utf8(`attested ${index % 100}`) }),
  });
}

/** The key that no other varied entry has. */
export const hashKeyOf = (index: number): string => `sha256:${index.toString(16).padStart(64, '0')}`;

export function headOf(size: number): StoredHead {
  const root = nodeHash(hash('sha256', `root ${size}`, 'buffer')) as RootHash;
  const signatures = { rekor: utf8(`signature ${size}`), c2sp: utf8(`tile signature ${size}`) };
  return { size: treeSize(size), root, at: 1_700_000_000 + size, signatures, awaitsCosignatures: false };
}

/** A tile that says which it is. */
export function tileAt(level: number, index: number): FullTile {
  const tile = emptyTile();
  tile.set(utf8(`tile ${level}/${index}`));
  return { level, index, tile };
}

export function commitOf(from: number, entries: readonly SequencedEntry[], tiles: readonly FullTile[] = []): Commit {
  return {
    after: from === 0 ? { size: treeSize(0), root: emptyRoot() } : headOf(from),
    entries,
    tiles,
    head: headOf(from + entries.length),
  };
}

/** The full tiles of level 0 that entries `from` up to `to` complete. @param entry - gives each entry of the log */
export function leafTiles(from: number, to: number, entry: (index: number) => SequencedEntry = entryAt): FullTile[] {
  const tiles: FullTile[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); (index + 1) * TILE_WIDTH <= to; index += 1) {
    const leaves = Array.from({ length: TILE_WIDTH }, (_, i) => entry(index * TILE_WIDTH + i).leafHash);
    tiles.push({ level: 0, index, tile: tileOf(leaves) });
  }
  return tiles;
}

/** Entries `from` up to `to`, each with the keys that `keys` gives it. */
export function growth(from: number, to: number, keys?: (index: number) => readonly SearchKey[]): Commit {
  const indexes = Array.from({ length: to - from }, (_, i) => from + i);
  return commitOf(
    from,
    indexes.map((index) => entryAt(index, keys && { keys: keys(index) })),
    leafTiles(from, to),
  );
}

/** As an entry comes back: plain arrays of bytes, whatever class of them the engine uses. */
export function storedOf({ index, integratedTime, body, signedEntryTimestamp, attestation }: StoredEntry) {
  const bytes = (value: Uint8Array): Uint8Array => new Uint8Array(value);
  const stored = { index, integratedTime, body: bytes(body), signedEntryTimestamp: bytes(signedEntryTimestamp) };
  return attestation === undefined ? stored : { ...stored, attestation: bytes(attestation) };
}

export const plainHead = ({ size, root, at, signatures: { rekor, c2sp }, awaitsCosignatures }: StoredHead) => {
  const signatures = { rekor: new Uint8Array(rekor), c2sp: c2sp && new Uint8Array(c2sp) };
  return { size, root: new Uint8Array(root), at, signatures, awaitsCosignatures };
};

/** Entries with any of the keys from `from` on, at most `limit`: all pieces of the search. */
export async function indexesOf(
  store: Pick<SearchIndex, 'search'>,
  keys: readonly string[],
  from: number,
  limit: number,
): Promise<readonly LogIndex[]> {
  const found: LogIndex[] = [];
  for (let next: number | undefined = from; next !== undefined && found.length < limit;) {
    const limits = { from: logIndex(next), to: treeSize(2 ** 34), most: limit - found.length, effort: 100 };
    const piece = await store.search([keys], limits);
    found.push(...piece.found);
    next = piece.next;
  }
  return found;
}

export const sizesOf = (heads: readonly StoredHead[]): readonly number[] => heads.map(({ size }) => size);
