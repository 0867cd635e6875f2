import type { LogClient, LogEntry } from '../../../client/http/log-client.ts';
import { FalseAnswer } from '../../../client/http/failures.ts';
import { checkBody, type CheckedBody } from '../../entry/check-body.ts';
import { entryJson, entryLine } from '../../entry/render.ts';
import type { CommandModule } from '../../frame/command.ts';
import { openLog } from '../../log/open-log.ts';
import { inParallel } from '../../log/pool.ts';
import type { search } from './about.ts';
import { type Question, questionOf } from './query.ts';

const CONCURRENCY = 8;

interface Found {
  readonly entry: LogEntry;
  readonly body: CheckedBody;
  readonly matched: 'checked' | 'claimed';
}

export const run: CommandModule<typeof search.options>['run'] = async (asked) => {
  const { options, output } = asked;
  const question = await questionOf(options);
  const log = await openLog(asked);
  const { ids, completeTo } = await idsOf(log.client, question, options.limit ?? Infinity);
  let done = 0;
  const found = await inParallel(ids, CONCURRENCY, async (id) => {
    const one = check(await log.client.entry({ by: 'id', id }), question, log.base);
    done += 1;
    output.progress({ done, total: ids.length, unit: 'entries' });
    return one;
  });
  const sorted = found.toSorted((a, b) => a.entry.logIndex - b.entry.logIndex);
  const [newest] = found.toSorted((a, b) => b.entry.head.checkpoint.size - a.entry.head.checkpoint.size);
  if (newest !== undefined) await log.follow(log.client, newest.entry.head);
  const entries = sorted.map(({ entry, body, matched }) => ({ ...entryJson(entry, body), matched }));
  const text = sorted.map(({ entry, body }) => `${entryLine(entry)} ${body.kind}\n`).join('');
  output.result({ entries, ...(completeTo !== undefined && { completeTo }) }, text);
  if (sorted.length > 0) return 0;
  output.remark('nothing is found');
  return 5;
};

/** Asks to the end of all pages, or until there are enough. */
async function idsOf(
  client: LogClient,
  { queries }: Question,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly completeTo: number | undefined }> {
  const ids = new Map<string, string>();
  let completeTo: number | undefined;
  for (const query of queries) {
    for await (const page of client.search(query)) {
      completeTo = largest(completeTo, page.completeTo);
      for (const id of page.ids) ids.set(id.slice(-64), id);
      if (ids.size >= limit) break;
    }
  }
  return { ids: [...ids.values()].slice(0, limit), completeTo };
}

/** Returns the larger size: a last page without a hit may say less than those before it. */
function largest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** @throws FalseAnswer for an entry that is not one that was searched for */
function check(entry: LogEntry, { terms, operator }: Question, base: string): Found {
  const body = checkBody(entry.body);
  const own = new Set(body.searchKeys);
  const met = terms.map((spellings) => spellings.some((spelling) => own.has(spelling)));
  const isMet = operator === 'and' ? met.every(Boolean) : met.some(Boolean);
  if (isMet) return { entry, body, matched: 'checked' };
  // The index also has digests from payloads that the log does not hold: of envelopes, and of kinds that are not known here.
  if (body.kind !== 'hashedrekord') return { entry, body, matched: 'claimed' };
  throw new FalseAnswer(`${base} gives entry ${entry.logIndex} for an answer, which has nothing that was searched for`);
}
