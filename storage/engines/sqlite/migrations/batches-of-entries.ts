import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { packSearchKeys } from '../../../../entries/search-key-list.ts';
import type { SearchKey } from '../../../../entries/search-key-list.ts';
import { hashLeaf } from '../../../../merkle/hash.ts';
import { logIndex } from '../../../../merkle/types.ts';
import type { SequencedEntry } from '../../../entries.ts';
import { packBatch } from '../rows/batch-row.ts';
import { withChecksum } from '../rows/checksum.ts';

/*
 * Formats 1 and 2 had a row for every entry, one for its search keys, and two b-trees as their index. They become rows of
 * 256 entries; the index is made again from those at the next start.
 */

const ENTRIES = 256;

export function batchesOfEntries(db: Database.Database): void {
  const rows = db.prepare<[number, number], EntryRow>(
    'SELECT idx, integrated_time, body, set_v1, attestation, packed FROM entry JOIN entry_keys USING (idx) WHERE idx >= ? AND idx < ? ORDER BY idx',
  );
  const add = db.prepare('INSERT INTO batch VALUES (?, ?)');
  const count = db.prepare<[], number>('SELECT coalesce(max(idx) + 1, 0) FROM entry').pluck().get() ?? 0;
  for (let first = 0; first < count; first += ENTRIES) {
    const found = rows.all(first, first + ENTRIES);
    if (found.length !== Math.min(ENTRIES, count - first)) throw new Error(`entries are missing after ${first}`);
    const attestations = found.map(({ attestation }) => attestation ?? new Uint8Array());
    add.run(first, withChecksum(first, packBatch(found.map(toEntry), attestations)));
  }
  db.exec('DROP TABLE entry; DROP TABLE entry_keys; DROP TABLE leaf; DROP TABLE lookup');
}

interface EntryRow {
  readonly idx: number;
  readonly integrated_time: number;
  readonly body: Buffer;
  readonly set_v1: Buffer;
  readonly attestation: Buffer | null;
  readonly packed: Buffer;
}

function toEntry({ idx, integrated_time, body, set_v1, packed }: EntryRow): SequencedEntry {
  return {
    index: logIndex(idx),
    integratedTime: integrated_time,
    body,
    leafHash: hashLeaf(body),
    signedEntryTimestamp: set_v1,
    searchKeys: packSearchKeys(unpackOldKeys(idx, packed)),
  };
}

const SOURCES = ['leaf', 'payload'] as const satisfies readonly SearchKey['source'][];
const CHECKSUM = 8;

/** A byte for the source, two for the length of the text and the text, for each key; then the list's checksum. */
function unpackOldKeys(index: number, bytes: Buffer): readonly SearchKey[] {
  const packed = bytes.subarray(0, bytes.length - CHECKSUM);
  const place = Buffer.allocUnsafe(8);
  place.writeBigUInt64BE(BigInt(index));
  const checksum = hash('sha256', Buffer.concat([place, packed]), 'buffer').subarray(0, CHECKSUM);
  if (!checksum.equals(bytes.subarray(packed.length))) throw new Error(`the search keys of entry ${index} are damaged`);
  const keys: SearchKey[] = [];
  for (let at = 0; at < packed.length;) {
    const end = at + 3 + packed.readUInt16BE(at + 1);
    keys.push({ source: SOURCES[packed.readUInt8(at)] ?? 'leaf', text: packed.toString('utf8', at + 3, end) });
    at = end;
  }
  return keys;
}
