import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { StoreRefused } from '../failures.ts';
import { makePrivateFolder, syncFolder } from '../folders.ts';
import { type Copied, copiedAfter, NOTHING_COPIED } from '../records/copied.ts';
import { EMPTY_LIST, packRecord } from '../records/record.ts';
import type { Step } from '../records/step.ts';
import { segmentFile, shardFolder } from './layout.ts';
import type { ShardExtent } from './manifest.ts';
import { DamagedSegment, readRecords, type RecordPlace } from './segments.ts';

/** Adds records to the segments of one shard. What a call throws leaves the rest to the next process that opens them. */
export class ShardWriter implements Disposable {
  readonly #folder: string;
  readonly #number: number;
  readonly #segmentBytes: number;
  #place: RecordPlace;
  #copied: Copied;
  #handle: number | undefined;
  #isSynced = true;

  /** @param extent - what the manifest names; undefined for a shard that it does not know */
  constructor(folder: string, number: number, extent: ShardExtent | undefined, segmentBytes: number) {
    [this.#folder, this.#number, this.#segmentBytes] = [folder, number, segmentBytes];
    const named = extent ?? { segment: 0, bytes: 0, end: EMPTY_LIST, copied: NOTHING_COPIED };
    this.#place = named;
    this.#copied = named.copied;
    this.#requireNamed();
    this.#recover();
  }

  get extent(): ShardExtent {
    const { segment, bytes, end } = this.#place;
    return { number: this.#number, segment, bytes, end, copied: this.#copied };
  }

  /** Adds one record. @param copied - the state behind it */
  append(steps: readonly Step[], copied: Copied): void {
    if (this.#place.segment === 0 || this.#place.bytes >= this.#segmentBytes) this.#nextSegment();
    const { bytes, end } = packRecord(this.#place.end, steps);
    this.#write(bytes);
    this.#place = { segment: this.#place.segment, bytes: this.#place.bytes + bytes.length, end };
    this.#copied = copied;
  }

  /** Takes a state that differs in nothing that steps tell. */
  note(copied: Copied): void {
    this.#copied = copied;
  }

  /** All that was added is durable once it returns. */
  sync(): void {
    if (this.#handle !== undefined && !this.#isSynced) fsyncSync(this.#handle);
    this.#isSynced = true;
  }

  [Symbol.dispose](): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #file(segment = this.#place.segment): string {
    return segmentFile(this.#folder, this.#number, segment);
  }

  /** @throws StoreRefused where the last segment is shorter than the manifest says */
  #requireNamed(): void {
    const { segment, bytes } = this.#place;
    if (segment === 0) return;
    const size = statSync(this.#file(), { throwIfNoEntry: false })?.size ?? -1;
    if (size >= bytes) return;
    throw new StoreRefused(
      `${this.#file()} is ${size < 0 ? 'missing' : `cut short: ${size} bytes of ${bytes}`}. Keep the folder as it is, and begin another backup in a folder of its own`,
    );
  }

  /**
   * Takes whole records behind the manifest for its own, and cuts off what is no whole one. They are written once more: after a
   * failed fsync the page cache may hold what the disk does not.
   */
  #recover(): void {
    for (const { record, ...place } of this.#behind()) {
      if (place.segment !== this.#place.segment) this.#open(place.segment);
      this.#handle ??= openSync(this.#file(place.segment), 'r+');
      this.#overwrite(record, place.bytes - record.length);
      this.#copied = { ...place.steps.reduce(copiedAfter, this.#copied), changing: '' };
      this.#place = { segment: place.segment, bytes: place.bytes, end: place.end };
    }
    this.#cutOff();
  }

  *#behind(): ReturnType<typeof readRecords> {
    try {
      yield* readRecords(this.#folder, this.#number, this.#place);
    } catch (error) {
      if (!(error instanceof DamagedSegment)) throw error; // a write that was cut short
    }
    return undefined;
  }

  #cutOff(): void {
    if (this.#place.segment > 0) {
      this.#handle ??= openSync(this.#file(), 'r+');
      ftruncateSync(this.#handle, this.#place.bytes);
    }
    for (let segment = this.#place.segment + 1; existsSync(this.#file(segment)); segment += 1)
      rmSync(this.#file(segment));
  }

  #nextSegment(): void {
    this.sync();
    const folder = shardFolder(this.#folder, this.#number);
    makePrivateFolder(folder);
    const segment = this.#place.segment + 1;
    this[Symbol.dispose]();
    this.#handle = openSync(this.#file(segment), 'wx', 0o600);
    syncFolder(folder);
    this.#place = { segment, bytes: 0, end: this.#place.end };
  }

  #open(segment: number): void {
    this.sync();
    this[Symbol.dispose]();
    this.#handle = openSync(this.#file(segment), 'r+');
  }

  #write(bytes: Uint8Array): void {
    try {
      this.#overwrite(bytes, this.#place.bytes);
    } catch (error) {
      if (this.#handle !== undefined) ftruncateSync(this.#handle, this.#place.bytes); // it holds room that others need
      throw error;
    }
  }

  #overwrite(bytes: Uint8Array, position: number): void {
    if (this.#handle === undefined) throw new Error('no segment is open');
    this.#isSynced = false;
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#handle, bytes, done, bytes.length - done, position + done);
  }
}
