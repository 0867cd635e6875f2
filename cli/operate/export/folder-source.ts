import { concatBytes } from '../../../base/bytes.ts';
import { gunzip } from '../../../storage/gunzip.ts';
import { ShardSigner } from '../../../log/signers/shard-signer.ts';
import { loadTileCache } from '../../../log/load-tile-cache.ts';
import type { TileCache } from '../../../log/tile-cache.ts';
import { type TreeSize, treeSize } from '../../../merkle/types.ts';
import type { StoredHead } from '../../../storage/heads.ts';
import { type ReadShard, shardOf } from '../../../host/shards/read-shards.ts';
import { ExportRefused } from './failures.ts';
import type { TileSource } from '../../../client/tile-source.ts';

const HASH = 32;

/** A shard in its data folder, beside the server or without it. */
export function folderSource(shard: ReadShard): TileSource {
  const { reading, identity } = shard;
  const own = shardOf(identity);
  let tileCache: Promise<TileCache> | undefined;
  const tileCacheOf = (size: TreeSize): Promise<TileCache> => loadTileCache(reading, size, undefined);
  return {
    key: own.c2spKey,
    checkpoint: async () => {
      const head = await publishedHead(shard);
      tileCache = tileCacheOf(head.size);
      const freeze = await reading.frozen();
      const cosignatures = freeze ? [] : await reading.cosignatures(head.size);
      const { checkpoint: note } = new ShardSigner(own, undefined).show(head, cosignatures, freeze);
      if (note === undefined) throw new ExportRefused(`${identity.origin} has no signed checkpoint yet: start it once`);
      return note;
    },
    tile: async (id, width) => {
      if (tileCache === undefined) throw new Error('the checkpoint comes first');
      return (await (await tileCache).tile(id)).subarray(0, width * HASH);
    },
    bundle: async (number, width) => {
      const { encoding, pieces } = await reading.bundle(number, width);
      const bytes = concatBytes(...pieces());
      return encoding === 'gzip' ? gunzip(bytes) : bytes;
    },
  };
}

/** The newest that the log has shown: cosigned if it has to be, and in the journal. @throws ExportRefused */
async function publishedHead({ reading, identity, heads, engine }: ReadShard): Promise<StoredHead> {
  const journal = await engine.journals.readHeads(heads);
  if (journal?.damage !== undefined) throw new ExportRefused(`${journal.damage}: put the head journal back as it was`);
  if (journal?.owner?.treeId !== identity.treeId)
    throw new ExportRefused(`the head journal of ${identity.origin} is not in ${heads}: set heads to its folder`);
  const journalled = journal.records.at(-1)?.size ?? 0;
  const published = (await reading.publishedSize()) ?? 0;
  const head = await reading.headAt(treeSize(Math.min(journalled, published)));
  if (head === undefined) throw new ExportRefused(`${identity.origin} has no entries yet`);
  return head;
}
