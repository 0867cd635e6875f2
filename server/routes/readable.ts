import { setTimeout as sleep } from 'node:timers/promises';
import type { LogShards } from '../../log/shards.ts';
import { ownTurn } from '../../log/turns.ts';
import type { ProvenEntry, SearchHit, SearchPage, SearchQuestion } from '../../log/types.ts';
import { Forbidden } from '../access/failures.ts';
import type { Principal } from '../access/principal.ts';
import type { OperationParts, OperationRequest } from '../operations/operation.ts';

/*
 * Entries as one principal sees them. Where its reads have a condition, an entry of which that does not hold is answered as one
 * that is not there, and answers come in whole steps of time: to look at such an entry takes longer than to find none.
 */

/** Steps in which answers come, in milliseconds: more than it takes to find an entry and judge it. */
const STEP_MS = 20;
/** Hits that one search judges. */
const MAX_JUDGED = 5000;
/** Hits that are judged between two looks into the index, and in one turn of the event loop. */
const PIECE = 64;
const TURN = 8;

type Asking = Pick<OperationRequest, 'principal' | 'gone'>;
type Parts = Pick<OperationParts, 'shards' | 'mayRead' | 'now'>;

/** Returns those of the entries that the principal may read. */
export function readable(
  entries: readonly ProvenEntry[],
  { principal }: Asking,
  { mayRead }: Parts,
): readonly ProvenEntry[] {
  if (principal.readsIf === undefined) return entries;
  return entries.filter(({ body }) => mayRead?.(principal, body) ?? false);
}

/** Runs `work`, whose result or failure comes at the end of a step where the reads of the principal have conditions. */
export async function inSteps<T>({ principal }: Asking, { now }: Parts, work: () => Promise<T>): Promise<T> {
  if (principal.readsIf === undefined) return work();
  const begun = now();
  try {
    return await work();
  } finally {
    await sleep(STEP_MS - ((now() - begun) % STEP_MS));
  }
}

/** Lets a principal pass that may read every entry: a bundle has 256, whoever they are of. @throws Forbidden */
export function requireAllReads({ name, readsIf }: Principal): void {
  if (readsIf === undefined) return;
  throw new Forbidden(`${name} lacks the right read for all entries: bundles hold entries that it may not read`);
}

/** A search, as `LogShards.find`. */
interface Search {
  readonly question: SearchQuestion;
  readonly after: number | undefined;
  readonly limit: number;
}

/**
 * Finds entries that the principal may read, as `LogShards.find` does. Without the right `audit` the answer does not say how large
 * the log is: it is complete to its last hit.
 *
 * @throws SenderGone
 */
export async function findReadable(search: Search, asking: Asking, parts: Parts): Promise<SearchPage> {
  const { question, after, limit } = search;
  const { principal, gone } = asking;
  const isAboutNothing = question.groups.length === 0; // and has no answers, whatever the operator
  if (principal.readsIf === undefined && !isAboutNothing) return parts.shards.find(question, after, limit, gone());
  const nothing = { hits: [], completeTo: parts.shards.size, next: undefined };
  const page = isAboutNothing ? nothing : await judgedPage(search, asking, parts);
  return { ...page, completeTo: completeFor(principal, page.completeTo, page.hits) };
}

/** Returns up to which size of the log an answer is said to be complete, which is `size` for who may know that. */
export function completeFor(
  { readsIf, rights }: Principal,
  size: number,
  found: readonly { readonly virtualIndex: number }[],
): number {
  if (readsIf === undefined || rights.has('audit')) return size;
  return (found.at(-1)?.virtualIndex ?? -1) + 1;
}

async function judgedPage({ question, after, limit }: Search, asking: Asking, parts: Parts): Promise<SearchPage> {
  const { shards } = parts;
  const hits: SearchHit[] = [];
  let from = after;
  for (let judged = 0; ;) {
    const page = await shards.find(question, from, PIECE, asking.gone());
    hits.push(...(await readableHits(shards, page.hits, asking, parts)));
    const { completeTo, next } = page;
    if (hits.length > limit) return { hits: hits.slice(0, limit), completeTo, next: hits[limit - 1]?.virtualIndex };
    judged += PIECE; // a piece that took too much work counts as a full one
    if (next === undefined || judged >= MAX_JUDGED) return { hits, completeTo, next };
    from = next;
  }
}

async function readableHits(
  shards: LogShards,
  hits: readonly SearchHit[],
  asking: Asking,
  parts: Parts,
): Promise<readonly SearchHit[]> {
  const found: SearchHit[] = [];
  for (const [i, hit] of hits.entries()) {
    if (i % TURN === 0) await ownTurn(asking.gone());
    const entry = await shards.byIndex(hit.virtualIndex);
    if (entry !== undefined && readable([entry], asking, parts).length > 0) found.push(hit);
  }
  return found;
}
