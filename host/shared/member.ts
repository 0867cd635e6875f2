import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../log/clock.ts';
import { NotPublished } from '../../log/failures.ts';
import { Taken } from '../../storage/record-log.ts';
import { ListWriter } from '../../storage/shared/list-writer.ts';
import { type Leadership, ListReading, type ListReadingParts } from './list-reading.ts';

export interface MemberParts extends ListReadingParts {
  readonly clock: Clock;
  /** Where other machines reach this one. */
  readonly address: string;
  /** Milliseconds without a record after which another machine may lead. */
  readonly lease: number;
  /** Whether this machine may lead. */
  readonly mayLead: boolean;
  /** Has this machine give places, from now on: it leads. */
  readonly lead: () => Promise<void>;
}

export interface MemberState {
  readonly role: 'leader' | 'follower';
  /** Records of the list that this machine has taken. */
  readonly record: number;
  /** Seconds since it knew that it had all of them. */
  readonly behind: number;
}

/** Milliseconds between two looks for the next record, and between two looks whether one is due. */
const POLL_MS = 50;

/** Appends of a leader in the time of a lease, at least. */
const BEATS = 3;

/** One machine of a shared log: follows what another writes, until none does; then it leads, and does so until its process ends. */
export class Member implements AsyncDisposable {
  readonly #parts: MemberParts;
  readonly #reading: ListReading;
  #writer: ListWriter | undefined;
  #asked: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #beating: NodeJS.Timeout | undefined;
  #isStopped = false;
  #doubt: string | undefined;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.#reading = new ListReading(parts);
  }

  /** Appends for the machine that leads; undefined while this one does not. */
  get writer(): ListWriter | undefined {
    return this.#writer;
  }

  get leadership(): Leadership | undefined {
    return this.#reading.leadership;
  }

  state(): MemberState {
    const isLeader = this.#writer !== undefined;
    const behind = isLeader ? 0 : Math.floor(this.#reading.behind / 1000);
    return { role: isLeader ? 'leader' : 'follower', record: this.#parts.list.end.records, behind };
  }

  /** Why this machine does not take the records of others; undefined while it does. */
  trouble(): string | undefined {
    return this.#reading.trouble;
  }

  /** Why no entry can be placed; undefined while a machine leads. */
  refusal(): string | undefined {
    const { fault, quiet } = this.#reading;
    return fault ?? (quiet > BEATS * this.#parts.lease ? 'no machine leads the shared log' : undefined);
  }

  /** Takes all records that the list has. @throws for what cannot be taken */
  async catchUp(): Promise<void> {
    await this.#reading.readOn();
  }

  /** Follows, or leads, from now on. */
  start(): void {
    if (this.#writer !== undefined) void this.#parts.lead().catch(this.#parts.fatal);
    else this.#following ??= this.#follow();
  }

  /** Has the next record looked for at once. */
  hasten(): void {
    this.#wake();
  }

  /**
   * Resolves once this machine has all records that the list had when it was called. One question for all who ask.
   *
   * @throws NotPublished where that cannot be known now
   */
  ask(): Promise<void> {
    if (this.#writer?.isSole === true) return Promise.resolve(); // nobody else can have appended
    this.#asked ??= this.#reading
      .beside(async () => (this.#asked = undefined)) // those who ask from here on are not answered by what is read now
      .then(() => this.#readAll());
    return this.#asked;
  }

  async #readAll(): Promise<void> {
    const reason = this.#writer === undefined ? this.#reading.fault : 'another machine may lead by now';
    if (reason !== undefined) throw unknowable(reason);
    try {
      await this.#reading.readOn();
    } catch (error) {
      this.#reading.failed(error);
      throw unknowable(error instanceof Error ? error.message : String(error));
    }
  }

  /** Leads by the record that was appended under this term. @param begun - when that append was begun */
  leadBy(term: Uint8Array, begun: number): void {
    const { list, lease, now, moved, fatal, address } = this.#parts;
    this.#reading.end();
    this.#reading.lead(term, address);
    const writer = new ListWriter({ list, term, lease, now, applied: moved }, begun);
    this.#writer = writer;
    const beat = (): void => {
      if (writer.idle >= lease / BEATS) writer.beat().catch(fatal);
    };
    this.#beating = setInterval(beat, Math.min(POLL_MS, lease / 10));
  }

  async #follow(): Promise<void> {
    const { lease, announce } = this.#parts;
    const reading = this.#reading;
    let [grace, leader] = [chance(lease), reading.leadership];
    while (!this.#isStopped && this.#writer === undefined && reading.fault === undefined) {
      try {
        await reading.readOn();
        if (reading.leadership !== leader) {
          [grace, leader] = [chance(lease), reading.leadership];
          announce(`the machine at ${leader?.address} leads the shared log`);
        }
        if (reading.quiet > lease + grace && this.#mayLead()) await this.#takeOver();
      } catch (error) {
        reading.failed(error);
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resume) => {
      const timer = setTimeout(resume, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  #mayLead(): boolean {
    const { mayLead, clock, warn } = this.#parts;
    if (!mayLead || this.#isStopped) return false;
    const doubt = clock.reasonUntrusted(0);
    if (doubt !== undefined && doubt !== this.#doubt) warn(`this machine does not lead the shared log: ${doubt}`);
    this.#doubt = doubt;
    return doubt === undefined;
  }

  /** Appends the record that begins a leadership: whoever led before is refused at its next append. */
  async #takeOver(): Promise<void> {
    const { list, address, now, announce, lead, moved, fatal } = this.#parts;
    const [term, begun] = [randomBytes(16), now()];
    try {
      await this.#reading.beside(() => list.append([{ op: 'lead', term, address }]));
    } catch (error) {
      if (!(error instanceof Taken)) throw error;
      return; // another was faster, and is read next
    }
    this.leadBy(term, begun);
    moved([]);
    announce(`this machine leads the shared log from record ${list.end.records - 1} on`);
    await lead().catch(fatal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#following;
    await this.#reading.stop();
    await this.#writer?.stop();
    clearInterval(this.#beating);
  }
}

/** Milliseconds beyond the lease that a machine waits, by chance, so that not all wake at once. */
function chance(lease: number): number {
  return randomInt(Math.max(1, Math.ceil(lease / BEATS)));
}

function unknowable(reason: string): NotPublished {
  return new NotPublished(`whether the shared log has more cannot be known now: ${reason}`);
}
