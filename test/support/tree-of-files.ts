import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything below a folder: kind, mode, size, time of the last change and content of each file, by path. */
export function treeOfFiles(folder: string): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    const { mode, size, mtimeNs, ino } = lstatSync(path, { bigint: true });
    const kind = lstatSync(path);
    const content = kind.isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex')
      : kind.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    if (name.endsWith('.db-shm')) continue; // memory that processes share, made anew by the first to open the database
    // SQLite makes files beside a database that it reads, and takes them away: a folder's own time tells nothing.
    tree[name] = kind.isFile() ? `${mode} ${ino} ${size} ${mtimeNs} ${content}` : `${mode} ${ino} ${content}`;
  }
  return tree;
}
