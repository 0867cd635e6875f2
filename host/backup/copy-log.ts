import { join } from 'node:path';
import { LogCollector } from '../../log/backup/collector.ts';
import { copyNew, type CopyTarget } from '../../log/backup/copy.ts';
import { LogRefused } from '../../log/failures.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import { noLogIn } from '../../storage/failures.ts';
import type { Copied } from '../../storage/records/copied.ts';
import { readIfThere } from '../folder/durable-file.ts';
import { requireOwnLog } from '../shards/own-log.ts';
import { isUnopened, requireAsRecorded, type ShardFolder, shardFolders } from '../shards/shard-folders.ts';

/** Takes a copy of a log: a folder of records, or a stream. */
export interface CopyDestination {
  /** @param number - of the shard, from 1 on; asked for in order */
  shard(number: number): CopyTarget & { readonly extent: { readonly copied: Copied } };
  /** Makes durable, and count, all that was added. */
  save(): void;
}

export interface LogPlace {
  readonly data: string;
  readonly heads: string;
}

/** A shard, and how far its copy came. */
export interface CopiedShard extends ShardFolder {
  readonly identity: LogIdentity;
  /** Entries in the copy before, and now. */
  readonly from: number;
  readonly size: number;
}

interface Shard {
  readonly place: ShardFolder;
  readonly identity: LogIdentity;
  readonly collector: LogCollector;
  readonly target: CopyTarget;
}

/** A log that is being copied, beside the process that writes it: opened to be read only. */
export class LogCopy implements Disposable {
  readonly #destination: CopyDestination;
  readonly #shards: readonly Shard[];
  readonly #parts: DisposableStack;

  private constructor(destination: CopyDestination, shards: readonly Shard[], parts: DisposableStack) {
    [this.#destination, this.#shards, this.#parts] = [destination, shards, parts];
  }

  /** Opens all shards of the log. @throws LogRefused, StoreRefused */
  static async open({ data, heads }: LogPlace, destination: CopyDestination): Promise<LogCopy> {
    requireOwnLog(data);
    using cleanup = new DisposableStack();
    const shards: Shard[] = [];
    for (const place of shardFolders(data, heads)) {
      const reads = isUnopened(place) ? undefined : cleanup.use(place.engine.openHistory(place.folder));
      const identity = await reads?.identity();
      requireAsRecorded(place, identity);
      if (reads === undefined || identity === undefined) continue;
      const target = destination.shard(place.number);
      const document = (): string | undefined => readIfThere(join(place.folder, 'birth.json'));
      const collector = new LogCollector({ reads, document, copied: target.extent.copied });
      shards.push({ place, identity, collector, target });
    }
    if (shards.length === 0) throw new LogRefused(noLogIn(data));
    return new LogCopy(destination, shards, cleanup.move());
  }

  /** Entries in the copy, of all shards. */
  get size(): number {
    return this.#shards.reduce((sum, { collector }) => sum + (collector.copied.head?.size ?? 0), 0);
  }

  /** Adds what is new of every shard. @param pause - called behind each record @throws BackupRefused, DamagedStore */
  async copyNew(pause: () => Promise<void>): Promise<readonly CopiedShard[]> {
    const copied: CopiedShard[] = [];
    let added = false;
    for (const { place, identity, collector, target } of this.#shards) {
      const from = collector.copied.head?.size ?? 0;
      added = (await copyNew(collector, target, pause)) || added;
      copied.push({ ...place, identity, from, size: collector.copied.head?.size ?? 0 });
    }
    if (added) this.#destination.save();
    return copied;
  }

  [Symbol.dispose](): void {
    this.#parts.dispose();
  }
}
