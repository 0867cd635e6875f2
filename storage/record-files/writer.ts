import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { StorageEngine } from '../engine.ts';
import { StoreRefused } from '../failures.ts';
import { makePrivateFolder, syncFolder } from '../folders.ts';
import { keyCopy, KEYS, type KeyName, manifestFile, SEGMENT_BYTES } from './layout.ts';
import { type KeptKey, type Manifest, readManifest, writeManifest } from './manifest.ts';
import { ShardWriter } from './shard-writer.ts';

export interface WriterOptions {
  /** One line that tells another process who writes to the folder. */
  readonly owner: string;
  /** Keeps other processes out of the folder. */
  readonly engine: Pick<StorageEngine, 'lock' | 'files'>;
  /** For tests: bytes after which a segment gets no more records. */
  readonly segmentBytes?: number | undefined;
}

/** A folder of records that this process adds to, and no other. */
export class RecordFolder implements Disposable {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #shards = new Map<number, ShardWriter>();
  readonly #parts: DisposableStack;
  #manifest: Manifest;

  /** @throws StoreRefused for a folder that another process writes to, that holds anything else, or is damaged */
  constructor(folder: string, { owner, engine, segmentBytes = SEGMENT_BYTES }: WriterOptions) {
    using cleanup = new DisposableStack();
    [this.#folder, this.#segmentBytes] = [folder, segmentBytes];
    cleanup.use(engine.lock(folder, owner));
    this.#manifest = readManifest(folder) ?? begin(folder, engine.files.local);
    this.#parts = cleanup.move();
  }

  /** The records of one shard. @param number - from 1 on */
  shard(number: number): ShardWriter {
    const known = this.#shards.get(number);
    if (known !== undefined) return known;
    const extent = this.#manifest.shards.find((one) => one.number === number);
    const shard = this.#parts.use(new ShardWriter(this.#folder, number, extent, this.#segmentBytes));
    this.#shards.set(number, shard);
    return shard;
  }

  /** Keeps a copy of a key. Durable once it returns; counts from the next `save` on. */
  keepKey(shard: number, name: KeyName, pem: Uint8Array): void {
    const kept: KeptKey = { shard, name, sum: hash('sha256', pem, 'hex') };
    const others = this.#manifest.keys.filter((one) => one.shard !== shard || one.name !== name);
    if (this.#manifest.keys.some((one) => one.shard === shard && one.name === name && one.sum === kept.sum)) return;
    if (others.length < this.#manifest.keys.length)
      throw new StoreRefused(
        `${keyCopy(this.#folder, shard, name)} is the copy of another key than the log has: put the log's own key back, or move the copy away`,
      );
    makePrivateFolder(join(this.#folder, KEYS));
    writePrivately(keyCopy(this.#folder, shard, name), pem);
    this.#manifest = { ...this.#manifest, keys: [...others, kept] };
  }

  /** All that was added is durable, and named by the manifest, once it returns. */
  save(): void {
    for (const shard of this.#shards.values()) shard.sync();
    const written = [...this.#shards.values()].map(({ extent }) => extent);
    const others = this.#manifest.shards.filter(({ number }) => !this.#shards.has(number));
    const shards = [...others, ...written].sort((a, b) => a.number - b.number);
    const manifest = { ...this.#manifest, shards };
    writeManifest(this.#folder, manifest);
    this.#manifest = manifest;
  }

  [Symbol.dispose](): void {
    this.#parts.dispose();
  }
}

/** @param locks - names of files of the lock @throws StoreRefused for a folder that holds anything else */
function begin(folder: string, locks: readonly string[]): Manifest {
  const own = [...locks, basename(`${manifestFile(folder)}.new`)];
  const others = readdirSync(folder).filter((name) => !own.includes(name));
  if (others.length > 0)
    throw new StoreRefused(
      `${folder} holds ${others.slice(0, 3).join(', ')}${others.length > 3 ? ' and more' : ''}, and no backup: name an empty folder or a new one`,
    );
  const manifest: Manifest = { shards: [], keys: [] };
  writeManifest(folder, manifest);
  return manifest;
}

function writePrivately(file: string, bytes: Uint8Array): void {
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeFileSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
  syncFolder(join(file, '..'));
}
