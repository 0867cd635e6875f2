import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../base/bytes.ts';
import { type ReadShard, openShards } from '../../host/shards/read-shards.ts';
import type { Settings } from '../../host/settings/table.ts';
import { engineOf } from '../../storage/engines/index.ts';
import { StoreRefused } from '../../storage/failures.ts';

/** A shard as its folder and its head journal show it, read beside a server or without one. */
export interface ShardState {
  readonly origin: string;
  readonly treeId: string;
  readonly size: number;
  /** Hex. */
  readonly rootHash: string | undefined;
  /** Seconds since 1970 of the newest head. */
  readonly at: number | undefined;
  readonly isFrozen: boolean;
  readonly journal: { readonly path: string; readonly size: number | undefined; readonly damage: string | undefined };
}

/** Space on a volume, in bytes. */
export interface DiskState {
  readonly free: number;
  /** Below it the log takes no entries. */
  readonly floor: number;
}

/** Of a volume, unless the operator sets another floor: a hundredth of it, and at most 64 MiB. */
const [FLOOR_SHARE, FLOOR_BYTES] = [0.01, 64 * 1024 * 1024];

/** @throws an error of the system where there is no such folder */
export function diskState(folder: string, { minFree }: Pick<Settings, 'minFree'>): DiskState {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return { free: bavail * bsize, floor: minFree ?? Math.min(blocks * bsize * FLOOR_SHARE, FLOOR_BYTES) };
}

/** Bytes of all files below a folder. Files that go meanwhile count for nothing. */
export function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => {
    return sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/** Says which process holds the log; undefined where none does. */
export function heldBy(data: string): string | undefined {
  try {
    engineOf(data).requireUnlocked(data);
    return undefined;
  } catch (error) {
    if (error instanceof StoreRefused) return error.message.replace(/\): stop that .*$/s, ')');
    throw error;
  }
}

/** Reads all shards by the reading interface of their engine. @throws LogRefused, StoreRefused */
export async function shardStates({ data, heads }: Pick<Settings, 'data' | 'heads'>): Promise<readonly ShardState[]> {
  using shards = await openShards(data, heads);
  const states: ShardState[] = [];
  for (const shard of shards.all) states.push(await stateOf(shard));
  return states;
}

/** The journal is read first: what it names is in the log before. */
async function stateOf({ engine, heads, identity, reading, frozen }: ReadShard): Promise<ShardState> {
  const journal = await engine.journals.viewHeads(heads);
  const kept = { path: journal.path, size: journal.last()?.size, damage: journal.damage() };
  const head = await reading.head();
  return {
    origin: identity.origin,
    treeId: identity.treeId,
    size: head?.size ?? 0,
    rootHash: head && toHex(head.root),
    at: head?.at,
    isFrozen: frozen !== undefined,
    journal: kept,
  };
}
