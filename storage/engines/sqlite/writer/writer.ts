import type Database from 'better-sqlite3';
import { equalBytes } from '../../../../base/bytes.ts';
import type { TreeHead } from '../../../../merkle/types.ts';
import type { WitnessClaim } from '../../../cosignatures.ts';
import type { StoredFreeze } from '../../../heads.ts';
import type { LogIdentity } from '../../../identity.ts';
import { StaleCommit, StaleWitness, UnreadablePage } from '../../../failures.ts';
import { withChecksum } from '../rows/checksum.ts';
import { isUnreadable } from '../rows/damage.ts';
import { checkRow, insertInto, rowSum, selectFrom, type Value, withSum } from '../rows/state-row.ts';
import { tileWriter } from '../rows/tile-table.ts';
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

/** @param synced - told how many milliseconds the disk took to have a commit */
export function createWriter(db: Database.Database, synced: (ms: number) => void): Writer {
  const sql = prepare(db);
  const addTile = tileWriter(db);

  // From BEGIN to COMMIT without a pause: better-sqlite3 cannot hold a transaction over an await.
  const commit = transaction(db, ({ after, batch, attestations, tiles, head }: WriterCommit) => {
    requireNewest(sql.newest.get(), after);
    if (sql.frozen.get() !== undefined) throw new Error('the log is frozen');
    for (const { hash, payload } of attestations) sql.addAttestation.run(hash, payload);
    sql.addBatch.run(after.size, withChecksum(after.size, batch));
    for (const { place, nodes } of tiles) addTile(place, nodes);
    const { rekor, c2sp } = head.signatures;
    sql.addHead.run(withSum('head', [head.size, head.root, head.at, rekor, c2sp, Number(head.awaitsCosignatures)]));
    return performance.now(); // all that is left is for the disk
  });

  const cosign = transaction(db, ({ cosignatures, published }: Cosigning) => {
    for (const { size, name, keyId, signature } of cosignatures)
      sql.addCosignature.run(withSum('cosignature', [size, name, keyId, signature]));
    if (published !== undefined) publish(sql, published);
  });

  const witness = transaction(db, ({ head, size }: Witnessing) => {
    const last = sql.witnessed.get(head.origin);
    if (last !== size) throw new StaleWitness(`the witness has ${last ?? 'nothing'} of ${head.origin}, not ${size}`);
    sql.witness.run(withSum('witnessed', [head.origin, head.size, head.root, head.at, head.note]));
  });

  return {
    create: (identity) => void sql.create.run(withSum('identity', identityRow(identity))),
    keepKeys: (keys) => keepKeys(sql, keys),
    commit: (value) => {
      const written = commit.immediate(value);
      synced(performance.now() - written);
    },
    cosign: (value) => cosign.immediate(value),
    hold: ({ journal, holder }) => void sql.hold.run(withSum('journal_holder', [journal, holder.token, holder.before])),
    keepClaim: (claim) =>
      void sql.keepClaim.run(withSum('witness_claim', [claim.witness, claim.size, claim.says, claim.at])),
    freeze: ({ at, signature }) => void sql.freeze.run(withSum('frozen', [1, at, signature])),
    witness: (value) => witness.immediate(value),
    heartbeat: (at) => void sql.heartbeat.run(at),
  };
}

/**
 * A transaction of which it is known that it wrote nothing where it met a page that cannot be read: nothing has been given to the disk
 * before its last statement is over, and what it did is rolled back.
 */
function transaction<Input, Result>(
  db: Database.Database,
  write: (value: Input) => Result,
): Database.Transaction<(value: Input) => Result> {
  return db.transaction((value: Input) => {
    try {
      return write(value);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      throw new UnreadablePage(`stele.db is damaged, or its disk does not give a page of it (${error.message})`);
    }
  });
}

const identityRow = ({ publicKeys, ...one }: LogIdentity) =>
  [
    1,
    one.treeId,
    one.origin,
    one.logId,
    one.c2spKeyId,
    one.offset,
    one.created,
    publicKeys?.rekor,
    publicKeys?.c2sp,
  ] as const;

/** Compares the newest head with the one that a commit stands on. @throws StaleCommit */
function requireNewest(row: NewestRow | undefined, { size, root }: TreeHead): void {
  const found = row?.size ?? 0;
  if (found !== size) throw new StaleCommit(`the log has ${found} entries, not ${size}: something else wrote to it`);
  if (row !== undefined && !equalBytes(row.root, root))
    throw new StaleCommit(`the log has another head of ${size} entries: something else wrote to it`);
}

/** A row is changed as a whole: what is damaged must not get a new checksum. */
function publish(sql: Statements, size: number): void {
  const head = sql.headAt.get(size);
  if (head === undefined) return;
  const { root, at, signature, tile_signature: tile } = checkRow('head', head);
  sql.publish.run(rowSum('head', [size, root, at, signature, tile, 0]), size);
}

function keepKeys(sql: Statements, { rekor, c2sp }: NonNullable<LogIdentity['publicKeys']>): void {
  const row = sql.identity.get();
  if (row === undefined || row['v1_key'] !== null) return;
  const { checksum: _, ...columns } = checkRow('identity', row);
  sql.keepKeys.run(rekor, c2sp, rowSum('identity', Object.values({ ...columns, v1_key: rekor, tile_key: c2sp })));
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database.Database) {
  return {
    create: db.prepare(insertInto('identity')),
    newest: db.prepare<[], NewestRow>('SELECT size, root FROM head ORDER BY size DESC LIMIT 1'),
    keepKeys: db.prepare('UPDATE identity SET v1_key = ?, tile_key = ?, checksum = ?'),
    addHead: db.prepare(insertInto('head')),
    addCosignature: db.prepare(
      `${insertInto('cosignature')} ON CONFLICT DO UPDATE SET signature = excluded.signature, checksum = excluded.checksum`,
    ),
    publish: db.prepare('UPDATE head SET awaits = 0, checksum = ? WHERE size = ?'),
    hold: db.prepare(
      `${insertInto('journal_holder')} ON CONFLICT DO UPDATE SET token = excluded.token, before = excluded.before, checksum = excluded.checksum`,
    ),
    keepClaim: db.prepare(
      `${insertInto('witness_claim')} ON CONFLICT DO UPDATE SET size = excluded.size, says = excluded.says, at = excluded.at, checksum = excluded.checksum`,
    ),
    identity: db.prepare<[], Record<string, Value> & { readonly checksum: number | null }>(selectFrom('identity')),
    headAt: db.prepare<[number], HeadRow>(`${selectFrom('head')} WHERE size = ?`),
    frozen: db.prepare<[], number>('SELECT 1 FROM frozen').pluck(),
    freeze: db.prepare(insertInto('frozen')),
    witnessed: db.prepare<[string], number>('SELECT size FROM witnessed WHERE origin = ?').pluck(),
    witness: db.prepare(
      `${insertInto('witnessed')} ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root, at = excluded.at, note = excluded.note, checksum = excluded.checksum`,
    ),
    addBatch: db.prepare('INSERT INTO batch VALUES (?, ?)'),
    addAttestation: db.prepare('INSERT INTO attestation VALUES (?, ?) ON CONFLICT DO NOTHING'),
    heartbeat: db.prepare('INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
  };
}

interface NewestRow {
  readonly size: number;
  readonly root: Buffer;
}

interface HeadRow {
  readonly root: Buffer;
  readonly at: number;
  readonly signature: Buffer;
  readonly tile_signature: Buffer | null;
  readonly checksum: number | null;
}
