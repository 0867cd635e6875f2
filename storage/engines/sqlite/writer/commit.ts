import { hash } from 'node:crypto';
import type { SequencedEntry } from '../../../entries.ts';
import type { Commit } from '../../../heads.ts';
import type { Fingerprints } from '../../../search-index/fingerprints.ts';
import { type Records, RecordList } from '../../../search-index/records.ts';
import { packBatch } from '../rows/batch-row.ts';
import { tilePlace } from '../rows/tile-table.ts';
import type { WriterCommit } from './wire.ts';

const NONE = new Uint8Array();

/** A commit, ready to be written. */
export function packCommit({ after, head, entries, tiles }: Commit, fingerprints: Fingerprints): WriterCommit {
  const hashes = entries.map(({ attestation }) => attestation && hash('sha256', attestation, 'buffer'));
  return {
    after,
    head,
    batch: packBatch(
      entries,
      hashes.map((each) => each ?? NONE),
    ),
    records: recordsOf(entries, fingerprints),
    attestations: entries.flatMap(({ attestation }, i) => {
      const kept = hashes[i];
      return attestation && kept ? [{ hash: kept, payload: attestation }] : [];
    }),
    tiles: tiles.map(({ tile, ...id }) => ({ place: tilePlace(id), nodes: tile })),
  };
}

function recordsOf(entries: readonly SequencedEntry[], fingerprints: Fingerprints): Records {
  const list = new RecordList();
  for (const { index, leafHash, searchKeys } of entries) fingerprints.addTo(list, index, leafHash, searchKeys.packed);
  return list.take();
}
