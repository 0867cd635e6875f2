import { ByteReader, ByteWriter } from '../../../../base/byte-record.ts';
import type { SequencedEntry } from '../../../entries.ts';
import { DamagedStore } from '../../../failures.ts';
import { verifyChecksum } from './checksum.ts';

/*
 * The entries that one commit appended, in one row: the number of entries, where each begins, and the entries. A commit
 * writes one row to the end of one table, whatever it has to say.
 */

/** Fields of an entry in the rows of SQLite. Bytes are views of the row. */
export interface EntryFields {
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly body: Uint8Array;
  readonly signedEntryTimestamp: Uint8Array;
  /** The form that `unpackSearchKeys` reads. */
  readonly searchKeys: Uint8Array;
  /** SHA-256 of the attestation; empty if there is none. */
  readonly attestation: Uint8Array;
}

const NONE = new Uint8Array();
/** Bytes before the offsets: the number of entries. */
const HEAD = 4;

/** @param attestations - the SHA-256 of each entry's attestation; empty for those that have none */
export function packBatch(
  entries: readonly SequencedEntry[],
  attestations: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(HEAD + entries.reduce((sum, { body }) => sum + body.length + 512, 0));
  writer.uint32(entries.length);
  for (let i = 0; i < entries.length; i += 1) writer.uint32(0);
  for (const [i, { integratedTime, body, signedEntryTimestamp, searchKeys }] of entries.entries()) {
    writer.setUint32(HEAD + 4 * i, writer.length);
    writer.bytes(NONE); // where fingerprints stood up to format 5
    writer.number(integratedTime);
    writer.bytes(signedEntryTimestamp);
    writer.bytes(searchKeys.packed);
    writer.bytes(attestations[i] ?? NONE);
    writer.bytes(body);
  }
  return writer.finish();
}

/** @throws Error if the row is damaged, or stands in another's place */
export function readBatch(first: number, row: Uint8Array): Batch {
  const bytes = verifyChecksum(first, row);
  if (bytes === undefined) throw new DamagedStore(`the row of the entries from ${first} on is damaged`);
  return new Batch(first, bytes);
}

/** A row that has been read. */
export class Batch {
  /** Index of its first entry. */
  readonly first: number;
  readonly count: number;
  /** Bytes of the row. */
  readonly weight: number;
  readonly #bytes: Uint8Array;
  readonly #head: DataView;

  constructor(first: number, bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.first = first;
    this.count = this.#head.getUint32(0);
    this.weight = bytes.length;
  }

  /** Index behind its last entry. */
  get end(): number {
    return this.first + this.count;
  }

  has(index: number): boolean {
    return index >= this.first && index < this.end;
  }

  /** Needs an index that it has. */
  entry(index: number): EntryFields {
    const reader = this.#readerAt(index);
    reader.passOver();
    const integratedTime = reader.number();
    const [signedEntryTimestamp, searchKeys, attestation, body] = [
      reader.bytes(),
      reader.bytes(),
      reader.bytes(),
      reader.bytes(),
    ];
    return { integratedTime, body, signedEntryTimestamp, searchKeys, attestation };
  }

  /** Of the entry no more than its body. */
  body(index: number): Uint8Array {
    const reader = this.#readerAt(index);
    reader.passOver();
    reader.number();
    for (let part = 0; part < 3; part += 1) reader.passOver();
    return reader.bytes();
  }

  /** Bodies from `from` up to `to`. Needs indexes that it has. */
  bodies(from: number, to: number): readonly Uint8Array[] {
    return Array.from({ length: to - from }, (_, i) => this.body(from + i));
  }

  #readerAt(index: number): ByteReader {
    return new ByteReader(this.#bytes, this.#head.getUint32(HEAD + 4 * (index - this.first)));
  }
}
