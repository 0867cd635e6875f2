import { join } from 'node:path';
import { STELE } from '../../base/stele-command.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { readIfThere, writeDurably } from './durable-file.ts';

/*
 * The mark of a folder whose entries were imported from another log, with the heads that this log has signed. Its keys are
 * not here: nothing is signed in such a folder, and what it shows are these notes. Each is written before its head is shown.
 */

export interface ImportedMark {
  /** Address that the entries were read at. */
  readonly from: string;
  /** First line of the notes. */
  readonly origin: string;
  /** Of the first shard: whether all shards have been whole once. */
  readonly isWhole: boolean;
  /** The smallest first. */
  readonly heads: readonly ImportedHead[];
}

/** Signed notes of the log over one head, as they came: that of Rekor v1, that of C2SP, or both. */
export interface ImportedHead {
  readonly size: number;
  readonly rekor?: string;
  readonly c2sp?: string;
}

const FORMAT = 1;
const markFile = (folder: string): string => join(folder, 'imported.json');

/** Undefined where there is none. @throws StoreRefused for one that cannot be read */
export function readImportedMark(folder: string): ImportedMark | undefined {
  const text = readIfThere(markFile(folder));
  if (text === undefined) return undefined;
  const mark = parseMark(text);
  if (mark !== undefined) return mark;
  throw new StoreRefused(
    `${markFile(folder)} cannot be read: put it back, or remove ${folder} and import the log again (${STELE} import)`,
  );
}

/** Durable once it returns. */
export function writeImportedMark(folder: string, { from, origin, isWhole, heads }: ImportedMark): void {
  writeDurably(markFile(folder), `${JSON.stringify({ format: FORMAT, from, origin, isWhole, heads })}\n`);
}

/** Returns the refusal of what needs a log of one's own. */
export function onlyRead(folder: string, { from, origin }: ImportedMark): string {
  return (
    `${folder} holds entries that were imported from ${origin} at ${from}, and no key to sign with: it is served by ` +
    `${STELE} serve --read-only --data ${folder}, and checked as any log is, by ${STELE} audit URL --full`
  );
}

/** Returns the refusal of a folder that has no whole tree yet. */
export function importCutShort(folder: string, { from }: ImportedMark): string {
  return `the import of ${from} into ${folder} was cut short: go on with it (${STELE} import ${from} --into ${folder})`;
}

function parseMark(text: string): ImportedMark | undefined {
  try {
    const { format, from, origin, isWhole, heads } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (format !== FORMAT || typeof from !== 'string' || typeof origin !== 'string') return undefined;
    const isRead = typeof isWhole === 'boolean' && Array.isArray(heads) && heads.every(isHead);
    return isRead ? { from, origin, isWhole, heads } : undefined;
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is ImportedHead {
  const { size, rekor, c2sp } = (value ?? {}) as Readonly<Record<keyof ImportedHead, unknown>>;
  const notes = [rekor, c2sp].filter((note) => note !== undefined);
  return Number.isSafeInteger(size) && notes.length > 0 && notes.every((note) => typeof note === 'string');
}
