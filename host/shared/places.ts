import type { Clock } from '../../log/clock.ts';
import type { PlacingParts } from '../../log/compose.ts';
import type { ForwarderParts } from '../../log/forwarder.ts';
import { SharedPlacer } from '../../log/shared-placer.ts';
import type { SequencerLimits } from '../../log/waiting-entries.ts';
import type { OpenStore } from '../../storage/engine.ts';
import type { HeadJournal } from '../../storage/journal.ts';
import { type GenesisKind, genesisOf } from '../start/genesis.ts';
import type { LogKeyPair } from '../start/start-shard.ts';
import type { LocalCopy } from './copy.ts';
import type { Member } from './member.ts';

interface PlacesParts {
  readonly settings: SequencerLimits & { readonly lease: number };
  readonly genesis: GenesisKind | undefined;
  readonly copy: LocalCopy;
  readonly store: OpenStore;
  readonly journal: Pick<HeadJournal, 'append'>;
  /** Undefined on a machine that never leads. */
  readonly keys: LogKeyPair | undefined;
  readonly clock: Clock;
  readonly now: () => number;
  readonly announce: (sentence: string) => void;
}

/** Milliseconds that an entry waits for its place beyond three leases: so long may no machine lead. */
const PATIENCE_MS = 2000;

/** Milliseconds for which a head is waited for that the list has. */
const REACH_MS = 5000;

interface Opened {
  readonly placing: PlacingParts;
  readonly placer: SharedPlacer;
  readonly member: Pick<Member, 'hasten' | 'refusal'>;
}

/** Gives entries their places on a machine of a shared log, and shows what the list brings. */
export class Places {
  readonly #parts: PlacesParts;
  readonly #waiting = new Set<{ readonly size: number; readonly resolve: () => void }>();
  #opened: Opened | undefined;
  #sender: { readonly send: ForwarderParts['send'] } | undefined;

  constructor(parts: PlacesParts) {
    this.#parts = parts;
  }

  /** @returns the placer of the log, which sends entries to the machine that leads */
  open(placing: PlacingParts, member: Opened['member']): SharedPlacer {
    const { copy, store, journal, settings, clock, now } = this.#parts;
    const { follower } = copy;
    follower.shows = async (head) => {
      await journal.append(head);
      placing.show(head);
      this.#shown(head.size);
    };
    const placer = new SharedPlacer({
      store,
      clock,
      now,
      limits: settings,
      size: () => follower.head.size,
      refusal: () => member.refusal(),
      send: async (entries) => {
        if (this.#sender === undefined) throw new Error('the log is being opened');
        return this.#sender.send(entries);
      },
      reach: (size) => this.#reach(size),
      patience: 3 * settings.lease + PATIENCE_MS,
    });
    this.#opened = { placing, placer, member };
    return placer;
  }

  sendBy(sender: { readonly send: ForwarderParts['send'] }): void {
    this.#sender = sender;
  }

  /** Has places given here: this machine leads. A log without entries gets its own first. */
  async lead(): Promise<void> {
    const { genesis, keys, copy, announce } = this.#parts;
    if (this.#opened === undefined || keys === undefined) throw new Error('a machine leads that is not open');
    const { placing, placer } = this.#opened;
    const sequencer = await placing.sequencer();
    await sequencer.begin();
    if (genesis !== undefined && sequencer.size === 0) {
      const { entry } = await genesisOf(copy.identity, keys.rekor, keys.c2sp, genesis);
      await sequencer.place(entry);
      announce('wrote entry 0, the log about itself');
    }
    placer.lead(sequencer);
  }

  #shown(size: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.size > size) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  /** Resolves once a head of that size is shown here. */
  async #reach(size: number): Promise<void> {
    const { placing, member } = this.#opened ?? {};
    if ((placing?.shown() ?? 0) >= size) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { size, resolve };
    this.#waiting.add(waiting);
    const late = setTimeout(reject, REACH_MS, new Error(`no head of ${size} entries came within ${REACH_MS} ms`));
    member?.hasten();
    await promise.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(waiting);
    });
  }
}
