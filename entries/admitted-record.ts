import { type ByteReader, type ByteWriter } from '../base/byte-record.ts';
import type { LeafHash } from '../merkle/types.ts';
import type { AdmittedEntry, SearchKey } from './kind.ts';

/*
 * An admitted entry on its way between threads. Thousands of them a second are tens of thousands of small parts, and
 * cloning those one by one costs more than writing them here and reading them there.
 */

const SOURCES = ['leaf', 'payload'] as const satisfies readonly SearchKey['source'][];

export function writeAdmitted(writer: ByteWriter, { body, leafHash, searchKeys, attestation }: AdmittedEntry): void {
  writer.bytes(body);
  writer.bytes(leafHash);
  writer.number(searchKeys.length);
  for (const { source, text } of searchKeys) {
    writer.number(SOURCES.indexOf(source));
    writer.text(text);
  }
  writer.number(attestation === undefined ? 0 : 1);
  if (attestation !== undefined) writer.bytes(attestation);
}

/** Bytes are views of what `reader` reads. */
export function readAdmitted(reader: ByteReader): AdmittedEntry {
  const body = reader.bytes();
  const leafHash = reader.bytes() as LeafHash;
  const searchKeys = Array.from({ length: reader.number() }, () => readKey(reader));
  const entry = { body, leafHash, searchKeys };
  return reader.number() === 0 ? entry : { ...entry, attestation: reader.bytes() };
}

function readKey(reader: ByteReader): SearchKey {
  const source = SOURCES[reader.number()];
  if (source === undefined) throw new Error('an admitted entry was not read as it was written');
  return { source, text: reader.text() };
}
