import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../base/byte-record.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Step } from './step.ts';
import { readStep, writeStep } from './step-codec.ts';

/*
 * A record: some steps as one value, which names its place in a list of records and the record before it. Lists of records
 * are what a log is copied as. The hash of the last record fixes the whole list.
 *
 * On the wire and on the disk: 4 bytes of length, then so many bytes. Of these the first 32 are the SHA-256 of the others, which
 * is the record's hash: format, number, hash of the record before, length of the steps, the steps compressed.
 */

/** The end of a list of records: where the next is to be added. */
export interface ListEnd {
  /** Records in the list. */
  readonly records: number;
  /** Hash of the last; 32 zeros where there is none. */
  readonly last: Uint8Array;
}

export const EMPTY_LIST: ListEnd = { records: 0, last: new Uint8Array(32) };

const FORMAT = 1;
/** Bytes of the length before a record. */
export const LENGTH_BYTES = 4;
const HASH_BYTES = 32;
/** Format, number, hash of the one before, length of the steps. */
const HEADER_BYTES = 1 + 8 + HASH_BYTES + 4;

/**
 * Bytes of a record at most, and of its steps: an entry has an attestation of up to 32 MiB, and one commit is one step.
 * A reader refuses a record that says it is longer.
 */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** A record that is not as it was written, or does not follow the one before it. */
export class DamagedRecord extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Returns the hash of a record, which the next one names. @param bytes - without the length before it */
export const hashOfRecord = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, HASH_BYTES);

/** Returns the hash of the record before that one. @param bytes - without the length before it */
export function predecessorOf(bytes: Uint8Array): Uint8Array {
  const at = HASH_BYTES + 1 + 8;
  return bytes.subarray(at, at + HASH_BYTES);
}

/** Returns the record behind `end`, with its length before it, and the end of the list that has it. */
export function packRecord(
  { records, last }: ListEnd,
  steps: readonly Step[],
): { readonly bytes: Uint8Array; readonly end: ListEnd } {
  const plain = packSteps(steps);
  const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const writer = new ByteWriter(LENGTH_BYTES + HASH_BYTES + HEADER_BYTES + packed.length);
  writer.uint32(HASH_BYTES + HEADER_BYTES + packed.length);
  writer.raw(EMPTY_LIST.last);
  writer.uint8(FORMAT);
  writer.number(records);
  writer.raw(last);
  writer.uint32(plain.length);
  writer.raw(packed);
  const bytes = writer.finish();
  const sum = hash('sha256', bytes.subarray(LENGTH_BYTES + HASH_BYTES), 'buffer');
  bytes.set(sum, LENGTH_BYTES);
  return { bytes, end: { records: records + 1, last: sum } };
}

function packSteps(steps: readonly Step[]): Uint8Array {
  const writer = new ByteWriter(64 * 1024);
  writer.uint32(steps.length);
  for (const step of steps) writeStep(writer, step);
  const plain = writer.finish();
  if (plain.length > MAX_RECORD_BYTES)
    throw new Error(`a record of ${plain.length} bytes, and a reader takes ${MAX_RECORD_BYTES}`);
  return plain;
}

/**
 * Reads the record behind `end`.
 *
 * @param bytes - without the length before it
 * @throws DamagedRecord
 */
export function readRecord(
  end: ListEnd,
  bytes: Uint8Array,
): { readonly steps: readonly Step[]; readonly end: ListEnd } {
  const content = bytes.subarray(HASH_BYTES);
  const sum = hash('sha256', content, 'buffer');
  if (content.length < HEADER_BYTES || !equalBytes(sum, bytes.subarray(0, HASH_BYTES)))
    throw new DamagedRecord(`record ${end.records} is not what its checksum says`);
  const reader = new ByteReader(content);
  const [format, number, before, length] = [reader.uint8(), reader.number(), reader.raw(HASH_BYTES), reader.uint32()];
  if (format !== FORMAT)
    throw new DamagedRecord(`record ${end.records} has format ${format}, and this version knows ${FORMAT}`);
  if (number !== end.records || !equalBytes(before, end.last))
    throw new DamagedRecord(
      `record ${number} stands in the place of ${end.records}, or does not follow the one before it`,
    );
  const steps = unpackSteps(number, content.subarray(HEADER_BYTES), length);
  return { steps, end: { records: number + 1, last: sum } };
}

function unpackSteps(number: number, packed: Uint8Array, length: number): readonly Step[] {
  if (length > MAX_RECORD_BYTES) throw new DamagedRecord(`record ${number} says that it holds ${length} bytes`);
  try {
    const reader = new ByteReader(zstdDecompressSync(packed, { maxOutputLength: Math.max(1, length) }));
    return Array.from({ length: reader.uint32() }, () => readStep(reader));
  } catch (error) {
    throw new DamagedRecord(
      `record ${number} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
