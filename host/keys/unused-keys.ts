import { join } from 'node:path';
import { readIfThere, removeDurably, writeDurably } from '../folder/durable-file.ts';
import type { KeyRole } from './keys.ts';
import { type FolderIdentity, folderChanges, folderIdentityOf } from '../folder/folder-identity.ts';

/*
 * Keys that have signed nothing yet, by their ids. A log begins under keys that exist only if they stand in this record:
 * it is written before the key files, by `stele keys prepare` or by a first start, and taken away before the first
 * signature, so that a first start which was cut short is gone on with, and a log that lost its database is not begun
 * anew. It names the folder that it was made for: a copy of a prepared folder could begin the same log twice.
 */

export interface UnusedKeys {
  /** SHA-256 of the SubjectPublicKeyInfo of each: 64 hex digits. */
  readonly keys: Readonly<Partial<Record<KeyRole, string>>>;
  readonly place: Partial<FolderIdentity>;
}

/** Names of keys in the file, as earlier versions wrote them. */
const FILE_NAMES = { rekor: 'v1', c2sp: 'tile', witness: 'witness' } as const satisfies Record<KeyRole, string>;
const ROLES = Object.keys(FILE_NAMES) as readonly KeyRole[];

/** Name in the data folder, or in that of a later shard. */
export const UNUSED_KEYS = 'unused-keys.json';

/** Undefined where there is none that can be read: then no key is known to be unused. */
export function readUnusedKeys(folder: string): UnusedKeys | undefined {
  const text = readIfThere(join(folder, UNUSED_KEYS));
  try {
    const { keys, place } = JSON.parse(text ?? '') as {
      readonly keys: Readonly<Record<string, string>>;
      readonly place: UnusedKeys['place'];
    };
    if (!isRecord(keys) || !isRecord(place)) return undefined;
    return {
      keys: Object.fromEntries(
        ROLES.flatMap((role) => (keys[FILE_NAMES[role]] === undefined ? [] : [[role, keys[FILE_NAMES[role]]]])),
      ),
      place,
    };
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Says why the record is none of this folder, one text each, be it on a volume that moves between machines. */
export function unusedKeysMoved({ place }: UnusedKeys, folder: string, volume: 'fixed' | 'moves'): readonly string[] {
  return folderChanges(place, folderIdentityOf(folder), volume);
}

/** @param id - of the key */
export function isUnused(record: UnusedKeys | undefined, role: KeyRole, id: string): boolean {
  return record?.keys[role] === id;
}

/** Records keys before they are written, beside those that stand there. Durable once it returns. */
export function recordUnusedKeys(folder: string, keys: UnusedKeys['keys']): void {
  write(folder, { ...readUnusedKeys(folder)?.keys, ...keys });
}

/** From now on these keys have signed. Durable once it returns. */
export function markKeysUsed(folder: string, roles: readonly KeyRole[]): void {
  const record = readUnusedKeys(folder);
  if (record === undefined) return;
  const left = Object.entries(record.keys).filter(([role]) => !roles.includes(role as KeyRole));
  if (left.length === 0) removeDurably(join(folder, UNUSED_KEYS));
  else if (left.length < Object.keys(record.keys).length) write(folder, Object.fromEntries(left));
}

function write(folder: string, keys: UnusedKeys['keys']): void {
  const named = Object.fromEntries(Object.entries(keys).map(([role, id]) => [FILE_NAMES[role as KeyRole], id]));
  writeDurably(join(folder, UNUSED_KEYS), `${JSON.stringify({ keys: named, place: folderIdentityOf(folder) })}\n`);
}
