import { compareHeads } from '../../../client/audit/compare-heads.ts';
import type { Fork } from '../../../client/evidence/evidence.ts';
import type { LogClient } from '../../../client/http/log-client.ts';
import { TILE_WIDTH } from '../../../merkle/tile.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';
import { ScanPool } from './scan-pool.ts';
import type { ScanSettings } from './scan-wire.ts';

/** A pass over all entries of one tree. */
export interface Pass {
  readonly settings: ScanSettings;
  readonly client: LogClient;
  /** Where it begins: entries below were checked by a run that did not come to its end. */
  readonly from: number;
  /** Told of the entries from 0 on that have been checked. */
  readonly advance: (next: number) => void;
}

/** Entries that a thread takes at once: some tenths of a second of work. */
const UNIT_ENTRIES = { tiles: 16 * TILE_WIDTH, entries: TILE_WIDTH } as const;

/** An entry is proved under a head that contradicts the one that is audited. */
export class ForkFound extends CheckFailed {
  readonly fork: Fork;

  constructor(message: string, fork: Fork) {
    super(message);
    this.fork = fork;
  }
}

/**
 * Checks every entry of a tree, on several threads.
 *
 * @throws ScanFailed for what does not hold
 * @throws ForkFound
 */
export async function runPass({ settings, client, from, advance }: Pass, threads: number): Promise<void> {
  const { what, head } = settings;
  const { size } = head.checkpoint;
  const width = UNIT_ENTRIES[what];
  const seen = new HeadsSeen(client, head);
  await using pool = new ScanPool(settings, Math.min(threads, Math.max(1, Math.ceil((size - from) / width))));
  await pool.run({ from, to: size }, width, (heads) => seen.check(heads), advance);
}

/** Heads that entries are proved under: each has to be of the tree that is audited. */
class HeadsSeen {
  readonly #client: LogClient;
  readonly #head: TrustedHead;
  readonly #checked = new Set<string>();

  constructor(client: LogClient, head: TrustedHead) {
    [this.#client, this.#head] = [client, head];
  }

  /** @throws CheckFailed */
  async check(heads: readonly TrustedHead[]): Promise<void> {
    const unknown = heads.filter(({ note }) => !this.#checked.has(note) && note !== this.#head.note);
    for (const one of unknown) {
      const [small, large] = one.checkpoint.size <= this.#head.checkpoint.size ? [one, this.#head] : [this.#head, one];
      const comparison = await compareHeads(small, large, this.#client);
      const what = `entries are proved under a head of ${one.checkpoint.size} entries`;
      if (comparison.found === 'forked')
        throw new ForkFound(`${what} that contradicts the audited one`, comparison.fork);
      if (comparison.found === 'unproved') throw new CheckFailed(`${what} that does not fit: ${comparison.reason}`);
      this.#checked.add(one.note);
    }
  }
}
