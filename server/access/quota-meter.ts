import { brief } from '../../base/brief.ts';
import { utf8 } from '../../base/bytes.ts';
import { LruMap } from '../../base/lru-map.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { Quota } from '../../host/access/quota-rules.ts';
import { QuotaExceeded } from './failures.ts';

/** Names whose use is remembered; of more, those that were used longest ago begin anew. */
const KEPT_NAMES = 100_000;

const DAY_S = 86_400;

/** Characters of a name that is remembered as it is. An identity in an entry may have 64 KiB, and so many of them would fill memory. */
const MAX_NAME = 200;

const shortName = (name: string): string =>
  name.length > MAX_NAME ? `${brief(name)} (SHA-256 ${sha256Hex(utf8(name))})` : name;

interface Use {
  /** Entries that may come at once: a bucket that the rate fills (token bucket). */
  readonly tokens: number;
  /** When that was, in milliseconds. */
  readonly at: number;
  /** Number of the day, UTC, and what was submitted in it. */
  readonly day: number;
  readonly entries: number;
  readonly bytes: number;
}

/** Holds names to a quota. In memory: a start begins anew. */
export class QuotaMeter {
  readonly #uses = new LruMap<string, Use>(KEPT_NAMES);
  readonly #now: () => number;
  readonly #time: () => number;

  /** @param now - milliseconds on a clock that never goes back; @param time - milliseconds since the Unix epoch */
  constructor(now: () => number, time: () => number) {
    this.#now = now;
    this.#time = time;
  }

  /**
   * Counts one entry of `bytes` bytes of each name, if all of them may have it, or else of none.
   *
   * @param what - stands before each name in messages
   *
   * @throws QuotaExceeded, which says when to try again
   */
  take(what: string, names: readonly string[], quota: Quota, bytes: number): void {
    const uses = names.map((name) => [shortName(what + name), this.#useOf(shortName(what + name), quota)] as const);
    for (const [name, use] of uses) this.#requireRoom(name, use, quota, bytes);
    for (const [name, { tokens, at, day, entries, bytes: sent }] of uses)
      this.#uses.set(name, { tokens: tokens - 1, at, day, entries: entries + 1, bytes: sent + bytes });
  }

  #useOf(name: string, { rate = 0, burst }: Quota): Use {
    const [at, day] = [this.#now(), Math.floor(this.#time() / 1000 / DAY_S)];
    const use = this.#uses.get(name) ?? { tokens: burst, at, day, entries: 0, bytes: 0 };
    const tokens = Math.min(burst, use.tokens + ((at - use.at) / 1000) * rate);
    const sameDay = use.day === day;
    return { tokens, at, day, entries: sameDay ? use.entries : 0, bytes: sameDay ? use.bytes : 0 };
  }

  /** @throws QuotaExceeded */
  #requireRoom(name: string, use: Use, { rate, burst, entries, bytes }: Quota, more: number): void {
    const day = DAY_S - Math.floor((this.#time() / 1000) % DAY_S);
    if (rate !== undefined && use.tokens < 1)
      throw new QuotaExceeded(`${name} may submit ${rate} entries a second, and ${burst} at once`, {
        seconds: Math.max(1, Math.ceil((1 - use.tokens) / rate)),
        limit: burst,
        window: Math.ceil(burst / rate),
      });
    if (entries !== undefined && use.entries + 1 > entries)
      throw new QuotaExceeded(`${name} may submit ${entries} entries a day`, {
        seconds: day,
        limit: entries,
        window: DAY_S,
      });
    if (bytes !== undefined && use.bytes + more > bytes)
      throw new QuotaExceeded(`${name} may submit ${bytes} bytes a day`, { seconds: day, limit: bytes, window: DAY_S });
  }
}
