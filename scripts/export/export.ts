import { createPublicKey, verify } from 'node:crypto';
import { Failure } from '../../base/failure.ts';
import { equalBytes } from '../../base/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { isFrozen } from '../../checkpoint/freeze-line.ts';
import type { VerifierKey } from '../../checkpoint/key.ts';
import { parseNote } from '../../checkpoint/note.ts';
import { logVerifier, verifyNote } from '../../checkpoint/verify.ts';
import { formatTilePath, type TileResource } from '../../merkle/tile-path.ts';
import { TILE_WIDTH, tileWidth } from '../../merkle/tile.ts';
import type { TreeSize } from '../../merkle/types.ts';
import { ExportRefused } from './failures.ts';
import type { TileSource } from './source.ts';
import { ExportTarget } from './target.ts';
import { VerifiedTree } from './verified-tree.ts';

export interface Exported {
  /** Entries in the checkpoint that was there before; 0 if there was none. */
  readonly from: number;
  readonly size: number;
  /** Files, without the checkpoint. */
  readonly written: number;
  readonly removed: number;
}

/** Files that are written at the same time: each waits for the disk. */
const AT_ONCE = 16;

/**
 * Writes what the log has and the folder has not: first tiles and bundles, then the checkpoint. Nothing is written before
 * the new tree has been found to be the exported one with more entries behind it.
 *
 * @param prune - whether partial tiles go once the whole one is there
 * @throws ExportRefused
 */
export async function exportLog(source: TileSource, folder: string, prune: boolean): Promise<Exported> {
  const target = await ExportTarget.open(folder);
  try {
    const old = await target.checkpoint();
    const before = old === undefined ? undefined : openCheckpoint(old, source.key, `${folder}/checkpoint`);
    const note = await source.checkpoint();
    const head = openCheckpoint(note, source.key, `the checkpoint of ${source.key.name}`);
    if (before) requireLater(before, head);
    const tree = await VerifiedTree.open(source, head);
    if (before) await requireGrown(before, tree);
    const from = before?.size ?? 0;
    const written = await copy(tree, target, from);
    if (note !== old) await target.putCheckpoint(note);
    return { from, size: head.size, written, removed: prune ? await target.prune() : 0 };
  } finally {
    await target.close();
  }
}

/** @throws ExportRefused */
function openCheckpoint(note: string, key: VerifierKey, what: string): Checkpoint {
  try {
    const verifier = logVerifier(key, (spki, text, signature) =>
      verify('sha256', text, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), signature),
    );
    if (verifier === undefined) throw new ExportRefused('its signatures cannot be checked');
    const checkpoint = parseCheckpoint(verifyNote(parseNote(note), [verifier]).text);
    if (checkpoint.origin === key.name) return checkpoint;
    throw new ExportRefused(`it is that of ${checkpoint.origin}`);
  } catch (error) {
    if (error instanceof Failure) throw new ExportRefused(`${what} is not one of ${key.name}: ${error.message}`);
    throw error;
  }
}

/** @throws ExportRefused */
function requireLater(before: Checkpoint, head: Checkpoint): void {
  if (head.size < before.size)
    throw new ExportRefused(
      `the log ${head.origin} has ${head.size} entries, and ${before.size} were exported: what it gives now is older`,
    );
  if (isFrozen(before) && !isFrozen(head))
    throw new ExportRefused(`the log ${head.origin} was frozen when it was exported, and is not now`);
}

/** @throws ExportRefused */
async function requireGrown(before: Checkpoint, tree: VerifiedTree): Promise<void> {
  const { head } = tree;
  if (equalBytes(await tree.rootAt(before.size), before.root)) return;
  throw new ExportRefused(
    `the log ${head.origin} of ${head.size} entries is not the exported one of ${before.size} grown on: this is a fork. Keep both checkpoints`,
  );
}

/** @returns files written */
async function copy(tree: VerifiedTree, target: ExportTarget, from: number): Promise<number> {
  const left = resourcesBetween(from, tree.head.size);
  let written = 0;
  const work = async (): Promise<void> => {
    for (const resource of left)
      if (await target.put(`tile/${formatTilePath(resource)}`, await bytesOf(tree, resource))) written += 1;
  };
  const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return written;
}

async function bytesOf(tree: VerifiedTree, resource: TileResource): Promise<Uint8Array> {
  if (resource.what === 'entries') return tree.bundle(resource.number, resource.width);
  return (await tree.tile(resource.id)).subarray(0, resource.width * HASH);
}

const HASH = 32;

/** What a tree of `to` entries has, and one of `from` had not: bundles and tiles over leaves first. */
function* resourcesBetween(from: number, to: TreeSize): Generator<TileResource, undefined> {
  for (let level = 0; TILE_WIDTH ** level <= to; level += 1) {
    const first = Math.floor(from / TILE_WIDTH ** (level + 1));
    for (let index = first; tileWidth({ level, index }, to) > 0; index += 1) {
      const width = tileWidth({ level, index }, to);
      if (level === 0) yield { what: 'entries', number: index, width };
      yield { what: 'tile', id: { level, index }, width };
    }
  }
  return undefined;
}
