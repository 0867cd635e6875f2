import { attempt, type Mend } from '../../log/audit/attempt.ts';
import { areLogged } from '../../log/audit/mend-bundle.ts';
import { ShardScrub } from '../../log/audit/shard-scrub.ts';
import { LogRefused } from '../../log/failures.ts';
import type { AuditedLog } from '../../storage/engine.ts';
import { noLogIn } from '../../storage/failures.ts';
import { shardOf } from '../shards/read-shards.ts';
import type { NodeHash } from '../../merkle/types.ts';
import { isUnopened, type ShardFolder, shardFolders } from '../shards/shard-folders.ts';
import { copiesAt, copiesInFolder, type EntryCopies } from './copies.ts';
import type { ScrubFigures, ScrubSettings } from './messages.ts';
import { newState, type ScrubState, StateFile } from './state.ts';

/** Records of the index that an entry has, about: for the pace alone. */
const RECORDS_OF_ENTRY = 4;
/** Of entries and of records in a slice. */
const SLICE_ENTRIES = 256;
const SLICE_RECORDS = 129_024;

/** Seconds for which a copy that could not be read is not asked again. */
const REST_SECONDS = 600;

/** Sentences that are not said again in one pass. */
const SAID = 1024;

interface ScrubbedFolder extends ShardFolder {
  readonly treeId: string;
  /** Entries when the scrub was opened: for the pace. */
  readonly size: number;
}

interface OpenShard {
  readonly number: number;
  readonly origin: string;
  readonly reading: AuditedLog;
  readonly scrub: ShardScrub;
}

export interface ScrubVoices {
  /** Told in one sentence of each damage, once in a pass. */
  readonly damaged: (says: string) => void;
  /** Told in one sentence of what was mended. */
  readonly repaired: (says: string) => void;
  /** Told in one sentence of a copy that could not be used. */
  readonly warn: (sentence: string) => void;
  readonly passed: (entries: number, damaged: number) => void;
  /** Seconds since the Unix epoch. */
  readonly now: () => number;
  /** Whether the thread is to end. */
  readonly isClosing: () => boolean;
}

/** Scrubs all shards of a log, one after another and again, with reading connections of its own. */
export class LogScrub implements Disposable {
  readonly #places: readonly ScrubbedFolder[];
  readonly #readOnly: boolean;
  readonly #voices: ScrubVoices;
  readonly #file: StateFile;
  readonly #said = new Set<string>();
  readonly #copies: readonly EntryCopies[];
  /** Second until which a copy that failed is not asked. */
  readonly #resting = new Map<EntryCopies, number>();
  #state: ScrubState;
  #open: OpenShard | undefined;
  #counts = { entries: 0, records: 0 };

  private constructor(settings: ScrubSettings, places: readonly ScrubbedFolder[], voices: ScrubVoices) {
    const treeId = places[0]?.treeId ?? '';
    [this.#places, this.#readOnly, this.#voices] = [places, settings.readOnly, voices];
    this.#file = new StateFile(settings.data);
    this.#copies = copiesOf(settings, voices);
    this.#state = (settings.readOnly ? undefined : this.#file.read(treeId)) ?? newState(treeId);
  }

  /** @throws LogRefused, StoreRefused */
  static async open(settings: ScrubSettings, voices: ScrubVoices): Promise<LogScrub> {
    const places = shardFolders(settings.data, settings.heads).filter((place) => !isUnopened(place));
    const found: ScrubbedFolder[] = [];
    for (const place of places) {
      using reading = place.engine.audit(place.folder, settings.readOnly);
      const identity = await reading.identity();
      if (identity === undefined) throw new LogRefused(noLogIn(place.folder));
      found.push({ ...place, treeId: identity.treeId, size: (await reading.head())?.size ?? 0 });
    }
    return new LogScrub(settings, found, voices);
  }

  get figures(): ScrubFigures {
    const { before, place, lastPass, damaged, damagedBefore } = this.#state;
    const position = before + (place?.entry ?? 0);
    return { ...this.#counts, position, lastPass, damaged: Math.max(damaged, damagedBefore) };
  }

  /** Slices of a full pass, about. */
  get slices(): number {
    const size = this.#places.reduce((sum, one) => sum + one.size, 0);
    return 1 + Math.ceil(size / SLICE_ENTRIES) + Math.ceil((size * RECORDS_OF_ENTRY) / SLICE_RECORDS);
  }

  /** Checks the next slice. @throws StoreRefused for a database that cannot be read now: the same slice is next */
  async slice(): Promise<void> {
    const shard = await this.#shard();
    const found = (says: string): void => this.#found(`${shard.origin}: ${says}`);
    const place = this.#state.place ?? (await attempt(0, found, () => shard.scrub.begin(found)));
    if (place === undefined) return this.#shardDone(0);
    const next = await shard.scrub.slice(place, found);
    if (next === undefined) return this.#shardDone(place.size);
    this.#counts.entries += next.entry - place.entry;
    this.#counts.records += next.index.read - place.index.read;
    this.#state = { ...this.#state, place: next };
  }

  /** Keeps where it stands, for the next start. */
  save(): void {
    if (!this.#readOnly) this.#file.write(this.#state);
  }

  [Symbol.dispose](): void {
    this.#open?.reading[Symbol.dispose]();
    this.#open = undefined;
  }

  async #shard(): Promise<OpenShard> {
    if (this.#open?.number === this.#state.shard) return this.#open;
    this[Symbol.dispose]();
    const place = this.#places.find(({ number }) => number === this.#state.shard);
    if (place === undefined) throw new LogRefused(`shard ${this.#state.shard} of the log is missing`);
    using cleanup = new DisposableStack();
    const reading = cleanup.use(place.engine.audit(place.folder, this.#readOnly));
    const identity = await reading.identity();
    if (identity === undefined) throw new LogRefused(noLogIn(place.folder));
    const scrub = new ShardScrub(
      reading,
      shardOf(identity),
      this.#readOnly ? undefined : this.#mend(place, identity.origin),
    );
    cleanup.move();
    this.#open = { number: this.#state.shard, origin: identity.origin, reading, scrub };
    return this.#open;
  }

  #mend({ engine, folder, number }: ShardFolder, origin: string): Mend {
    const { repaired } = this.#voices;
    return {
      tile: (tile) => {
        const name = `${origin}: tile ${tile.level}/${tile.index}`;
        if (!this.#isWritten(name, () => engine.mendTile(folder, tile))) return false;
        repaired(`${name} was made again from what stands below it, under the root that was signed`);
        return true;
      },
      bundle: (bundle, hashes) => this.#mendBundle({ engine, folder, number }, origin, bundle, hashes),
      run: (id) => void this.#isWritten(`${origin}: that run ${id} is in doubt`, () => engine.doubtRun(folder, id)),
    };
  }

  /** Whether something could be written. A full disk is no reason to look at nothing more: the next pass finds it again. */
  #isWritten(what: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#voices.warn(`${what} could not be written: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  /** Asks one copy after another. One that cannot be read is left alone for a while: much may be damaged. */
  async #mendBundle(
    { engine, folder, number }: Pick<ShardFolder, 'engine' | 'folder' | 'number'>,
    origin: string,
    bundle: number,
    hashes: readonly NodeHash[],
  ): Promise<boolean> {
    const { now, warn, repaired } = this.#voices;
    for (const copies of this.#copies) {
      if (now() < (this.#resting.get(copies) ?? 0)) continue;
      try {
        const entries = await copies.bundle(number, bundle);
        if (entries === undefined || !areLogged(entries, hashes)) {
          warn(`${copies.name} has other entries for bundle ${bundle} of ${origin}, or not all of them`);
          continue;
        }
        engine.mendBundle(folder, bundle, entries);
        repaired(
          `${origin}: the entries of bundle ${bundle} were written again from ${copies.name}, under the root that was signed`,
        );
        return true;
      } catch (error) {
        this.#resting.set(copies, now() + REST_SECONDS);
        warn(
          `${copies.name} did not mend bundle ${bundle} of ${origin}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    return false;
  }

  #found(says: string): void {
    if (this.#said.has(says)) return;
    if (this.#said.size >= SAID) this.#said.clear();
    this.#said.add(says);
    this.#state = { ...this.#state, damaged: this.#state.damaged + 1 };
    this.#voices.damaged(says);
  }

  #shardDone(size: number): void {
    const { treeId, damaged, before, shard } = this.#state;
    if (this.#places.some(({ number }) => number === shard + 1)) {
      this.#state = { ...this.#state, before: before + size, shard: shard + 1, place: undefined };
      return;
    }
    this.#said.clear();
    this.#state = { ...newState(treeId), lastPass: this.#voices.now(), damagedBefore: damaged };
    this.#voices.passed(before + size, damaged);
  }
}

function copiesOf({ archive, mirror }: ScrubSettings, { isClosing }: ScrubVoices): readonly EntryCopies[] {
  return [
    ...(archive === undefined ? [] : [copiesInFolder(archive, isClosing)]),
    ...(mirror === undefined ? [] : [copiesAt(mirror)]),
  ];
}
