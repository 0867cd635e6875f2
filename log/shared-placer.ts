import type { AdmittedEntry } from '../entries/kind.ts';
import { logIndex } from '../merkle/types.ts';
import type { StoreUpkeep } from '../storage/contract.ts';
import type { StoreFigures } from '../storage/figures.ts';
import type { Clock } from './clock.ts';
import { NotWritable } from './failures.ts';
import { GrowthFigures, type RefusalReason, REFUSALS } from './figures.ts';
import { Forwarder, type ForwarderParts } from './forwarder.ts';
import type { PlacedEntry, PlaceOptions, Placer } from './placer.ts';
import type { Sequencer } from './sequencer.ts';

export interface SharedPlacerParts extends ForwarderParts {
  readonly store: ForwarderParts['store'] & Pick<StoreUpkeep, 'heartbeat' | 'figures'>;
  readonly clock: Clock;
  /** Entries that this machine's copy of the log has. */
  readonly size: () => number;
  /** Why nothing is taken on while this machine follows; undefined where something leads. */
  readonly refusal: () => string | undefined;
}

/**
 * Milliseconds after a machine has begun to lead in which each entry is looked for once more before it gets a place: it may have been
 * looked for before the last record of the earlier leader came.
 */
const DOUBT_MS = 10_000;

/** Gives places on a machine of a shared log: by the machine that leads, until this one does. */
export class SharedPlacer implements Placer {
  readonly #parts: SharedPlacerParts;
  readonly #forwarder: Forwarder;
  readonly #none = new GrowthFigures();
  #sequencer: Sequencer | undefined;
  #doubtedUntil = 0;
  #stopping: string | undefined;

  constructor(parts: SharedPlacerParts) {
    this.#parts = parts;
    this.#forwarder = new Forwarder(parts);
  }

  /** Has places given by this machine from now on: those that wait for one get theirs here. */
  lead(sequencer: Sequencer): void {
    this.#doubtedUntil = this.#parts.now() + DOUBT_MS;
    this.#sequencer = sequencer;
    this.#forwarder.end(({ entry, isAnew, wasSent, resolve, reject }) => {
      this.#placeHere(entry, sequencer, { isAnew: isAnew && !wasSent })
        .then((placed) => resolve({ ...placed, isDuplicate: false }))
        .catch(reject);
    });
  }

  /** A machine that follows signs nothing; one that comes to lead has begun before. */
  async begin(): Promise<void> {
    await this.#sequencer?.begin();
  }

  get size(): number {
    return this.#sequencer?.size ?? this.#parts.size();
  }

  get journalled(): number {
    return this.#sequencer?.journalled ?? this.#parts.size();
  }

  get waiting(): { readonly entries: number; readonly bytes: number } {
    return this.#sequencer?.waiting ?? this.#forwarder.waiting;
  }

  get figures(): GrowthFigures {
    return this.#sequencer?.figures ?? this.#none;
  }

  refusals(): Readonly<Record<RefusalReason, boolean>> {
    if (this.#sequencer !== undefined) return this.#sequencer.refusals();
    const none = Object.fromEntries(REFUSALS.map((reason) => [reason, false])) as Record<RefusalReason, boolean>;
    return { ...none, stopped: this.refusal() !== undefined };
  }

  refusal(): string | undefined {
    return (
      this.#sequencer?.refusal() ??
      this.#stopping ??
      (this.#sequencer === undefined ? this.#parts.refusal() : undefined)
    );
  }

  async place(entry: AdmittedEntry, { steps, isAnew = false }: PlaceOptions = {}): Promise<PlacedEntry> {
    if (this.#sequencer !== undefined) return this.#placeHere(entry, this.#sequencer, { steps, isAnew });
    const refusal = this.refusal();
    if (refusal !== undefined) throw new NotWritable(refusal);
    return this.#forwarder.place(entry, isAnew);
  }

  async #placeHere(
    entry: AdmittedEntry,
    sequencer: Sequencer,
    { steps, isAnew = false }: PlaceOptions,
  ): Promise<PlacedEntry> {
    const { store, now } = this.#parts;
    if (!isAnew && now() < this.#doubtedUntil) {
      const index = await store.findDuplicate(entry.leafHash);
      const found = index === undefined ? undefined : await store.entry(logIndex(index));
      if (found !== undefined) return { ...found, isDuplicate: true };
    }
    return sequencer.place(entry, { steps });
  }

  heartbeat(): Promise<void> {
    const { store, clock } = this.#parts;
    return this.#sequencer?.heartbeat() ?? store.heartbeat(clock.now());
  }

  storeFigures(): Promise<StoreFigures | undefined> {
    return this.#parts.store.figures();
  }

  async stop(): Promise<void> {
    this.#stopping ??= 'the log is stopping';
    const reason = this.#stopping;
    if (this.#sequencer === undefined) this.#forwarder.end(({ reject }) => reject(new NotWritable(reason)));
    await this.#sequencer?.stop();
  }
}
