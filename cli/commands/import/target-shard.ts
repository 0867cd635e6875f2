import { hostname } from 'node:os';
import { equalBytes, toHex } from '../../../base/bytes.ts';
import { BUNDLED_BYTES, keepLongBody, LongBodyFiles } from '../../../host/folder/long-bodies.ts';
import { loadTileCache } from '../../../log/load-tile-cache.ts';
import { withLongBodies } from '../../../log/long-bodies.ts';
import type { TileCache } from '../../../log/tile-cache.ts';
import { emptyRoot, hashLeaf } from '../../../merkle/hash.ts';
import { logIndex, type TreeHead, treeSize } from '../../../merkle/types.ts';
import type { OpenStore } from '../../../storage/engine.ts';
import { engineOf } from '../../../storage/engines/index.ts';
import type { SequencedEntry } from '../../../storage/entries.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import { searchKeysIn } from '../../entry/check-body.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import type { SourceEntry } from './source-tree.ts';

/** The heads between are no one's: the log has not signed them, and they are never shown. */
const NO_SIGNATURES = { rekor: new Uint8Array(), c2sp: undefined };

/** A shard of the folder that entries are imported into. Its last commit may be lost by a power failure, and no more. */
export class TargetShard implements AsyncDisposable {
  readonly #folder: string;
  readonly #store: OpenStore;
  readonly #tileCache: TileCache;
  #head: TreeHead;

  private constructor(folder: string, store: OpenStore, head: TreeHead, tileCache: TileCache) {
    [this.#folder, this.#store, this.#head, this.#tileCache] = [folder, store, head, tileCache];
  }

  /** @throws UsageFault for a folder that holds another log */
  static async open(folder: string, identity: Omit<LogIdentity, 'created'>, now: number): Promise<TargetShard> {
    await using cleanup = new AsyncDisposableStack();
    const owner = `import, process ${process.pid} on ${hostname()}`;
    const store = cleanup.use(await engineOf(folder).open(folder, { owner, isUnsynced: true }));
    const there = await store.identity();
    if (there === undefined) await store.create({ ...identity, created: now });
    else requireSame(folder, there, identity);
    const head = (await store.head()) ?? { size: treeSize(0), root: emptyRoot() };
    const long = withLongBodies(store, new LongBodyFiles(folder));
    const reads = { ...long, tiles: (ids: Parameters<OpenStore['tiles']>[0]) => store.tiles(ids) };
    const tileCache = await loadTileCache(reads, head.size, head);
    cleanup.move();
    return new TargetShard(folder, store, head, tileCache);
  }

  /** The tree of the entries so far. */
  get head(): TreeHead {
    return this.#head;
  }

  /** Entries of the newest head that is shown. */
  async shown(): Promise<number> {
    return (await this.#store.publishedSize()) ?? 0;
  }

  /** Stores checked entries behind those that are there. @param at - seconds since 1970 */
  async append(entries: readonly SourceEntry[], at: number): Promise<void> {
    const after = this.#head;
    const sequenced = entries.map((entry, i) => this.#sequenced(entry, after.size + i));
    const leaves = sequenced.map(({ leafHash }) => leafHash);
    const { head, tiles } = await this.#tileCache.grow(after.size, leaves);
    const stored = { ...head, at, signatures: NO_SIGNATURES, awaitsCosignatures: true };
    await this.#store.commit({ after, entries: sequenced, tiles, head: stored });
    this.#tileCache.markCommitted(tiles);
    this.#head = head;
  }

  /** @throws CheckFailed unless the entries have the root that the log has signed */
  requireRoot({ size, root }: TreeHead, from: string): void {
    if (size === this.#head.size && equalBytes(root, this.#head.root)) return;
    throw new CheckFailed(
      `the ${this.#head.size} entries of ${from} have the root ${toHex(this.#head.root)}, and it has signed ${toHex(root)} for ${size}: ` +
        `it has forked meanwhile, or what was read before is not what it holds now. Nothing new of ${this.#folder} is shown; remove the folder, audit the log, and import it anew`,
    );
  }

  /** Shows the newest head from now on. Durable once it resolves. */
  async show(): Promise<void> {
    await this.#store.cosign([], this.#head.size);
    await this.#store.compact();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  #sequenced({ body, integratedTime, signedEntryTimestamp }: SourceEntry, at: number): SequencedEntry {
    const [index, leafHash] = [logIndex(at), hashLeaf(body)];
    const isLong = body.length > BUNDLED_BYTES;
    if (isLong) keepLongBody(this.#folder, index, leafHash, body);
    const searchKeys = searchKeysIn(body);
    return {
      index,
      integratedTime,
      body: isLong ? new Uint8Array() : body,
      signedEntryTimestamp,
      leafHash,
      searchKeys,
    };
  }
}

/** @throws UsageFault */
function requireSame(
  folder: string,
  there: LogIdentity,
  { origin, treeId, logId, offset }: Omit<LogIdentity, 'created'>,
): void {
  if (there.origin === origin && there.treeId === treeId && there.logId === logId && there.offset === offset) return;
  throw new UsageFault(
    `${folder} holds tree ${there.treeId} of ${there.origin}, and not ${treeId} of ${origin} with the key that is trusted: name another folder`,
  );
}
