import { FalseAnswer } from '../../../client/http/failures.ts';
import type { LogEntry } from '../../../client/http/log-client.ts';
import { type Answer, readJson } from '../../../client/http/transport.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';
import type { TrustedLog } from './trusted-log.ts';

/** An answer to check, and what was asked. */
export interface Checked {
  readonly log: TrustedLog;
  readonly url: URL;
  /** Body of the request; empty if it has none. */
  readonly body: string;
  readonly answer: Answer;
  /** Sizes of the heads that were known when it was asked, by origin. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Resolves if all that the answer claims holds. @throws Failure */
export type Check = (checked: Checked) => Promise<void>;

/** Entries that one answer may have: each is checked before the first is passed on. */
const MOST_ENTRIES = 1000;

/** `GET /api/v1/log/entries?logIndex=`: the entry of that index. */
export const checkEntryAt: Check = async ({ log, url, answer }) => {
  const index = Number(url.searchParams.get('logIndex') ?? '');
  const entry = await log.readingAnswer(answer).rekor.entry({ by: 'index', index });
  await log.accept(entry.head);
};

/** `GET /api/v1/log/entries/{entryUUID}`: the entry of that id. */
export const checkEntryOf: Check = async ({ log, url, answer }) => {
  const id = url.pathname.split('/').at(-1) ?? '';
  const entry = await log.readingAnswer(answer).rekor.entry({ by: 'id', id });
  await log.accept(entry.head);
};

/** `POST /api/v1/log/entries/retrieve`: entries that hold, each of which was asked for. */
export const checkEntries: Check = async ({ log, body, answer }) => {
  const isWanted = wantedBy(body);
  for (const [id, value] of entriesIn(answer)) {
    const one = { ...answer, body: new TextEncoder().encode(JSON.stringify({ [id]: value })) };
    const entry = await log.readingAnswer(one).rekor.entry({ by: 'id', id });
    if (!isWanted(entry)) throw new FalseAnswer(`${answer.url} answers with entry ${id}, which was not asked for`);
    await log.accept(entry.head);
  }
};

/** @throws FalseAnswer unless it is a list of entries by their ids */
function entriesIn(answer: Answer): readonly (readonly [string, unknown])[] {
  const list = readJson(answer);
  const entries = Array.isArray(list) ? list.flatMap((one: unknown) => Object.entries(one ?? {})) : undefined;
  if (entries !== undefined && entries.length <= MOST_ENTRIES) return entries;
  throw new FalseAnswer(`${answer.url} answers with something that is no list of ${MOST_ENTRIES} entries at most`);
}

/** Whether an entry was asked for, by its index or its id. A request with proposals may find any entry. */
function wantedBy(body: string): (entry: LogEntry) => boolean {
  const { entries, entryUUIDs, logIndexes } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  if (Array.isArray(entries) && entries.length > 0) return () => true;
  const ids = new Set(listOf(entryUUIDs).map((id) => String(id).toLowerCase().slice(-64)));
  const indexes = new Set(listOf(logIndexes).map(Number));
  return ({ uuid, logIndex }) => ids.has(uuid) || indexes.has(logIndex);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `GET /api/v1/log`: the head of each shard, signed for what stands beside it. */
export const checkHead: Check = async ({ log, answer, sizes }) => {
  const { rekor } = log.readingAnswer(answer);
  await acceptNewest(log, await rekor.head(), sizes);
  for (const head of await rekor.endedShards()) await log.accept(head);
};

/** Takes a head that is said to be the newest. @throws CheckFailed if a newer one was known when it was asked for */
export async function acceptNewest(
  log: TrustedLog,
  head: TrustedHead,
  sizes: ReadonlyMap<string, number>,
): Promise<void> {
  const { origin, size } = head.checkpoint;
  const before = sizes.get(origin) ?? 0;
  if (size < before)
    throw new CheckFailed(`the log ${origin} has gone back: it has ${size} entries, and had ${before} before`);
  await log.accept(head);
}
