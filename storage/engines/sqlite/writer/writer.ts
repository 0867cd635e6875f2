import type Database from 'better-sqlite3';
import type { LogIdentity } from '../../../contract.ts';
import { StaleCommit } from '../../../failures.ts';
import { sealed } from '../rows/checksum.ts';
import type { WriterCommit } from './wire.ts';

/** Everything that makes the log. Runs on a thread of its own; every method returns when the disk has it. */
export interface Writer {
  create(identity: LogIdentity): void;
  commit(commit: WriterCommit): void;
  heartbeat(at: number): void;
}

export function createWriter(db: Database.Database): Writer {
  const sql = prepare(db);

  // From BEGIN to COMMIT without a pause: better-sqlite3 cannot hold a transaction over an await.
  const commit = db.transaction(({ from, batch, attestations, tiles, head }: WriterCommit) => {
    const size = sql.size.get() ?? 0;
    if (size !== from) throw new StaleCommit(`the log has ${size} entries, not ${from}: something else wrote to it`);
    for (const { hash, payload } of attestations) sql.addAttestation.run(hash, payload);
    sql.addBatch.run(from, sealed(from, batch));
    for (const { place, nodes } of tiles) sql.addTile.run(place, nodes);
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
    addBatch: db.prepare('INSERT INTO batch VALUES (?, ?)'),
    addAttestation: db.prepare('INSERT INTO attestation VALUES (?, ?) ON CONFLICT DO NOTHING'),
    addTile: db.prepare('INSERT INTO tile VALUES (?, ?)'),
    heartbeat: db.prepare('INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
  };
}
