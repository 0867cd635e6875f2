import { JSON_LIMITS, type JsonLimits } from '../../../base/json-meter.ts';
import { isObject, type JsonObject, readJsonSpelled, SpelledNumber } from '../../../base/json-reader.ts';
import { InvalidRequest } from '../failures.ts';
import { parseInt64, requireLeast, requirePattern, unreadableBody } from '../read.ts';
import { member, readObject } from './member.ts';

/** Body of `entries/retrieve`, before the entries in it are checked. */
export interface LogQueryBody {
  /** 64 or 80 hex digits each; the tree ids in the longer ones are possible. */
  readonly entryUUIDs: readonly string[];
  /** Proposed entries: objects that name a kind. */
  readonly entries: readonly unknown[];
  readonly logIndexes: readonly number[];
}

/** The question of `POST /api/v1/log/entries/retrieve`, checked. */
export interface LogQuery {
  /** 64 or 80 hex digits each, in the order sent, as sent. */
  readonly entryUUIDs: readonly string[];
  /** Leaf hashes (64 hex digits) of the canonical forms of the entries sent. */
  readonly leaves: readonly string[];
  /** Virtual indexes. */
  readonly logIndexes: readonly number[];
}

export interface LogQueryLimits {
  /** Entries asked for at once, over all three lists. */
  readonly maxRetrieve: number;
  readonly json?: JsonLimits;
}

export const ENTRY_ID = /^([0-9a-fA-F]{64}|[0-9a-fA-F]{80})$/;

/** Reads the body of a retrieve: rekor-v1 §6. @throws InvalidRequest */
export function readLogQuery(body: Uint8Array, { maxRetrieve, json = JSON_LIMITS }: LogQueryLimits): LogQueryBody {
  const query = readObject(body, 'entry', json);
  const entryUUIDs = list(query, 'entryUUIDs').map(readText);
  const logIndexes = indexesIn(query, () => readObject(body, 'entry', json, readJsonSpelled));
  const entries = list(query, 'entries');
  entries.forEach(requireKind);

  requireCount(query, 'entries', entries.length, 0, maxRetrieve);
  requireCount(query, 'entryUUIDs', entryUUIDs.length, 1, maxRetrieve);
  entryUUIDs.forEach((id, i) => requirePattern(id, `entryUUIDs.${i}`, 'body', ENTRY_ID));
  requireCount(query, 'logIndexes', logIndexes.length, 1, maxRetrieve);
  logIndexes.forEach((index, i) => requireLeast(index, `logIndexes.${i}`, 'body', 0));
  if (entryUUIDs.length + logIndexes.length + entries.length > maxRetrieve) {
    throw new InvalidRequest(`more than max allowed ${maxRetrieve} entries in request`, 422);
  }
  for (const id of entryUUIDs) {
    if (!hasPossibleTree(id)) throw new InvalidRequest(`invalid entryID ${id}`, 400);
  }
  return { entryUUIDs, entries, logIndexes };
}

/** A tree id is a positive int64; an id of 64 digits has none. */
export function hasPossibleTree(id: string): boolean {
  return id.length === 64 || (/^[0-7]/.test(id) && !id.startsWith('0'.repeat(16)));
}

function list(query: JsonObject, name: string): readonly unknown[] {
  const value = member(query, name) ?? [];
  if (!Array.isArray(value)) throw unreadableBody('entry', `${name} is not an array`);
  return value;
}

function requireCount(query: JsonObject, name: string, count: number, least: number, most: number): void {
  if (member(query, name) === undefined) return;
  if (count < least) throw new InvalidRequest(`${name} in body should have at least ${least} items`, 612);
  if (count > most) throw new InvalidRequest(`${name} in body should have at most ${most} items`, 611);
}

/** Go reads `null` as the empty string, which then matches no pattern. */
function readText(value: unknown, i: number): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw unreadableBody('entry', `entryUUIDs.${i} is not a string`);
  return value;
}

/** Reads the query once more, number by number, only if there are indexes. */
function indexesIn(query: JsonObject, spelled: () => JsonObject): readonly number[] {
  return list(query, 'logIndexes').length === 0 ? [] : list(spelled(), 'logIndexes').map(readIndex);
}

/** An int64 as Go spells it; `null` counts as 0. Beyond 2⁵³ an index is inexact, and beyond every log. */
function readIndex(value: unknown, i: number): number {
  if (value === null) return 0;
  const index = value instanceof SpelledNumber ? parseInt64(value.text) : undefined;
  if (index === undefined) throw unreadableBody('entry', `logIndexes.${i} is not an int64`);
  return Number(index);
}

function requireKind(entry: unknown, i: number): void {
  if (entry !== null && !isObject(entry)) throw unreadableBody('entry', `entries.${i} is not a JSON object`);
  const kind = entry === null ? undefined : member(entry, 'kind');
  if (kind === undefined || kind === '') throw unreadableBody('entry', 'kind in body is required');
  if (typeof kind !== 'string') throw unreadableBody('entry', `entries.${i}.kind is not a string`);
}
