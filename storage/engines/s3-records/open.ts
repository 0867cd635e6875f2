import { equalBytes } from '../../../base/bytes.ts';
import { type RecordLog, RecordLogRefused, RecordLogUnreachable, Taken, Trimmed } from '../../record-log.ts';
import { MAX_RECORD_BYTES } from '../../records/record.ts';
import { s3Address } from './address.ts';
import { S3Client } from './client.ts';
import { CredentialSource, regionOfProfile } from './credentials.ts';
import type { Environment } from './environment.ts';
import { probe } from './probe.ts';

/** Milliseconds until a PUT that is late is sent a second time: the same bytes, so both may succeed. */
const HEDGE_MS = 100;

/** Milliseconds between two looks whether a record that is not there has been trimmed. */
const LOOK_MS = 60_000;

/** Digits of a number in the name of an object, so that names sort as numbers do. */
const DIGITS = 15;

const FOLDER = 'records/';

/** Opens the list of records below `s3://bucket/prefix`, once the store has shown that it keeps conditions. @throws RecordLogRefused, RecordLogUnreachable */
export async function openS3Records(url: URL, env: Environment): Promise<RecordLog> {
  const address = s3Address(url, env, await regionOfProfile(env));
  const log = new S3Records(new S3Client(address, new CredentialSource(env)));
  await probe(
    (name, bytes) => log.create(name, bytes),
    (name) => log.remove(name),
    log.name,
  );
  return log;
}

/** A list of records as objects: `records/<number>`, each created with `If-None-Match: *`. */
class S3Records implements RecordLog {
  readonly #client: S3Client;
  readonly name: string;
  #lowest = 0;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(client: S3Client) {
    const { bucket, prefix, host } = client.address;
    [this.#client, this.name] = [client, `s3://${bucket}/${prefix} at ${host}`];
  }

  async read(n: number): Promise<Uint8Array | undefined> {
    const record = await this.#get(n);
    if (record !== undefined) return record;
    if (performance.now() - this.#looked > LOOK_MS) await this.hint();
    if (n < this.#lowest)
      throw new Trimmed(`record ${n} of ${this.name} has been trimmed: the list begins at ${this.#lowest}`);
    return undefined;
  }

  async #get(n: number): Promise<Uint8Array | undefined> {
    const { status, code, body } = await this.#client.ask({ method: 'GET', key: keyOf(n), longest: MAX_RECORD_BYTES });
    if (status === 404 && code === 'NoSuchKey') return undefined;
    if (status === 200) return body;
    throw new RecordLogRefused(`${this.name} answered ${status} ${code} when asked for record ${n}`);
  }

  async append(n: number, record: Uint8Array): Promise<void> {
    // The names of trimmed records are free again: a list that has lost its first must not be begun a second time.
    if (n === 0 && (await this.hint()) > 0) throw new Taken(`${this.name} has a list that begins at ${this.#lowest}`);
    if ((await this.#createHedged(keyOf(n), record)) === 'created') return;
    const there = await this.#get(n);
    if (there === undefined)
      throw new RecordLogUnreachable(`record ${n} of ${this.name} is said to be there, and is not`);
    if (!equalBytes(there, record)) throw new Taken(`record ${n} of ${this.name} is another's`);
  }

  /** Sends a PUT that is late once more, beside the first. What one of them is told decides. */
  async #createHedged(key: string, bytes: Uint8Array): Promise<'created' | 'there'> {
    const first = this.create(key, bytes);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, HEDGE_MS, 'late')));
    const soon = await Promise.race([first, late]).finally(() => clearTimeout(timer));
    if (soon !== 'late') return soon;
    try {
      return await Promise.any([first, this.create(key, bytes)]);
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  /** Creates an object unless there is one. */
  async create(key: string, bytes: Uint8Array): Promise<'created' | 'there'> {
    const headers = { 'if-none-match': '*', 'content-type': 'application/octet-stream' };
    const { status, code } = await this.#client.ask({ method: 'PUT', key, headers, body: bytes });
    if (status === 200 || status === 201 || status === 204) return 'created';
    if (status === 412) return 'there';
    if (status === 409)
      throw new RecordLogUnreachable(`${this.name} answered 409 ${code}: another asks for ${key} at the same time`);
    throw new RecordLogRefused(`${this.name} answered ${status} ${code} when asked to create ${key}`);
  }

  async remove(key: string): Promise<void> {
    await this.#client.ask({ method: 'DELETE', key });
  }

  async hint(): Promise<number> {
    const numbers = await this.#numbers(1);
    this.#looked = performance.now();
    this.#lowest = numbers[0] ?? 0;
    return this.#lowest;
  }

  async trim(n: number): Promise<void> {
    for (;;) {
      const below = (await this.#numbers(1000)).filter((number) => number < n);
      if (below.length === 0) return;
      for (const number of below) await this.remove(keyOf(number)); // the lowest first: no gap is ever seen
    }
  }

  /** The lowest numbers that have a record. */
  async #numbers(limit: number): Promise<readonly number[]> {
    const prefix = `${this.#client.address.prefix}${FOLDER}`;
    const query = { 'list-type': '2', prefix, 'max-keys': String(limit) };
    const { status, code, body } = await this.#client.ask({
      method: 'GET',
      key: undefined,
      query,
      longest: LONGEST_LIST,
    });
    const text = body.toString();
    if (status !== 200 || !text.includes('<ListBucketResult'))
      throw new RecordLogRefused(`${this.name} answered ${status} ${code} and no list of objects`);
    const names = text.matchAll(new RegExp(`<Key>[^<]*${FOLDER}(\\d{${DIGITS}})</Key>`, 'g'));
    return Array.from(names, ([, digits]) => Number(digits));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const LONGEST_LIST = 4 * 1024 * 1024; // bytes: a thousand names of 1 KiB, and what is said of each

const keyOf = (n: number): string => `${FOLDER}${String(n).padStart(DIGITS, '0')}`;
