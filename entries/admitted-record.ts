import { type ByteReader, type ByteWriter } from '../base/byte-record.ts';
import type { LeafHash } from '../merkle/types.ts';
import type { AdmittedEntry } from './kind.ts';

/*
 * An admitted entry on its way between threads. Thousands of them a second are tens of thousands of small parts, and
 * cloning those one by one costs more than writing them here and reading them there.
 */

export function writeAdmitted(writer: ByteWriter, entry: AdmittedEntry): void {
  const { kind, version, body, leafHash, searchKeys, attestation } = entry;
  writer.text(kind);
  writer.text(version);
  writer.bytes(body);
  writer.bytes(leafHash);
  writer.bytes(searchKeys.packed);
  writer.uint8(attestation === undefined ? 0 : 1);
  if (attestation !== undefined) writer.bytes(attestation);
}

/** Bytes are views of what `reader` reads. */
export function readAdmitted(reader: ByteReader): AdmittedEntry {
  const [kind, version] = [reader.text(), reader.text()];
  const body = reader.bytes();
  const leafHash = reader.bytes() as LeafHash;
  const searchKeys = { packed: reader.bytes() };
  const entry = { kind, version, body, leafHash, searchKeys };
  return reader.uint8() === 0 ? entry : { ...entry, attestation: reader.bytes() };
}
