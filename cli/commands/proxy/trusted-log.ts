import { LruMap } from '../../../base/lru-map.ts';
import { equalBytes } from '../../../base/bytes.ts';
import { Unreachable } from '../../../client/http/failures.ts';
import { httpTiles } from '../../../client/http/http-tiles.ts';
import type { LogClient } from '../../../client/http/log-client.ts';
import { RekorV1Client } from '../../../client/http/rekor-v1-client.ts';
import { TileClient } from '../../../client/http/tile-client.ts';
import type { Transport } from '../../../client/http/transport.ts';
import { signerName, type TrustedHead, type TrustedKey } from '../../../client/trusted-keys.ts';
import { VerifiedTree } from '../../../client/verified-tree.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { openLog, type OpenedLog, transportTo } from '../../log/open-log.ts';
import { HeadQueue } from './head-queue.ts';

/** Heads that were checked and need not be again. */
const KEPT_HEADS = 4096;

/** Clients that read answers of a transport, each by its API. */
export interface Clients {
  readonly rekor: LogClient;
  readonly tiles: LogClient;
}

/** A log whose keys are known, and what of it has been seen. */
export class TrustedLog {
  readonly keys: readonly TrustedKey[];
  readonly clients: Clients;
  readonly #transport: Transport;
  readonly #log: OpenedLog;
  readonly #tiles: { readonly transport: Transport; readonly prefix: string };
  /** Roots by origin and size. */
  readonly #seen = new LruMap<string, Uint8Array>(KEPT_HEADS);
  readonly #sizes = new Map<string, number>();
  readonly #queues = new Map<string, HeadQueue>();
  #tree: VerifiedTree | undefined;

  constructor(log: OpenedLog, transport: Transport, tiles: Transport | undefined) {
    [this.#log, this.#transport, this.keys] = [log, transport, log.keys];
    this.#tiles =
      tiles === undefined ? { transport, prefix: log.offer.tilePrefix ?? '/api/v2' } : { transport: tiles, prefix: '' };
    this.clients = this.reading(transport);
  }

  /** Whether its tiles had a head by a trusted key when it was found. */
  get hasTiles(): boolean {
    return this.#log.tiles !== undefined;
  }

  /** Whether it showed no head to this credential: then it will not show either how two heads belong together. */
  get hidesHeads(): boolean {
    const { rekorNote, tileNote } = this.#log.offer;
    return rekorNote === undefined && tileNote === undefined;
  }

  /** Clients that ask by `transport`, with the keys of this log. */
  reading(transport: Transport): Clients {
    const trust = { keys: this.keys, ecdsa };
    return {
      rekor: new RekorV1Client(transport, trust),
      tiles: new TileClient(transport, { ...trust, api: 'rekor-v2', tiles: this.#tiles, findsHashes: false }),
    };
  }

  /** As `reading`, of an answer that came: asks nobody. */
  readingAnswer(answer: Awaited<ReturnType<Transport['ask']>>): Clients {
    const transport: Transport = { base: this.#transport.base, ask: async () => answer };
    return {
      rekor: this.reading(transport).rekor,
      tiles: new TileClient(transport, {
        keys: this.keys,
        ecdsa,
        api: 'rekor-v2',
        tiles: { transport, prefix: '' },
        findsHashes: false,
      }),
    };
  }

  /** Entries of the newest head that was checked, by origin: to tell an answer that goes back behind it. */
  sizes(): ReadonlyMap<string, number> {
    return new Map(this.#sizes);
  }

  /** Takes a head that is signed, if it is of the tree that was seen before. Those of one tree share their writes. @throws CheckFailed */
  async accept(head: TrustedHead): Promise<void> {
    const { origin } = head.checkpoint;
    if (this.#isSeen(head)) return;
    const queue = this.#queues.get(origin) ?? new HeadQueue((one) => this.#accept(one));
    this.#queues.set(origin, queue);
    await queue.accept(head);
  }

  /** @throws CheckFailed if another tree of its size was seen */
  #isSeen({ checkpoint: { origin, size, root } }: TrustedHead): boolean {
    const known = this.#seen.get(`${origin}\n${size}`);
    if (known === undefined || equalBytes(known, root)) return known !== undefined;
    throw new CheckFailed(`the log ${origin} has signed two different trees of ${size} entries: it has forked`);
  }

  async #accept(head: TrustedHead): Promise<void> {
    if (this.#isSeen(head)) return;
    const { origin, size, root } = head.checkpoint;
    const { rekor, tiles } = this.clients;
    await this.#log.place(signerName(origin) === origin ? tiles : rekor, head);
    this.#seen.set(`${origin}\n${size}`, root);
    this.#sizes.set(origin, Math.max(size, this.#sizes.get(origin) ?? 0));
  }

  /** The tree under a head of `size` entries at least, or of all there are. */
  async treeOf(size: number): Promise<VerifiedTree> {
    if (this.#tree !== undefined && this.#tree.head.size >= size) return this.#tree;
    const head = await this.clients.tiles.head();
    await this.accept(head);
    this.#tree = await VerifiedTree.open(httpTiles(this.#tiles.transport, this.#tiles.prefix), head.checkpoint);
    return this.#tree;
  }
}

/** Finds the log once it answers. */
export interface LogFinder {
  /** @throws Unreachable while it is away */
  find(): Promise<TrustedLog>;
}

/** A log that is away is not asked what it is more often than this. */
const LOOK_AGAIN_MS = 500;

/** Opens the log when it is first needed, and asks it once for all that wait. */
export function logFinder(asking: Run, transport: Transport): LogFinder {
  let found: Promise<TrustedLog> | undefined;
  let [failed, failedAt]: [unknown, number] = [undefined, -Infinity];
  const open = async (): Promise<TrustedLog> => {
    const { tiles } = asking.globals;
    const log = await openLog(asking, { transport });
    return new TrustedLog(log, transport, tiles === undefined ? undefined : transportTo(tiles, asking));
  };
  return {
    find: () => {
      if (failed instanceof Unreachable && performance.now() - failedAt < LOOK_AGAIN_MS) return Promise.reject(failed);
      found ??= open().catch((error: unknown) => {
        [failed, failedAt, found] = [error, performance.now(), undefined];
        throw error;
      });
      return found;
    },
  };
}
