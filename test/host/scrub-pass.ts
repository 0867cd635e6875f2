import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { LogScrub } from '../../host/scrub/log-scrub.ts';
import { foldersIn, type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { submit } from '../scripts/operator.ts';

/** Two bundles, and rows of commits. */
export const SCRUBBED_ENTRIES = 600;

/** A log that does not run, which tests copy and damage. */
export interface ScrubbedLog extends Disposable {
  copied(): LogFolder;
}

/** Makes it with a real server. */
export async function loggedForScrub(): Promise<ScrubbedLog> {
  const good = temporaryFolder();
  await using server = await startServer(good, { flags: ['--genesis', 'off', '--scrub', 'off'] });
  await submit(server.base, 'entry', SCRUBBED_ENTRIES);
  await until(() => rowsOf(good, 'bundle_piece') === 16);
  await server.stop();
  return { copied: () => copyOf(good), [Symbol.dispose]: () => good[Symbol.dispose]() };
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(50);
}

export function rowsOf({ data }: LogFolder, table: string): number {
  const db = new Database(join(data, 'stele.db'), { readonly: true });
  const rows = db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  db.close();
  return rows;
}

function copyOf(good: LogFolder): LogFolder {
  const { parent, [Symbol.dispose]: dispose } = temporaryFolder();
  const folder = { ...foldersIn(parent), [Symbol.dispose]: dispose };
  cpSync(good.data, folder.data, { recursive: true });
  cpSync(good.heads, folder.heads, { recursive: true });
  return folder;
}

export interface Pass {
  readonly said: readonly string[];
  readonly mended: readonly string[];
  readonly warned: readonly string[];
  readonly entries: number;
}

/** Scrubs until a pass is done, without a rest. @param each - called behind each slice; true ends it there */
export async function scrubPass(
  { data, heads }: LogFolder,
  copies: { readonly archive?: string; readonly mirror?: string } = {},
  each = (_scrub: LogScrub): boolean => false,
): Promise<Pass> {
  const said: string[] = [];
  const mended: string[] = [];
  const warned: string[] = [];
  let entries = -1;
  const voices = {
    damaged: (says: string) => said.push(says),
    passed: (count: number) => (entries = count),
    repaired: (says: string) => mended.push(says),
    warn: (says: string) => warned.push(says),
    isClosing: () => false,
    now: () => 1,
  };
  using scrub = await LogScrub.open(
    { data, heads, readOnly: false, period: 1, archive: copies.archive, mirror: copies.mirror },
    voices,
  );
  while (entries < 0) {
    await scrub.slice();
    if (each(scrub)) break;
  }
  return { said, mended, warned, entries };
}
