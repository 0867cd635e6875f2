import { createPublicKey, verify } from 'node:crypto';
import type { Checkpoint } from '../../../checkpoint/checkpoint.ts';
import { isFrozen } from '../../../checkpoint/freeze-line.ts';
import type { VerifierKey } from '../../../checkpoint/key.ts';
import { type EcdsaCheck, logVerifier } from '../../../checkpoint/verify.ts';
import { openCheckpoint } from '../../../client/checkpoint.ts';
import { type Copied, copyTree } from './copy.ts';
import { ExportRefused } from './failures.ts';
import type { TileSource } from '../../../client/tile-source.ts';
import { ExportTarget } from './target.ts';
import { VerifiedTree } from '../../../client/verified-tree.ts';

export interface Exported {
  /** Entries in the checkpoint that was there before; 0 if there was none. */
  readonly from: number;
  readonly size: number;
  /** Files, without the checkpoint. */
  readonly copied: Copied;
  readonly removed: number;
}

export interface ExportOptions {
  /** Whether partial tiles go once the whole one is there. */
  readonly prune: boolean;
  /** Whether every file that is there is compared with the log, and not only looked for. */
  readonly verify: boolean;
}

/**
 * Writes what the log has and the folder has not, also what has gone from it: first tiles and bundles, then the checkpoint.
 * Nothing is written before the new tree has been found to be the exported one with more entries behind it.
 *
 * @throws ExportRefused
 */
export async function exportLog(source: TileSource, folder: string, options: ExportOptions): Promise<Exported> {
  const target = await ExportTarget.open(folder);
  try {
    const old = await target.checkpoint();
    const before = old === undefined ? undefined : requireCheckpoint(old, source.key, `${folder}/checkpoint`);
    const note = await source.checkpoint();
    const head = requireCheckpoint(note, source.key, `the checkpoint of ${source.key.name}`);
    if (before) requireLater(before, head);
    const tree = await VerifiedTree.open(source, head);
    if (before) await requireGrown(before, tree);
    const from = before?.size ?? 0;
    const copied = await copyTree(tree, target, { from, verify: options.verify });
    if (note !== old) await target.putCheckpoint(note);
    else await target.sync();
    return { from, size: head.size, copied, removed: options.prune ? await target.prune() : 0 };
  } finally {
    await target.close();
  }
}

const ecdsa: EcdsaCheck = (spki, text, signature) =>
  verify('sha256', text, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), signature);

/** Returns a checkpoint once its signature was checked. @param what - says where the note is from @throws ExportRefused */
export function requireCheckpoint(note: string, key: VerifierKey, what: string): Checkpoint {
  const verifier = logVerifier(key, ecdsa);
  const opened = verifier && openCheckpoint(note, verifier);
  if (opened?.holds === true) return opened.checkpoint;
  throw new ExportRefused(`${what} is not one of ${key.name}: ${opened?.reason ?? 'its signatures cannot be checked'}`);
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
  if ((await tree.extends(before)).holds) return;
  throw new ExportRefused(
    `the log ${head.origin} of ${head.size} entries is not the exported one of ${before.size} grown on: this is a fork. Keep both checkpoints`,
  );
}
