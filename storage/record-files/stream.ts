import { hash } from 'node:crypto';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { equalBytes } from '../../base/bytes.ts';
import { StoreRefused } from '../failures.ts';
import { type Copied, NOTHING_COPIED } from '../records/copied.ts';
import {
  DamagedRecord,
  EMPTY_LIST,
  LENGTH_BYTES,
  type ListEnd,
  MAX_RECORD_BYTES,
  packRecord,
  readRecord,
} from '../records/record.ts';
import type { Step } from '../records/step.ts';
import { KEY_NAMES, type KeyName } from './layout.ts';
import type { CopyPart } from './reader.ts';

/*
 * A copy of a log as one stream: a title, then parts. A part is the byte of its kind, 4 bytes of length, and so many bytes. The
 * last says that nothing is missing.
 */

const TITLE = Buffer.from('stele-backup-1\n');
const KINDS = { shard: 1, record: 2, key: 3, end: 4 } as const;
const HEADER = 1 + LENGTH_BYTES;
const SUM = 32;

/** Writes a copy to a stream, which is always a whole one. */
export class RecordStream {
  readonly #out: Writable;
  #end: ListEnd = EMPTY_LIST;
  #parts = 0;

  constructor(out: Writable) {
    this.#out = out;
    out.write(TITLE);
  }

  /** Begins a shard. Those before it get no more steps. */
  shard(number: number): RecordStream & { readonly extent: { readonly copied: Copied } } {
    this.#write(KINDS.shard, Buffer.from([number]));
    this.#end = EMPTY_LIST;
    return Object.assign(this, { extent: { copied: NOTHING_COPIED } });
  }

  append(steps: readonly Step[]): void {
    const { bytes, end } = packRecord(this.#end, steps);
    this.#end = end;
    this.#write(KINDS.record, bytes.subarray(LENGTH_BYTES));
  }

  note(): void {
    // A stream is never gone on with.
  }

  keepKey(shard: number, name: KeyName, pem: Uint8Array): void {
    this.#write(KINDS.key, summed(Buffer.concat([Buffer.from([shard, KEY_NAMES.indexOf(name)]), pem])));
  }

  /** Says that the copy is whole. */
  save(): void {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.#parts);
    this.#write(KINDS.end, summed(count));
  }

  /** Resolves once the reader takes more. @throws what the stream failed with */
  async flush(): Promise<void> {
    if (this.#out.errored instanceof Error) throw this.#out.errored;
    if (this.#out.writableNeedDrain) await once(this.#out, 'drain');
  }

  #write(kind: number, bytes: Uint8Array): void {
    const header = Buffer.alloc(HEADER);
    header.writeUInt8(kind);
    header.writeUInt32BE(bytes.length, 1);
    this.#out.write(header);
    this.#out.write(bytes);
    this.#parts += 1;
  }
}

/** Reads what a `RecordStream` wrote. @throws StoreRefused for anything else, and for a stream that ends too early */
export async function* readStream(input: AsyncIterable<Uint8Array>): AsyncGenerator<CopyPart, undefined> {
  const bytes = new StreamBytes(input);
  if (!equalBytes(await bytes.take(TITLE.length), TITLE)) throw new StoreRefused('the stream is no backup of a log');
  let [end, parts] = [EMPTY_LIST, 0];
  for (;;) {
    const header = await bytes.take(HEADER);
    const [kind, length] = [header.readUInt8(), header.readUInt32BE(1)];
    if (length > MAX_RECORD_BYTES) throw damaged(parts, 'its length cannot be');
    const content = await bytes.take(length);
    if (kind === KINDS.end) return requireWhole(content, parts);
    if (kind === KINDS.shard && length === 1) {
      end = EMPTY_LIST;
      yield { part: 'shard', shard: content.readUInt8() };
    } else if (kind === KINDS.record) {
      const read = recordOf(end, content, parts);
      end = read.end;
      yield { part: 'steps', steps: read.steps, where: `part ${parts} of the stream` };
    } else if (kind === KINDS.key) yield keyOf(content, parts);
    else throw damaged(parts, 'its kind is unknown');
    parts += 1;
  }
}

function requireWhole(content: Buffer, parts: number): undefined {
  const count = unsummed(content, parts);
  if (count.length !== 4 || count.readUInt32BE() !== parts)
    throw damaged(parts, `the stream had ${count.readUInt32BE()} parts when it was written`);
  return undefined;
}

function recordOf(end: ListEnd, content: Buffer, parts: number): ReturnType<typeof readRecord> {
  try {
    return readRecord(end, content);
  } catch (error) {
    throw error instanceof DamagedRecord ? damaged(parts, error.message) : error;
  }
}

function keyOf(content: Buffer, parts: number): CopyPart {
  const [shard, number, ...pem] = unsummed(content, parts);
  const name = KEY_NAMES[number ?? -1];
  if (shard === undefined || name === undefined) throw damaged(parts, 'it is a key of an unknown kind');
  return { part: 'key', shard, name, pem: Uint8Array.from(pem) };
}

const summed = (bytes: Buffer): Buffer => Buffer.concat([hash('sha256', bytes, 'buffer'), bytes]);

function unsummed(content: Buffer, parts: number): Buffer {
  const bytes = content.subarray(SUM);
  if (equalBytes(hash('sha256', bytes, 'buffer'), content.subarray(0, SUM))) return bytes;
  throw damaged(parts, 'it is not what its checksum says');
}

const damaged = (part: number, why: string): StoreRefused =>
  new StoreRefused(`the stream is damaged at part ${part}: ${why}`);

/** The bytes of a stream, as many at a time as are asked for. */
class StreamBytes {
  readonly #input: AsyncIterator<Uint8Array, unknown>;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    while (this.#length < length) {
      const next: IteratorResult<Uint8Array, unknown> = await this.#input.next();
      if (next.done === true) throw new StoreRefused('the stream ends before the backup does: it was cut short');
      this.#chunks.push(next.value);
      this.#length += next.value.length;
    }
    const all = this.#chunks.length === 1 ? Buffer.from(this.#chunks[0] as Uint8Array) : Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#length -= length;
    return all.subarray(0, length);
  }
}
