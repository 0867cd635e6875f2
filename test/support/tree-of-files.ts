import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder and everything below it, by path: mode, inode, time of the last change, and size and content of each file. A
 * file that was made and taken away again has changed the time of its folder.
 *
 * @param but - endings of names that are left out; and whether times of folders are
 */
export function treeOfFiles(folder: string, but: TreeExceptions = {}): Readonly<Record<string, string>> {
  const { names: endings = [], folderTimes: noTimes = endings.length > 0 } = but;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !endings.some((ending) => name.endsWith(ending)),
  );
  return Object.fromEntries(['.', ...names.sort()].map((name) => [name, described(join(folder, name))]));

  function described(path: string): string {
    const found = lstatSync(path, { bigint: true });
    const { mode, ino, size, mtimeNs } = found;
    if (found.isDirectory()) return `${mode} ${ino}${noTimes ? '' : ` ${mtimeNs}`}`;
    return `${mode} ${ino} ${size} ${mtimeNs} ${contentOf(path, found)}`;
  }
}

export interface TreeExceptions {
  readonly names?: readonly string[];
  readonly folderTimes?: boolean;
}

function contentOf(path: string, found: BigIntStats): string {
  return found.isSymbolicLink() ? readlinkSync(path) : createHash('sha256').update(readFileSync(path)).digest('hex');
}
