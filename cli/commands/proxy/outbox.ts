import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase64, toBase64, utf8 } from '../../../base/bytes.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { StateRefused } from '../../state/failures.ts';
import { lockFile } from '../../state/lock.ts';
import { readIfThere, writeWhole } from '../../state/whole-file.ts';
import { OutboxFull } from './failures.ts';
import { keep } from './kept-file.ts';
import type { WholeReply } from './reply.ts';

/** A request for an entry as a client sent it. */
export interface Submitted {
  /** Of the API. */
  readonly path: string;
  readonly body: string;
}

export interface OutboxBounds {
  /** Submissions that may wait, and answers that are kept. */
  readonly entries: number;
  /** Bytes of the submissions that wait. */
  readonly bytes: number;
}

const VERSION = 1;

/**
 * Submissions that the log may not have yet, and the answers to those that it has: a file each, which is there whole or not
 * at all, named by what was sent. Of answers the oldest are forgotten.
 */
export class Outbox {
  readonly #folder: string;
  readonly #bounds: OutboxBounds;
  readonly #lock: Disposable;
  /** Bytes of the files that wait, in the order in which they came. */
  readonly #waiting: Map<string, number>;
  readonly #answered: Set<string>;
  /** Files that are being written: submissions, and answers. */
  readonly #writing = new Map<string, Promise<void>>();
  readonly #fresh = new Map<string, WholeReply>();
  #bytes: number;

  private constructor(folder: string, bounds: OutboxBounds, lock: Disposable) {
    [this.#folder, this.#bounds, this.#lock] = [folder, bounds, lock];
    this.#waiting = filesIn(join(folder, 'waiting'));
    this.#answered = new Set(filesIn(join(folder, 'answered')).keys());
    for (const name of this.#answered) if (this.#waiting.delete(name)) rmSync(this.#file('waiting', name)); // killed between the two
    this.#bytes = [...this.#waiting.values()].reduce((sum, one) => sum + one, 0);
  }

  /**
   * @param server - address of the log: the answers of one log are none of another
   * @throws StateRefused if another proxy has it, or it is that of another log
   */
  static async open(folder: string, server: string, bounds: OutboxBounds): Promise<Outbox> {
    const lock = await lockFile(join(folder, 'outbox'), 0, '--outbox');
    try {
      bind(join(folder, 'outbox.json'), server);
      return new Outbox(folder, bounds, lock);
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** The names of all that wait, the oldest first. */
  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  isWaiting(name: string): boolean {
    return this.#waiting.has(name);
  }

  /** Keeps a submission, durably. To keep it twice is to keep it once. @returns its name @throws OutboxFull */
  async add(submitted: Submitted): Promise<string> {
    const name = sha256Hex(utf8(`${submitted.path}\n${submitted.body}`));
    if (this.#waiting.has(name)) {
      await this.#writing.get(name);
      return name;
    }
    const text = JSON.stringify({ version: VERSION, ...submitted });
    const bytes = Buffer.byteLength(text);
    const { entries, bytes: most } = this.#bounds;
    if (this.#waiting.size >= entries || this.#bytes + bytes > most)
      throw new OutboxFull(
        `the outbox is full (${this.#waiting.size} submissions, ${this.#bytes} bytes): send the entry again once the log is back`,
      );
    this.#waiting.set(name, bytes);
    this.#bytes += bytes;
    await this.#write(name, text);
    return name;
  }

  async #write(name: string, text: string): Promise<void> {
    const writing = keep(this.#file('waiting', name), text, true);
    this.#writing.set(name, writing);
    try {
      await writing;
    } catch (error) {
      this.#forget(name);
      throw error;
    } finally {
      this.#writing.delete(name);
    }
  }

  /** A submission that waits; undefined for a file that is damaged, which is put aside. */
  read(name: string): Submitted | undefined {
    const value = parseObject(readIfThere(this.#file('waiting', name)) ?? '');
    const { version, path, body } = value ?? {};
    if (version === VERSION && typeof path === 'string' && typeof body === 'string') return { path, body };
    renameSync(this.#file('waiting', name), `${this.#file('waiting', name)}.damaged`);
    this.#forget(name);
    return undefined;
  }

  /** The answer to the same submission, if it is still kept. */
  answerTo({ path, body }: Submitted): WholeReply | undefined {
    const name = sha256Hex(utf8(`${path}\n${body}`));
    const fresh = this.#fresh.get(name);
    if (fresh !== undefined || !this.#answered.has(name)) return fresh;
    const {
      version,
      status,
      headers,
      body: bytes,
    } = parseObject(readIfThere(this.#file('answered', name)) ?? '') ?? {};
    if (version !== VERSION || typeof status !== 'number' || typeof bytes !== 'string') return undefined;
    return { status, headers: headers as WholeReply['headers'], body: decodeBase64(bytes) };
  }

  /**
   * Keeps the answer in place of the submission. A power failure may take it: then the log is asked again, and has the entry.
   *
   * @throws OutboxFull
   */
  async answer(name: string, reply: WholeReply): Promise<void> {
    const { status, headers, body } = reply;
    const text = JSON.stringify({ version: VERSION, status, headers, body: toBase64(body) });
    this.#fresh.set(name, reply);
    try {
      await keep(this.#file('answered', name), text, false);
      this.#answered.add(name);
    } finally {
      this.#fresh.delete(name);
    }
    this.drop(name);
    const [oldest = ''] = this.#answered;
    if (this.#answered.size <= this.#bounds.entries) return;
    this.#answered.delete(oldest);
    await rm(this.#file('answered', oldest), { force: true });
  }

  /** Forgets a submission that the log will not take. */
  drop(name: string): void {
    rmSync(this.#file('waiting', name), { force: true });
    this.#forget(name);
  }

  #forget(name: string): void {
    this.#bytes -= this.#waiting.get(name) ?? 0;
    this.#waiting.delete(name);
  }

  #file(state: 'waiting' | 'answered', name: string): string {
    return join(this.#folder, state, `${name}.json`);
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** Writes down whose outbox it is. @throws StateRefused if that is written already, and another log's */
function bind(file: string, server: string): void {
  const text = readIfThere(file);
  if (text === undefined) return writeWhole(file, `${JSON.stringify({ version: VERSION, server })}\n`);
  const { server: bound } = parseObject(text) ?? {};
  if (bound !== server)
    throw new StateRefused(
      `${file} says that this is the outbox of ${String(bound)}: give another --outbox for ${server}`,
    );
}

/** Sizes by name, the oldest first. Removes what a run that was killed had not finished writing. */
function filesIn(folder: string): Map<string, number> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = readdirSync(folder);
  for (const file of files) if (file.endsWith('.new')) rmSync(join(folder, file), { force: true });
  const whole = files.filter((file) => /^[0-9a-f]{64}\.json$/.test(file));
  const found = whole.map((file) => ({ name: file.slice(0, 64), ...sizeAndTime(join(folder, file)) }));
  return new Map(found.toSorted((a, b) => a.time - b.time).map(({ name, size }) => [name, size]));
}

function sizeAndTime(file: string): { readonly size: number; readonly time: number } {
  const { size, mtimeMs: time } = statSync(file);
  return { size, time };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
