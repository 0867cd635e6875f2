import pg from 'pg';
import { RecordLogRefused, RecordLogUnreachable } from '../../record-log.ts';
import type { PostgresAddress } from './address.ts';

/** Milliseconds for a connection, and for the answer to a statement: longer ones end with their connection. */
const CONNECT_MS = 3000;
const ANSWER_MS = 10_000;

export interface ConnectionRules {
  readonly address: PostgresAddress;
  /** Whether the database must be told to keep each record on a standby before it says that it has it. */
  readonly needsStandby: boolean;
}

export interface Rows {
  /** Rows that were written. */
  readonly count: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The first warning or notice that came with it; undefined for none. */
  readonly notice: string | undefined;
}

/**
 * A connection to the primary among some hosts, made anew when it is lost. A statement that takes too long is not cancelled: a
 * cancelled commit is answered as if it were durable. Its connection is closed instead.
 */
export class Connection implements AsyncDisposable {
  readonly #rules: ConnectionRules;
  #open: Promise<pg.Client> | undefined;
  /** Of the last connection that was made. */
  #client: pg.Client | undefined;
  #notice: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(rules: ConnectionRules) {
    this.#rules = rules;
  }

  /** One at a time. @throws RecordLogUnreachable, and then the outcome is unknown; RecordLogRefused */
  query(text: string, values: readonly unknown[] = []): Promise<Rows> {
    const asked = this.#last.then(() => this.#query(text, values));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #query(text: string, values: readonly unknown[]): Promise<Rows> {
    const client = await this.#connected();
    this.#notice = undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
    });
    try {
      const { rowCount, rows } = await Promise.race([client.query(text, [...values]), late]);
      return { count: rowCount ?? 0, rows: rows as Rows['rows'], notice: this.#notice };
    } catch (error) {
      this.#drop(client);
      throw explained(error, this.#rules.address.name);
    } finally {
      clearTimeout(timer);
    }
  }

  #connected(): Promise<pg.Client> {
    this.#open ??= connect(this.#rules).then(
      (client) => {
        this.#client = client;
        client.on('notice', ({ code, message }) => (this.#notice ??= `${code} ${message}`));
        client.on('error', () => this.#drop(client));
        client.on('end', () => this.#drop(client));
        return client;
      },
      (error: unknown) => {
        this.#open = undefined;
        throw error;
      },
    );
    return this.#open;
  }

  #drop(client: pg.Client): void {
    if (this.#client === client) this.#open = undefined; // and not the one that has taken its place
    close(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#open?.then((client) => client.end()).catch(() => undefined);
    this.#open = undefined;
  }
}

/** Closes the socket, and says nothing to the server. */
function close(client: pg.Client): void {
  client.on('error', () => undefined);
  const { stream } = client.connection;
  stream.destroy();
}

/** Tries one host after the other. @throws RecordLogUnreachable where none is a primary, RecordLogRefused */
async function connect(rules: ConnectionRules): Promise<pg.Client> {
  const reasons: string[] = [];
  for (const connectionString of rules.address.servers) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_MS, keepAlive: true });
    client.on('error', () => undefined);
    try {
      await client.connect();
      if (await isPrimary(client, rules)) return client;
      reasons.push('a standby');
    } catch (error) {
      const failure = explained(error, rules.address.name);
      if (failure instanceof RecordLogRefused) {
        close(client);
        throw failure;
      }
      reasons.push(error instanceof Error ? error.message || error.name : String(error));
    }
    close(client);
  }
  throw new RecordLogUnreachable(`${rules.address.name} has no primary that answers: ${reasons.join('; ')}`);
}

const OLDEST_VERSION = 140_000;

/** @throws RecordLogRefused for a primary that does not keep what it says it has */
async function isPrimary(client: pg.Client, { address, needsStandby }: ConnectionRules): Promise<boolean> {
  const { rows } = await client.query<Readonly<Record<string, string>>>(
    `SELECT pg_is_in_recovery()::text AS standby, current_setting('server_version_num') AS version, current_setting('fsync') AS fsync,
       current_setting('synchronous_standby_names') AS standbys`,
  );
  const { standby, version, fsync, standbys } = rows[0] ?? {};
  if (standby !== 'false') return false;
  if (Number(version) < OLDEST_VERSION)
    throw new RecordLogRefused(`${address.name} is PostgreSQL ${version}, and 14 or newer is needed`);
  if (fsync !== 'on') throw new RecordLogRefused(`${address.name} has fsync off, and would lose what it said it had`);
  if (needsStandby && standbys === '')
    throw new RecordLogRefused(
      `${address.name} replicates to no synchronous standby (synchronous_standby_names is empty): a failover could lose records that were acknowledged, and the log with them. ` +
        'Give it one, or, where the storage below it is replicated or such a loss is accepted, set --shared-standby none',
    );
  await client.query(
    'SET synchronous_commit = on; SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 0',
  );
  return true;
}

/** SQLSTATE classes that asking again does not mend: no right, no such thing, wrong statement. */
const REFUSALS = /^(28|3D|3F|42)/;

function explained(error: unknown, name: string): Error {
  if (error instanceof RecordLogRefused) return error;
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  const message = error instanceof Error ? error.message : String(error);
  if (REFUSALS.test(code)) return new RecordLogRefused(`${name} refuses: ${message} (${code})`);
  return new RecordLogUnreachable(`${name}: ${message}${code === '' ? '' : ` (${code})`}`);
}
