import { VerifiedTree } from '../../../client/verified-tree.ts';
import { readMembers } from '../../../entries/facts/entry-members.ts';
import { holdsKey } from '../../../entries/facts/holds-key.ts';
import { type ReadShard, shardOf } from '../../../host/shards/read-shards.ts';
import { bodiesIn } from '../../../merkle/entry-bundle.ts';
import { TILE_WIDTH } from '../../../merkle/tile.ts';
import { requireCheckpoint } from '../export/export.ts';
import { folderSource } from '../export/folder-source.ts';

/** An entry that the log made itself. */
export interface OwnEntry {
  /** In the whole log. */
  readonly index: number;
  /** SHA-256 of what it is about, hex. */
  readonly digest: string;
}

/**
 * Yields the entries of a shard that are signed with its own key, but for its first, which is about the log itself. All of its entries
 * are read, each bundle proved to be in the tree of the newest signed head.
 *
 * @throws ExportRefused for a head or a tile that does not hold
 */
export async function* ownEntries(shard: ReadShard): AsyncGenerator<OwnEntry, undefined> {
  if (((await shard.reading.publishedSize()) ?? 0) === 0) return undefined;
  const { offset, publicKey } = shardOf(shard.identity);
  const source = folderSource(shard);
  const note = await source.checkpoint();
  const head = requireCheckpoint(note, source.key, `the checkpoint of ${source.key.name}`);
  const tree = await VerifiedTree.open(source, head);
  const signs = holdsKey(publicKey);
  for (let number = 0; number * TILE_WIDTH < head.size; number += 1) {
    const bundle = Buffer.from(await tree.bundle(number, Math.min(TILE_WIDTH, head.size - number * TILE_WIDTH)));
    if (!signs(bundle)) continue;
    for (const [i, body] of (bodiesIn(bundle) ?? []).entries()) {
      const at = number * TILE_WIDTH + i;
      const digest = at > 0 && signs(body) ? readMembers(body).hashes[0] : undefined;
      if (digest !== undefined) yield { index: offset + at, digest: digest.replace('sha256:', '') };
    }
  }
  return undefined;
}
