import type { AdmittedEntry } from '../entries/kind.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { equalBytes } from '../base/bytes.ts';
import { logIndex } from '../merkle/types.ts';
import type { EntryReads, StoredEntry } from '../storage/entries.ts';
import type { SearchIndex } from '../storage/search.ts';
import { NotPublished, NotWritable, Overloaded } from './failures.ts';
import type { PlacedEntry } from './placer.ts';
import { BATCH_BYTES, type SequencerLimits } from './waiting-entries.ts';

/** An entry on its way to the machine that leads. */
export interface ForwardedEntry {
  readonly entry: AdmittedEntry;
  /** Whether an entry that the log has becomes another leaf. */
  readonly isAnew: boolean;
}

/** The answer of the machine that leads about one entry. It is believed nothing: the list of records has the entry, or has not. */
export type Placing =
  | { readonly is: 'placed'; readonly index: number; readonly isDuplicate: boolean }
  | { readonly is: 'refused'; readonly isOverload: boolean; readonly reason: string };

export interface ForwarderParts {
  readonly store: Pick<EntryReads, 'entry'> & Pick<SearchIndex, 'findDuplicate'>;
  readonly limits: SequencerLimits;
  /** Sends entries to the machine that leads. Rejects where none is known, or it does not answer as it should. */
  readonly send: (entries: readonly ForwardedEntry[]) => Promise<readonly Placing[]>;
  /** Resolves once this machine shows a head of so many entries, which the list has by now. Rejects when that takes too long. */
  readonly reach: (size: number) => Promise<void>;
  /** Milliseconds that an entry waits for its place. */
  readonly patience: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

export interface WaitingToSend extends ForwardedEntry {
  readonly resolve: (entry: PlacedEntry) => void;
  readonly reject: (reason: unknown) => void;
  readonly since: number;
  /** Whether a leader may have it: then it is found by its leaf hash, and is no duplicate of another's. */
  wasSent: boolean;
}

/** Batches that are on their way at one time, and milliseconds until the next try after one that failed. */
const BATCHES = 4;
const RETRY_MS = 100;

/** Sends entries to the machine that leads, and settles each once this machine's own copy of the log has it. */
export class Forwarder {
  readonly #parts: ForwarderParts;
  #queue: WaitingToSend[] = [];
  #bytes = 0;
  #sending = 0;
  #retry: NodeJS.Timeout | undefined;
  #heir: ((waiting: WaitingToSend) => void) | undefined;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  /** Entries that wait to be sent, and their bytes. */
  get waiting(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#queue.length, bytes: this.#bytes };
  }

  /** @throws Overloaded, NotWritable, NotPublished */
  place(entry: AdmittedEntry, isAnew: boolean): Promise<PlacedEntry> {
    const { maxWaiting, maxWaitingBytes } = this.#parts.limits;
    if (this.#queue.length >= maxWaiting) throw new Overloaded(`${this.#queue.length} entries are waiting already`);
    if (this.#bytes + weightOf(entry) > maxWaitingBytes)
      throw new Overloaded(`entries of ${maxWaitingBytes} bytes in all are waiting already`);
    return new Promise((resolve, reject) => {
      this.#push({ entry, isAnew, resolve, reject, since: this.#parts.now(), wasSent: false });
      queueMicrotask(() => this.#pump()); // entries that arrive in the same turn share a batch
    });
  }

  /** Ends forwarding. @param heir - takes those that have no place yet, also those that are on their way and get no answer */
  end(heir: (waiting: WaitingToSend) => void): void {
    this.#heir = heir;
    clearTimeout(this.#retry);
    this.#bytes = 0;
    for (const waiting of this.#queue.splice(0)) heir(waiting);
  }

  #push(waiting: WaitingToSend): void {
    this.#queue.push(waiting);
    this.#bytes += weightOf(waiting.entry);
  }

  #pump(): void {
    while (this.#heir === undefined && this.#retry === undefined && this.#sending < BATCHES && this.#queue.length > 0) {
      this.#sending += 1;
      void this.#send(this.#take()).finally(() => {
        this.#sending -= 1;
        this.#pump();
      });
    }
  }

  #take(): readonly WaitingToSend[] {
    let [count, bytes] = [0, 0];
    for (const { entry } of this.#queue.slice(0, this.#parts.limits.batch)) {
      if (count > 0 && bytes + weightOf(entry) > BATCH_BYTES) break;
      [count, bytes] = [count + 1, bytes + weightOf(entry)];
    }
    this.#bytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #send(batch: readonly WaitingToSend[]): Promise<void> {
    const isAgain = batch.map(({ wasSent }) => wasSent);
    for (const waiting of batch) waiting.wasSent = true;
    try {
      // An entry that was sent before without an answer may have its place, and is not to get a second one.
      const sent = batch.map(({ entry, isAnew }, i) => ({ entry, isAnew: isAnew && isAgain[i] !== true }));
      const placings = await this.#parts.send(sent);
      if (placings.length !== batch.length) throw new Error('the machine that leads answered about other entries');
      await Promise.all(batch.map((waiting, i) => this.#settle(waiting, placings[i], isAgain[i] === true)));
    } catch {
      for (const waiting of batch) this.#again(waiting);
    }
  }

  async #settle(waiting: WaitingToSend, placing: Placing | undefined, isAgain: boolean): Promise<void> {
    const { entry, resolve, reject } = waiting;
    if (placing?.is === 'refused')
      return reject(placing.isOverload ? new Overloaded(placing.reason) : new NotWritable(placing.reason));
    const found = placing && (await this.#placed(entry, placing.index));
    if (found === undefined) return this.#again(waiting);
    return resolve({ ...found, isDuplicate: placing?.isDuplicate === true && !isAgain });
  }

  /** Undefined where this machine's own copy of the log does not have the entry there, or not in time. */
  async #placed({ leafHash }: AdmittedEntry, index: number): Promise<StoredEntry | undefined> {
    try {
      await this.#parts.reach(index + 1);
      const found = await this.#parts.store.entry(logIndex(index));
      return found !== undefined && equalBytes(hashLeaf(found.body), leafHash) ? found : undefined;
    } catch {
      return undefined;
    }
  }

  /** Has an entry sent again in a moment, unless it has waited for too long. */
  #again(waiting: WaitingToSend): void {
    if (this.#heir !== undefined) return this.#heir(waiting);
    if (this.#parts.now() - waiting.since > this.#parts.patience)
      return waiting.reject(new NotPublished(LATE_SENTENCE));
    this.#push(waiting);
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#pump();
    }, RETRY_MS);
  }
}

const LATE_SENTENCE =
  'no machine that leads the log has said in time that it has the entry: it may have it, send it again';

const weightOf = ({ body, attestation }: AdmittedEntry): number => body.length + (attestation?.length ?? 0);
