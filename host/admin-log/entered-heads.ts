import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdmittedEntry } from '../../entries/kind.ts';
import type { Log } from '../../log/types.ts';
import { readIfThere, writeDurably } from '../folder/durable-file.ts';
import { adminLogFile, readAdminLog } from './admin-log.ts';
import { headDocument } from './lines.ts';

/** Time between two looks whether the admin log has grown, in milliseconds: commands add lines, too. */
const LOOK_MS = 2000;

/** Time that a head which is being entered has at the end, in milliseconds: it may wait for a witness that is away. */
const LAST_MS = 2000;

export interface EnteredHeadsOptions {
  readonly data: string;
  /** The shard that grows. */
  readonly log: Pick<Log, 'add'>;
  /** Makes an entry of the log's own over a document. */
  readonly sign: (document: string) => Promise<AdmittedEntry>;
  readonly announce: (sentence: string) => void;
  readonly warn: (sentence: string) => void;
}

/**
 * Enters the head of the admin log into the log whenever it has grown: an entry of the log's own, which nobody can take out again.
 * One head stands for all lines up to it, so that of several lines only the last is entered.
 */
export class EnteredHeads implements AsyncDisposable {
  readonly #options: EnteredHeadsOptions;
  readonly #file: string;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  /** Of the file, when it was looked at last. */
  #size = -1;
  #fault: string | undefined;

  constructor(options: EnteredHeadsOptions) {
    this.#options = options;
    this.#file = join(dirname(adminLogFile(options.data)), 'admin-log-entered.json');
  }

  /** Looks now, and again and again. Resolves once the head is entered, or could not be. */
  start(): Promise<void> {
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
    this.#look();
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.race([this.#looking, sleep(LAST_MS, undefined, { ref: false })]); // one that is not entered by then is so at the next start
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#looking = this.#enter()
      .catch((error: unknown) => this.#tell(error))
      .finally(() => (this.#isLooking = false));
  }

  async #enter(): Promise<void> {
    const { data, log, sign, announce } = this.#options;
    const size = statSync(adminLogFile(data), { throwIfNoEntry: false })?.size ?? 0;
    if (size === this.#size || size === 0) return;
    const last = readAdminLog(data).lines.at(-1);
    if (last !== undefined && readIfThere(this.#file) !== recordOf(last)) {
      const { entry } = await log.add(await sign(headDocument(last)));
      writeDurably(this.#file, recordOf(last));
      announce(`entered the head of the admin log, ${last.seq} lines, as entry ${entry.virtualIndex}`);
    }
    [this.#size, this.#fault] = [size, undefined];
  }

  /** Says once what keeps a head from being entered; the next look tries again. */
  #tell(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault !== this.#fault)
      this.#options.warn(`the head of the admin log cannot be entered into the log now: ${fault}`);
    this.#fault = fault;
  }
}

const recordOf = ({ seq, hash }: { readonly seq: number; readonly hash: string }): string =>
  `${JSON.stringify({ seq, hash })}\n`;
