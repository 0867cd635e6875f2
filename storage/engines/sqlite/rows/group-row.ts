import { crc32 } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../../../base/byte-record.ts';
import type { EntryFields } from './batch-row.ts';
import type { BundlePart } from './bundle-row.ts';

/*
 * The data of 4 entries beside their bodies: where in the bundle these are; time, signed entry timestamp, search keys,
 * the hash of an attestation. One row, of which six fill a page of the file.
 */

export const GROUP_ENTRIES = 4;

export interface GroupFields extends Omit<EntryFields, 'body'> {
  readonly part: BundlePart;
}

/** @param group - its number: a row in another's place is damaged too */
export function packGroup(
  group: number,
  { from, length, plain }: BundlePart,
  entries: readonly EntryFields[],
): Uint8Array {
  const writer = new ByteWriter(GROUP_ENTRIES * 192);
  for (const value of [from, length, plain]) writer.uint32(value);
  for (const { integratedTime, signedEntryTimestamp, searchKeys, attestation } of entries) {
    writer.number(integratedTime);
    writer.bytes(signedEntryTimestamp);
    writer.bytes(attestation);
    writer.bytes(searchKeys);
  }
  writer.uint32(checksumOf(group, writer.finish()));
  return writer.finish();
}

/** Undefined if the row is damaged. @param place - 0 to 3 */
export function entryInGroup(group: number, row: Uint8Array, place: number): GroupFields | undefined {
  const reader = readerOf(group, row);
  if (reader === undefined) return undefined;
  const part = readPart(reader);
  for (let before = place; before > 0; before -= 1) readEntry(reader);
  return { part, ...readEntry(reader) };
}

/** All 4. Undefined if the row is damaged. */
export function entriesInGroup(group: number, row: Uint8Array): readonly GroupFields[] | undefined {
  const reader = readerOf(group, row);
  if (reader === undefined) return undefined;
  const part = readPart(reader);
  return Array.from({ length: GROUP_ENTRIES }, () => ({ part, ...readEntry(reader) }));
}

function readerOf(group: number, row: Uint8Array): ByteReader | undefined {
  const end = row.length - CHECKSUM;
  if (end < 0 || new ByteReader(row, end).uint32() !== checksumOf(group, row.subarray(0, end))) return undefined;
  return new ByteReader(row);
}

function readPart(reader: ByteReader): BundlePart {
  return { from: reader.uint32(), length: reader.uint32(), plain: reader.uint32() };
}

/** Bytes of it, at the end of the row. */
const CHECKSUM = 4;

/** CRC-32 that begins at the row's number. A SHA-256 would cost an answer a tenth of its time. */
function checksumOf(group: number, bytes: Uint8Array): number {
  return crc32(bytes, group % 2 ** 32);
}

function readEntry(reader: ByteReader): Omit<GroupFields, 'part'> {
  const integratedTime = reader.number();
  const [signedEntryTimestamp, attestation, searchKeys] = [reader.bytes(), reader.bytes(), reader.bytes()];
  return { integratedTime, signedEntryTimestamp, attestation, searchKeys };
}
