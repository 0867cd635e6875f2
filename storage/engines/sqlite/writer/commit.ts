import { hash } from 'node:crypto';
import { withLeaf } from '../../../../entries/key-list.ts';
import type { Commit, SequencedEntry } from '../../../contract.ts';
import { addFingerprints, type Records, RecordList } from '../../../key-index/records.ts';
import { packBatch } from '../rows/batch-row.ts';
import { tilePlace } from '../rows/tile-place.ts';
import type { WriterCommit } from './wire.ts';

const NONE = new Uint8Array();

/** A commit, ready to be written. */
export function packCommit({ from, head, entries, tiles }: Commit): WriterCommit {
  const hashes = entries.map(({ attestation }) => attestation && hash('sha256', attestation, 'buffer'));
  return {
    from,
    head,
    batch: packBatch(
      entries,
      hashes.map((each) => each ?? NONE),
    ),
    records: recordsOf(entries),
    attestations: entries.flatMap(({ attestation }, i) => {
      const kept = hashes[i];
      return attestation && kept ? [{ hash: kept, payload: attestation }] : [];
    }),
    tiles: tiles.map(({ tile, ...id }) => ({ place: tilePlace(id), nodes: tile })),
  };
}

function recordsOf(entries: readonly SequencedEntry[]): Records {
  const list = new RecordList();
  for (const { index, leafHash, keys } of entries) addFingerprints(list, withLeaf(leafHash, keys), index);
  return list.take();
}
