import { equalBytes } from '../../../base/bytes.ts';
import { type RecordLog, RecordLogUnreachable, Taken, Trimmed } from '../../record-log.ts';
import { hashOfRecord, predecessorOf } from '../../records/record.ts';
import { postgresAddress } from './address.ts';
import { Connection, type ConnectionRules } from './connection.ts';

export interface PostgresOptions {
  /** Whether the database must replicate synchronously; without that a failover may lose records that were acknowledged. */
  readonly needsStandby: boolean;
}

/** Opens the list of records in a table, which is made if it is missing. @throws RecordLogRefused, RecordLogUnreachable */
export async function openPostgresRecords(text: string, options: PostgresOptions): Promise<RecordLog> {
  await using cleanup = new AsyncDisposableStack();
  const rules = { ...options, address: postgresAddress(text) };
  const log = cleanup.use(new PostgresRecords(rules));
  await log.prepare();
  cleanup.move();
  return log;
}

/**
 * A list of records as rows of one table. A commit on a primary is seen by others before a standby has it, where whoever waited for that
 * was cut off; so a record counts as read only once a commit of our own, which is behind it in the write-ahead log, was confirmed.
 */
class PostgresRecords implements RecordLog {
  readonly name: string;
  readonly #table: string;
  readonly #needsStandby: boolean;
  readonly #reading: Connection;
  readonly #writing: Connection;
  /** Records below are known to be on a standby. */
  #confirmed = 0;

  constructor(rules: ConnectionRules) {
    const { name, table } = rules.address;
    [this.name, this.#table, this.#needsStandby] = [name, table, rules.needsStandby];
    [this.#reading, this.#writing] = [new Connection(rules), new Connection(rules)];
  }

  async prepare(): Promise<void> {
    const sql = `CREATE TABLE IF NOT EXISTS ${this.#table} (n bigint PRIMARY KEY, hash bytea NOT NULL, record bytea NOT NULL);
      ALTER TABLE ${this.#table} ALTER COLUMN record SET STORAGE EXTERNAL`;
    const found = await this.#reading.query('SELECT to_regclass($1)::text AS name', [this.#table]);
    if (found.rows[0]?.['name'] !== null) return;
    // Of two that make it at one time, one may be told that a name exists.
    await this.#writing.query(sql).catch(() => this.#writing.query(sql));
  }

  async read(n: number): Promise<Uint8Array | undefined> {
    const { record, lowest, newest } = await this.#row(n);
    if (record === undefined) {
      if (n < lowest) throw new Trimmed(`record ${n} of ${this.name} has been trimmed: the list begins at ${lowest}`);
      return undefined;
    }
    if (n >= this.#confirmed) await this.#confirm(newest + 1);
    return record;
  }

  async #row(n: number) {
    const { rows } = await this.#reading.query(
      `SELECT (SELECT record FROM ${this.#table} WHERE n = $1) AS record, (SELECT min(n) FROM ${this.#table})::text AS lowest,
         (SELECT max(n) FROM ${this.#table})::text AS newest`,
      [n],
    );
    const { record, lowest, newest } = rows[0] ?? {};
    return {
      record: record instanceof Uint8Array ? record : undefined,
      lowest: Number(lowest ?? 0),
      newest: Number(newest ?? 0),
    };
  }

  /** Commits something of no meaning, and so learns that everything before it is durable. @throws RecordLogUnreachable */
  async #confirm(below: number): Promise<void> {
    if (this.#needsStandby) {
      const { notice } = await this.#reading.query("SELECT pg_logical_emit_message(true, 'stele', '')");
      if (notice !== undefined) throw new RecordLogUnreachable(`${this.name}: ${notice}`);
    }
    this.#confirmed = Math.max(this.#confirmed, below);
  }

  async append(n: number, record: Uint8Array): Promise<void> {
    const { count, notice } = await this.#writing.query(
      `INSERT INTO ${this.#table} (n, hash, record) SELECT $1::bigint, $2::bytea, $3::bytea
         WHERE CASE WHEN $1::bigint = 0 THEN NOT EXISTS (SELECT 1 FROM ${this.#table})
           ELSE EXISTS (SELECT 1 FROM ${this.#table} WHERE n = $1::bigint - 1 AND hash = $4::bytea) END
         ON CONFLICT (n) DO NOTHING`,
      [n, hashOfRecord(record), record, predecessorOf(record)].map(asParameter),
    );
    if (notice !== undefined) throw new RecordLogUnreachable(`${this.name}: ${notice}`);
    if (count === 1) return;
    const there = await this.#row(n);
    if (there.record === undefined || !equalBytes(there.record, record))
      throw new Taken(
        there.record === undefined
          ? `record ${n - 1} of ${this.name} is not the one that record ${n} follows`
          : `record ${n} of ${this.name} is another's`,
      );
    await this.#confirm(there.newest + 1);
  }

  async hint(): Promise<number> {
    return (await this.#row(0)).lowest;
  }

  async trim(n: number): Promise<void> {
    await this.#writing.query(`DELETE FROM ${this.#table} WHERE n < $1`, [n]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#reading[Symbol.asyncDispose](), this.#writing[Symbol.asyncDispose]()]);
  }
}

/** The client sends a `Buffer` as bytes, and other arrays as text. */
function asParameter(value: number | Uint8Array): unknown {
  return typeof value === 'number' ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
