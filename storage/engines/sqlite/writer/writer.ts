import type Database from 'better-sqlite3';
import type { LogIdentity, StoredFreeze, WitnessClaim } from '../../../contract.ts';
import { StaleCommit, StaleWitness } from '../../../failures.ts';
import { sealed } from '../rows/checksum.ts';
import type { Cosigning, Holding, Witnessing, WriterCommit } from './wire.ts';

/** Everything that makes the log. Runs on a thread of its own; every method returns when the disk has it. */
export interface Writer {
  create(identity: LogIdentity): void;
  keepKeys(keys: NonNullable<LogIdentity['publicKeys']>): void;
  commit(commit: WriterCommit): void;
  cosign(cosigning: Cosigning): void;
  keepClaim(claim: WitnessClaim): void;
  hold(holding: Holding): void;
  freeze(freeze: StoredFreeze): void;
  witness(witnessing: Witnessing): void;
  heartbeat(at: number): void;
}

export function createWriter(db: Database.Database): Writer {
  const sql = prepare(db);

  // From BEGIN to COMMIT without a pause: better-sqlite3 cannot hold a transaction over an await.
  const commit = db.transaction(({ from, batch, attestations, tiles, head }: WriterCommit) => {
    const size = sql.size.get() ?? 0;
    if (size !== from) throw new StaleCommit(`the log has ${size} entries, not ${from}: something else wrote to it`);
    if (sql.frozen.get() !== undefined) throw new Error('the log is frozen');
    for (const { hash, payload } of attestations) sql.addAttestation.run(hash, payload);
    sql.addBatch.run(from, sealed(from, batch));
    for (const { place, nodes } of tiles) sql.addTile.run(place, nodes);
    const { v1, tile } = head.signatures;
    sql.addHead.run(head.size, head.root, head.at, v1, tile, Number(head.awaits));
  });

  const cosign = db.transaction(({ cosignatures, published }: Cosigning) => {
    for (const { size, name, keyId, signature } of cosignatures) sql.addCosignature.run(size, name, keyId, signature);
    if (published !== undefined) sql.publish.run(published);
  });

  const witness = db.transaction(({ head, size }: Witnessing) => {
    const last = sql.witnessed.get(head.origin);
    if (last !== size) throw new StaleWitness(`the witness has ${last ?? 'nothing'} of ${head.origin}, not ${size}`);
    sql.witness.run(head.origin, head.size, head.root, head.at, head.note);
  });

  return {
    create: ({ treeId, origin, logId, tileKeyId, offset, created, publicKeys }) =>
      void sql.create.run(treeId, origin, logId, tileKeyId, offset, created, publicKeys?.v1, publicKeys?.tile),
    keepKeys: ({ v1, tile }) => void sql.keepKeys.run(v1, tile),
    commit: (value) => commit.immediate(value),
    cosign: (value) => cosign.immediate(value),
    hold: ({ journal, holder }) => void sql.hold.run(journal, holder.token, holder.before),
    keepClaim: (claim) => void sql.keepClaim.run(claim.witness, claim.size, claim.says, claim.at),
    freeze: ({ at, signature }) => void sql.freeze.run(at, signature),
    witness: (value) => witness.immediate(value),
    heartbeat: (at) => void sql.heartbeat.run(at),
  };
}

function prepare(db: Database.Database) {
  return {
    create: db.prepare('INSERT INTO identity VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)'),
    size: db.prepare<[], number>('SELECT max(size) FROM head').pluck(),
    keepKeys: db.prepare('UPDATE identity SET v1_key = ?, tile_key = ? WHERE v1_key IS NULL'),
    addHead: db.prepare('INSERT INTO head VALUES (?, ?, ?, ?, ?, ?)'),
    addCosignature: db.prepare(
      'INSERT INTO cosignature VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET signature = excluded.signature',
    ),
    publish: db.prepare('UPDATE head SET awaits = 0 WHERE size = ?'),
    hold: db.prepare(
      'INSERT INTO journal_holder VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET token = excluded.token, before = excluded.before',
    ),
    keepClaim: db.prepare(
      'INSERT INTO witness_claim VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, says = excluded.says, at = excluded.at',
    ),
    frozen: db.prepare<[], number>('SELECT 1 FROM frozen').pluck(),
    freeze: db.prepare('INSERT INTO frozen VALUES (1, ?, ?)'),
    witnessed: db.prepare<[string], number>('SELECT size FROM witnessed WHERE origin = ?').pluck(),
    witness: db.prepare(
      'INSERT INTO witnessed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root, at = excluded.at, note = excluded.note',
    ),
    addBatch: db.prepare('INSERT INTO batch VALUES (?, ?)'),
    addAttestation: db.prepare('INSERT INTO attestation VALUES (?, ?) ON CONFLICT DO NOTHING'),
    addTile: db.prepare('INSERT INTO tile VALUES (?, ?)'),
    heartbeat: db.prepare('INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
  };
}
