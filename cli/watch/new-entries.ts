import { readEntries } from '../../client/audit/scan-entries.ts';
import { httpTiles } from '../../client/http/http-tiles.ts';
import type { LogClient } from '../../client/http/log-client.ts';
import { MAX_RETRIEVED } from '../../client/http/retrieve.ts';
import type { Transport } from '../../client/http/transport.ts';
import type { TrustedHead } from '../../client/trusted-keys.ts';
import { VerifiedTree } from '../../client/verified-tree.ts';
import { bodiesIn } from '../../merkle/entry-bundle.ts';
import { TILE_WIDTH, tileWidth } from '../../merkle/tile.ts';
import { ecdsa } from '../log/ecdsa.ts';
import type { OpenedLog } from '../log/open-log.ts';

/** An entry that has been checked, with its index as the log's API counts. */
export interface NewEntry {
  readonly logIndex: number;
  readonly body: Uint8Array;
}

/** Entries of a log in their order: from tiles where there are some, or by Rekor v1. */
export interface EntryFeed {
  /** Of the log whose entries they are. */
  readonly origin: string;
  /** Returns how many there are now, of a tree that begins with what was seen before. @throws CheckFailed */
  size(): Promise<number>;
  /** Returns some entries from `next` on, at least one. Needs an index below the size. */
  read(next: number): Promise<readonly NewEntry[]>;
}

/** @param tiles - where the tiles are */
export async function openFeed(
  log: OpenedLog,
  transport: Transport,
  tiles: { transport: Transport; prefix: string },
): Promise<EntryFeed> {
  if (log.tiles === undefined) return openRekorFeed(log, transport);
  const client = log.tiles;
  let head = await client.head();
  let tree: VerifiedTree | undefined;
  return {
    origin: head.checkpoint.origin,
    size: async () => {
      head = await newest(log, client, head);
      tree = await VerifiedTree.open(httpTiles(tiles.transport, tiles.prefix), head.checkpoint);
      return head.checkpoint.size;
    },
    read: async (next) => {
      const number = Math.floor(next / TILE_WIDTH);
      const { size } = head.checkpoint;
      const bundle = await tree?.bundle(number, tileWidth({ level: 0, index: number }, size));
      const bodies = bodiesIn(bundle ?? new Uint8Array()) ?? [];
      return bodies.slice(next % TILE_WIDTH).map((body, i) => ({ logIndex: next + i, body }));
    },
  };
}

/** A head that is smaller than the last one is a server's that is behind: it is left for later. @throws CheckFailed */
async function newest(log: OpenedLog, client: LogClient, last: TrustedHead): Promise<TrustedHead> {
  const head = await client.head();
  if (head.checkpoint.size < last.checkpoint.size) return last;
  await log.follow(client, head);
  return head;
}

/** Shards that have ended are part of it: virtual indexes count through all of them. */
async function openRekorFeed({ client, keys, ...log }: OpenedLog, transport: Transport): Promise<EntryFeed> {
  const ended = await client.endedShards();
  let growing = await client.head();
  const shards = (): readonly { readonly head: TrustedHead; readonly offset: number }[] => {
    let offset = 0;
    return [...ended, growing].map((head) => {
      const shard = { head, offset };
      offset += head.checkpoint.size;
      return shard;
    });
  };
  return {
    origin: growing.checkpoint.origin,
    size: async () => {
      growing = await newest({ client, keys, ...log }, client, growing);
      return shards().reduce((sum, { head }) => sum + head.checkpoint.size, 0);
    },
    read: async (next) => {
      const shard = shards().findLast(({ offset }) => offset <= next);
      if (shard === undefined) throw new Error('the first shard begins at 0');
      const { head, offset } = shard;
      const { origin, size } = head.checkpoint;
      const range = { from: next - offset, to: Math.min(size, next - offset + MAX_RETRIEVED) };
      const entries = await readEntries({ transport, keys, ecdsa, origin, offset }, range);
      return entries.map(({ virtualIndex, body }) => ({ logIndex: virtualIndex, body }));
    },
  };
}
