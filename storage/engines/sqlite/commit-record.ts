import { ByteReader, ByteWriter } from '../../../base/byte-record.ts';
import { readAdmitted, writeAdmitted } from '../../../entries/admitted-record.ts';
import { type RootHash, logIndex, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { Commit, FullTile, SequencedEntry, StoredHead } from '../../contract.ts';

/** A commit on its way to the writer's thread, in one buffer. */
export function packCommit({ from, head, entries, tiles }: Commit): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(1024 * (entries.length + 16 * tiles.length + 1));
  for (const number of [from, head.size, head.at, entries.length, tiles.length]) writer.number(number);
  writer.bytes(head.root);
  writer.bytes(head.signature);
  for (const entry of entries) writeEntry(writer, entry);
  for (const { level, index, tile } of tiles) {
    writer.number(level);
    writer.number(index);
    writer.bytes(tile);
  }
  return writer.finish();
}

export function unpackCommit(bytes: Uint8Array): Commit {
  const reader = new ByteReader(bytes);
  const from = treeSize(reader.number());
  const [size, at] = [treeSize(reader.number()), reader.number()];
  const [count, filled] = [reader.number(), reader.number()];
  const head: StoredHead = { size, at, root: nodeHash(reader.bytes()) as RootHash, signature: reader.bytes() };
  const entries = Array.from({ length: count }, () => readEntry(reader));
  const tiles = Array.from({ length: filled }, (): FullTile => {
    return { level: reader.number(), index: reader.number(), tile: reader.bytes() };
  });
  return { from, head, entries, tiles };
}

function writeEntry(writer: ByteWriter, entry: SequencedEntry): void {
  writer.number(entry.index);
  writer.number(entry.integratedTime);
  writer.bytes(entry.signedEntryTimestamp);
  writeAdmitted(writer, entry);
}

function readEntry(reader: ByteReader): SequencedEntry {
  const index = logIndex(reader.number());
  const integratedTime = reader.number();
  const signedEntryTimestamp = reader.bytes();
  return { index, integratedTime, signedEntryTimestamp, ...readAdmitted(reader) };
}
