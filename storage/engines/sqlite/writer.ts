import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Commit, LogIdentity, SequencedEntry } from '../../contract.ts';
import { StaleCommit } from '../../failures.ts';
import { keyPrefix, leafPrefix, packKeys } from './key-list.ts';
import { tilePlace } from './tile-place.ts';

/** Everything that changes the database. Runs on a thread of its own; every method returns when the disk has it. */
export interface Writer {
  create(identity: LogIdentity): void;
  commit(commit: Commit): void;
  heartbeat(at: number): void;
}

export function createWriter(db: Database.Database): Writer {
  const sql = prepare(db);

  function insertEntry(entry: SequencedEntry): void {
    const { index, integratedTime, body, signedEntryTimestamp, attestation } = entry;
    const kept = attestation && hash('sha256', attestation, 'buffer');
    if (kept) sql.addAttestation.run(kept, attestation);
    sql.addEntry.run(index, integratedTime, body, signedEntryTimestamp, kept);
    sql.addKeys.run(index, packKeys(index, entry.searchKeys));
    sql.addLeaf.run(leafPrefix(entry.leafHash), index);
    for (const { text } of entry.searchKeys) sql.addLookup.run(keyPrefix(text), index);
  }

  // From BEGIN to COMMIT without a pause: better-sqlite3 cannot hold a transaction over an await.
  const commit = db.transaction(({ from, entries, tiles, head }: Commit) => {
    const size = sql.size.get() ?? 0;
    if (size !== from) throw new StaleCommit(`the log has ${size} entries, not ${from}: something else wrote to it`);
    for (const entry of entries) insertEntry(entry);
    for (const { tile, ...id } of tiles) sql.addTile.run(tilePlace(id), tile);
    sql.addHead.run(head.size, head.root, head.at, head.signature);
  });

  return {
    create: ({ treeId, origin, logId, tileKeyId, offset, created }) =>
      void sql.create.run(treeId, origin, logId, tileKeyId, offset, created),
    commit: (value) => commit.immediate(value),
    heartbeat: (at) => void sql.heartbeat.run(at),
  };
}

function prepare(db: Database.Database) {
  return {
    create: db.prepare('INSERT INTO identity VALUES (1, ?, ?, ?, ?, ?, ?)'),
    size: db.prepare<[], number>('SELECT max(size) FROM head').pluck(),
    addHead: db.prepare('INSERT INTO head VALUES (?, ?, ?, ?)'),
    addEntry: db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?)'),
    addKeys: db.prepare('INSERT INTO entry_keys VALUES (?, ?)'),
    addAttestation: db.prepare('INSERT INTO attestation VALUES (?, ?) ON CONFLICT DO NOTHING'),
    addTile: db.prepare('INSERT INTO tile VALUES (?, ?)'),
    addLeaf: db.prepare('INSERT INTO leaf VALUES (?, ?)'),
    addLookup: db.prepare('INSERT INTO lookup VALUES (?, ?) ON CONFLICT DO NOTHING'),
    heartbeat: db.prepare('INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
  };
}
