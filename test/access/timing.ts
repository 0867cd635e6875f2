import { randomInt } from 'node:crypto';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { bearer } from './private-log.ts';
import { ENTRIES, type PrivateServer } from './private-server.ts';

/** One answer, as far as somebody sees it who may not read. */
interface Seen {
  readonly ms: number;
  readonly bytes: number;
  readonly status: number;
}

/** A question that somebody without the right to read can ask about an entry that is there, or about one that is not. */
export interface Oracle {
  readonly name: string;
  /** Makes what is asked about. @param count - of each sort */
  prepare(count: number): Promise<void>;
  ask(isThere: boolean): Promise<Seen>;
}

/** How much what is there differs from what is not: 0.5 if not at all, 0 or 1 if a look tells them apart. */
export interface Difference {
  readonly time: number;
  readonly size: number;
  readonly statuses: readonly number[];
}

/** Asks about both sorts in a random order, so that what else the machine does strikes both. */
export async function compare(oracle: Oracle, asks: number): Promise<Difference> {
  const each = Math.floor(asks / 2);
  await oracle.prepare(each);
  const order = Array.from({ length: 2 * each }, (_, i) => i % 2 === 0);
  for (const i of order.keys()) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j] === true, order[i] === true];
  }
  const [there, not]: [Seen[], Seen[]] = [[], []];
  for (const isThere of order) (isThere ? there : not).push(await oracle.ask(isThere));
  const of = (figure: 'ms' | 'bytes'): number =>
    rankShare(
      there.map((seen) => seen[figure]),
      not.map((seen) => seen[figure]),
    );
  const statuses = [...new Set([...there, ...not].map(({ status }) => status))];
  return { time: of('ms'), size: of('bytes'), statuses };
}

/**
 * Returns the share of pairs in which the one of `a` is the larger, ties half: the U of Mann and Whitney over the number of pairs.
 * It goes by ranks, so no slow answer counts for more than one. Where both are alike it lies within 0.5 ± 3 √((1/n + 1/m) / 12).
 */
export function rankShare(a: readonly number[], b: readonly number[]): number {
  const sorted = b.toSorted((x, y) => x - y);
  const below = (value: number, orEqual: boolean): number => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      const at = sorted[middle] ?? 0;
      if (at < value || (orEqual && at === value)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const wins = a.reduce((sum, value) => sum + (below(value, false) + below(value, true)) / 2, 0);
  return wins / (a.length * b.length);
}

/** The ways in which one who may only submit can ask. */
export function oraclesOf(open: PrivateServer): readonly Oracle[] {
  const headers = { 'content-type': 'application/json', ...bearer(open.writer) };
  const send = async (path: string, body?: unknown): Promise<Seen> => {
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const begun = performance.now();
    const answer = await fetch(`${open.server.base}${path}`, init);
    const { length } = await answer.text();
    return { ms: performance.now() - begun, bytes: length, status: answer.status };
  };
  const absent = (): string => Array.from({ length: 80 }, () => randomInt(16).toString(16)).join('');
  // Questions are made alike for both sorts: the work on them would differ else, and be measured.
  return [
    submitting(send),
    reading('entry by id', async (isThere) => {
      const id = absent();
      return send(`${ENTRIES}/${isThere ? open.uuid : id}`);
    }),
    reading('entry by index', async (isThere) => {
      const index = 900_000 + randomInt(9999);
      return send(`${ENTRIES}?logIndex=${isThere ? open.index : index}`);
    }),
    reading('lookup by entry', async (isThere) => {
      const other = hashedrekord('absent');
      return send(`${ENTRIES}/retrieve`, { entries: [isThere ? open.proposal : other] });
    }),
  ];
}

function reading(name: string, ask: Oracle['ask']): Oracle {
  return { name, prepare: async () => undefined, ask };
}

/** Entries that are sent again, among entries that are new. */
function submitting(send: (path: string, body: unknown) => Promise<Seen>): Oracle {
  const signer = newSubmitter();
  let old: object[] = [];
  let fresh: object[] = [];
  return {
    name: 'an entry that is sent again',
    async prepare(count) {
      const made = (word: string) =>
        Array.from({ length: count }, () => hashedrekord(`${word} ${absentWord()}`, signer));
      [old, fresh] = [made('old'), made('new')];
      for (const proposal of old) await send(ENTRIES, proposal);
    },
    ask: (isThere) => send(ENTRIES, (isThere ? old : fresh).pop()),
  };
}

const absentWord = (): string => String(randomInt(2 ** 40)).padStart(13, '0');
