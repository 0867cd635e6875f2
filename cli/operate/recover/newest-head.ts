import { readFileSync } from 'node:fs';
import { createPublicKey, verify } from 'node:crypto';
import { equalBytes, utf8 } from '../../../base/bytes.ts';
import { Failure } from '../../../base/failure.ts';
import { type Checkpoint, parseCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { parseNote, type SignedNote } from '../../../checkpoint/note.ts';
import { LogRefused } from '../../../log/failures.ts';
import { loadTileCache } from '../../../log/load-tile-cache.ts';
import { foldRoot } from '../../../merkle/fold.ts';
import { coveringNodes } from '../../../merkle/plan.ts';
import { treeSize } from '../../../merkle/types.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import { shardOf } from '../../../host/shards/read-shards.ts';
import type { FoundShard } from './shard.ts';

/**
 * Compares a log with the newest head that anyone was shown: a checkpoint of Rekor v1 or of C2SP, as clients save them.
 *
 * @param file - the checkpoint
 * @returns its size
 * @throws LogRefused for one that the log did not sign, and for a log that is behind it or another tree
 */
export async function requireNotBehind(file: string, shards: readonly FoundShard[]): Promise<number> {
  const { note, checkpoint } = readCheckpoint(file);
  const shard = shards.at(-1);
  if (shard === undefined || !isOf(shard.identity, checkpoint))
    throw new LogRefused(
      `${file} is a checkpoint of ${checkpoint.origin}, and the newest shard here is ${shard?.identity.origin}: name one of that`,
    );
  if (!isSigned(note, checkpoint, shard.identity))
    throw new LogRefused(
      `${file} bears no signature of the log ${shard.identity.origin}: anyone could have written it`,
    );
  await requireHas(shard, checkpoint, file);
  return checkpoint.size;
}

function readCheckpoint(file: string): { readonly note: SignedNote; readonly checkpoint: Checkpoint } {
  try {
    const note = parseNote(readFileSync(file));
    return { note, checkpoint: parseCheckpoint(note.text) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new LogRefused(`${file} is no checkpoint: ${error.message}`);
  }
}

const rekorOrigin = ({ origin, treeId }: LogIdentity): string => `${origin} - ${treeId}`;

const isOf = (identity: LogIdentity, { origin }: Checkpoint): boolean =>
  origin === identity.origin || origin === rekorOrigin(identity);

function isSigned({ text, signatures }: SignedNote, { origin }: Checkpoint, identity: LogIdentity): boolean {
  const { publicKey, c2spPublicKey } = shardOf(identity);
  const isRekor = origin === rekorOrigin(identity);
  const key = createPublicKey(isRekor ? publicKey : c2spPublicKey);
  const verifies = (signature: Uint8Array): boolean =>
    verify(isRekor ? 'sha256' : undefined, utf8(text), key, signature);
  return signatures.some(({ name, signature }) => name === identity.origin && verifies(signature));
}

/** @throws LogRefused */
async function requireHas({ reads, identity, head }: FoundShard, shown: Checkpoint, file: string): Promise<void> {
  const size = head?.size ?? treeSize(0);
  if (size < shown.size)
    throw new LogRefused(
      `the log ${identity.origin} has ${size} entries, and ${file} shows that it has signed a head of ${shown.size}: it must not sign under its keys again. Look for a newer backup, or keep this one as an archive and begin the next log under a name of its own`,
    );
  const tileCache = await loadTileCache(reads, size, head);
  const root = foldRoot(await tileCache.read(coveringNodes({ from: 0, to: shown.size })));
  if (!equalBytes(root, shown.root))
    throw new LogRefused(
      `at ${shown.size} entries the log ${identity.origin} is another tree than the one in ${file}: it must not sign again. Look for the right backup`,
    );
}
