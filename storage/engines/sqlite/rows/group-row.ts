import { ByteReader, ByteWriter } from '../../../../base/byte-record.ts';
import type { KeptEntry } from './batch-row.ts';
import { GROUP_ENTRIES } from './bundle-row.ts';

/*
 * What 16 entries have beside their bodies: time, signed entry timestamp, search keys, the hash of an attestation. One row,
 * so that an answer about one entry reads two kilobytes and not thirty.
 */

export type GroupEntry = Omit<KeptEntry, 'body'>;

export function packGroup(entries: readonly GroupEntry[]): Uint8Array {
  const writer = new ByteWriter(GROUP_ENTRIES * 192);
  for (const { integratedTime, signedEntryTimestamp, keys, attestation } of entries) {
    writer.number(integratedTime);
    writer.bytes(signedEntryTimestamp);
    writer.bytes(attestation);
    writer.bytes(keys);
  }
  return writer.finish();
}

/** @param place - 0 to 15 */
export function entryInGroup(row: Uint8Array, place: number): GroupEntry {
  const reader = new ByteReader(row);
  for (let before = place; before > 0; before -= 1) readEntry(reader);
  return readEntry(reader);
}

/** All 16. */
export function entriesInGroup(row: Uint8Array): readonly GroupEntry[] {
  const reader = new ByteReader(row);
  return Array.from({ length: GROUP_ENTRIES }, () => readEntry(reader));
}

function readEntry(reader: ByteReader): GroupEntry {
  const integratedTime = reader.number();
  const [signedEntryTimestamp, attestation, keys] = [reader.bytes(), reader.bytes(), reader.bytes()];
  return { integratedTime, signedEntryTimestamp, attestation, keys };
}
