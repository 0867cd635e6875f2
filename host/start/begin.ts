import { existsSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogRefused } from '../../log/failures.ts';
import { codeOfWriting, makePrivateFolder, syncFolder } from '../../storage/folders.ts';
import { parseGenesis } from './genesis.ts';
import { readIfThere } from '../folder/durable-file.ts';
import { isElsewhere, openKey } from '../keys/key-place.ts';
import { findKey, keepKey, type KeyRole, type LogKey, makeKey, type NewKey } from '../keys/keys.ts';
import { recordUnusedKeys } from '../keys/unused-keys.ts';

/*
 * Files that a log needs before it begins. A start that is cut short anywhere in here, or before the first signature, is gone
 * on with by the next one: see `unused-keys.ts`.
 */

/** Makes folders and what is missing above them: all, or none if one cannot be made or written to. @throws LogRefused, StoreRefused */
export function prepareFolders(folders: readonly string[], announce: (sentence: string) => void): void {
  const made: string[] = [];
  try {
    for (const folder of folders) {
      made.push(...makePrivateFolder(folder));
      requireWritable(folder);
    }
  } catch (error) {
    for (const folder of made.toReversed()) rmdirSync(folder);
    throw error;
  }
  if (made.length > 0) announce(`made the ${made.length === 1 ? 'folder' : 'folders'} ${made.join(', ')}`);
}

/** @throws LogRefused */
function requireWritable(folder: string): void {
  const code = codeOfWriting(folder);
  if (code === undefined) return;
  throw new LogRefused(
    `this process may not write in ${folder} (${code}): give its user that right, mount it for writing, or name another folder`,
  );
}

/** The folder that keys belong to, the file with the passphrase that they are encrypted with, and what ends the use of signers. */
interface KeyPlace {
  readonly folder: string;
  readonly keyPassphrase?: string | undefined;
  readonly cleanup: AsyncDisposableStack;
}

/**
 * Finds the keys of a log that is to begin, or makes them, and records that they have signed nothing. Durable once it
 * resolves. @throws LogRefused, SignerUnavailable
 */
export async function prepareKeys<Role extends KeyRole>(
  { folder, keyPassphrase, cleanup }: KeyPlace,
  files: Readonly<Record<Role, string>>,
  announce: (sentence: string) => void,
): Promise<Readonly<Record<Role, LogKey>>> {
  const roles = Object.keys(files) as Role[];
  const found = await Promise.all(roles.map((role) => findOrMake(role, files[role], keyPassphrase, cleanup)));
  recordUnusedKeys(folder, Object.fromEntries(found.map(({ role, key }) => [role, key.id])));
  for (const { role, file, made } of found) {
    if (made) keepKey(made, file);
    announce(`${made ? 'made' : 'found'} the ${role} key ${file}`);
  }
  return Object.fromEntries(found.map(({ role, key }) => [role, key])) as Record<Role, LogKey>;
}

interface FoundKey {
  readonly role: KeyRole;
  readonly file: string;
  readonly key: LogKey;
  /** Undefined for one that was there. */
  readonly made: NewKey | undefined;
}

async function findOrMake(
  role: KeyRole,
  file: string,
  passphrase: string | undefined,
  cleanup: AsyncDisposableStack,
): Promise<FoundKey> {
  const isRemote = role !== 'witness' && isElsewhere(file);
  const key = isRemote ? await openKey(role, file, { passphrase }, cleanup) : findKey(role, file, passphrase);
  if (key !== undefined) return { role, file, key, made: undefined };
  const made = makeKey(role, passphrase);
  return { role, file, key: made.key, made };
}

/** The document of another log, if it began under these keys, tells that it did: it is kept under another name. */
export function setGenesisAside(folder: string, announce: (sentence: string) => void): void {
  const file = join(folder, 'birth.json');
  if (!existsSync(file)) return;
  const other = join(folder, `birth-${parseGenesis(readIfThere(file) ?? '')?.treeId ?? 'unreadable'}.json`);
  renameSync(file, other);
  syncFolder(folder);
  announce(`kept birth.json of an earlier log as ${other}`);
}
