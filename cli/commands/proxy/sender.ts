import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../../../client/http/failures.ts';
import { StillWaiting } from './failures.ts';
import type { Outbox, Submitted } from './outbox.ts';
import type { WholeReply } from './reply.ts';

/** The log's answer to a submission: it has the entry, or will not take it. */
export interface Outcome {
  readonly isTaken: boolean;
  readonly reply: WholeReply;
}

export interface SenderOptions {
  /** Sends one submission. @throws Unreachable while the log is away; other failures for answers that do not hold */
  readonly send: (submitted: Submitted) => Promise<Outcome>;
  readonly concurrency: number;
  /** Milliseconds that a client is kept waiting. */
  readonly patience: number;
  readonly remark: (sentence: string) => void;
}

interface Waiting extends PromiseWithResolvers<WholeReply> {
  clients: number;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
/** A submission whose answer did not hold is sent again after this. */
const DOUBT_PAUSE_MS = 30_000;

/** Sends what is in the outbox: a few at a time, those that clients wait for first, and one alone while the log is away. */
export class Sender {
  readonly #outbox: Outbox;
  readonly #options: SenderOptions;
  /** Names of submissions that are to be sent, in their order: those that a client has asked for, and the others. */
  readonly #asked = new Set<string>();
  readonly #kept: Set<string>;
  /** Clients that wait, by the submission. */
  readonly #clients = new Map<string, Waiting>();
  readonly #sending = new Set<string>();
  readonly #working = new Set<Promise<void>>();
  /** Why the log did not answer last; undefined while it does. */
  #away: string | undefined;
  #pause = FIRST_PAUSE_MS;
  #isPaused = false;
  #isOver = false;

  constructor(outbox: Outbox, options: SenderOptions) {
    [this.#outbox, this.#options] = [outbox, options];
    this.#kept = new Set(outbox.waiting);
    this.#go();
  }

  /**
   * Resolves to the log's answer, once the submission is kept.
   *
   * @throws OutboxFull
   * @throws StillWaiting when patience is over
   * @throws Failure for an answer that does not hold
   */
  async answerTo(submitted: Submitted): Promise<WholeReply> {
    const known = this.#outbox.answerTo(submitted);
    if (known !== undefined) return known;
    const name = await this.#outbox.add(submitted);
    const meanwhile = this.#outbox.answerTo(submitted);
    if (meanwhile !== undefined) return meanwhile;
    if (!this.#outbox.isWaiting(name)) return this.answerTo(submitted); // another client's was refused
    const waiting = this.#clients.get(name) ?? { ...Promise.withResolvers<WholeReply>(), clients: 0 };
    waiting.clients += 1;
    this.#clients.set(name, waiting);
    if (!this.#sending.has(name)) this.#asked.add(name);
    this.#go();
    const over = new AbortController();
    try {
      return await Promise.race([waiting.promise, this.#patience(over.signal)]);
    } finally {
      over.abort();
      waiting.clients -= 1;
      if (waiting.clients === 0 && this.#clients.get(name) === waiting) this.#clients.delete(name);
    }
  }

  async #patience(signal: AbortSignal): Promise<never> {
    await sleep(this.#options.patience, undefined, { signal });
    throw new StillWaiting(
      `${this.#away ?? 'the log has not answered yet'}. The entry is kept, and sent when the log answers: ask again to have its proof`,
    );
  }

  /** Begins nothing more, and resolves once what has begun is over. What is kept stays kept. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
  }

  #go(): void {
    const { concurrency } = this.#options;
    while (!this.#isPaused && !this.#isOver && this.#sending.size < (this.#away === undefined ? concurrency : 1)) {
      const name = this.#next();
      if (name === undefined) return;
      this.#asked.delete(name);
      this.#kept.delete(name);
      this.#sending.add(name);
      const work = this.#work(name);
      this.#working.add(work);
      void work.finally(() => this.#working.delete(work));
    }
  }

  #next(): string | undefined {
    for (const queue of [this.#asked, this.#kept]) for (const name of queue) return name;
    return undefined;
  }

  async #work(name: string): Promise<void> {
    try {
      const submitted = this.#outbox.read(name);
      if (submitted === undefined) this.#options.remark(`the outbox has a damaged file, which was put aside: ${name}`);
      else await this.#settle(name, await this.#options.send(submitted));
    } catch (error) {
      this.#retry(name, error);
    } finally {
      this.#sending.delete(name);
      this.#go();
    }
  }

  async #settle(name: string, { isTaken, reply }: Outcome): Promise<void> {
    if (this.#away !== undefined) this.#options.remark('the log answers again');
    [this.#away, this.#pause] = [undefined, FIRST_PAUSE_MS];
    const waiting = this.#clients.get(name);
    if (!isTaken && waiting === undefined)
      this.#options.remark(`the log refuses an entry from the outbox (${reply.status}), which is dropped: ${name}`);
    waiting?.resolve(reply);
    this.#clients.delete(name);
    if (isTaken) await this.#outbox.answer(name, reply);
    else this.#outbox.drop(name);
  }

  #retry(name: string, error: unknown): void {
    if (error instanceof Unreachable) {
      if (this.#away === undefined) this.#options.remark(`${error.message}. Entries are kept until it answers`);
      this.#away = error.message;
      this.#again(name);
      this.#rest();
      return;
    }
    this.#options.remark(error instanceof Error ? error.message : String(error));
    this.#clients.get(name)?.reject(error);
    this.#clients.delete(name);
    setTimeout(() => {
      this.#again(name);
      this.#go();
    }, DOUBT_PAUSE_MS).unref();
  }

  #again(name: string): void {
    (this.#clients.has(name) ? this.#asked : this.#kept).add(name);
  }

  #rest(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    setTimeout(() => {
      this.#isPaused = false;
      this.#go();
    }, this.#pause).unref();
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }
}
