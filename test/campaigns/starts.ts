import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LogFolder, runServer, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { created, headOf, submissionOf, submit } from '../crash/client.ts';
import type { Outsider } from '../support/outsider.ts';
import { messageOf } from './campaign.ts';

/* Starts that must be refused, starts of which one at most may serve, and a log that must go on. */

/** Some entries, one after another; their receipts are remembered. @param name - no two calls have the same */
export async function grow({ base }: ServerProcess, outsider: Outsider, name: string, count: number): Promise<void> {
  await outsider.meet(base);
  for (let turn = 0; turn < count; turn += 1)
    outsider.remember(created(await submit(base, submissionOf(`${name} ${turn}`, turn))));
  outsider.rememberNote(await headOf(base));
}

/** Starts a log alone, holds it to all that is remembered, and adds entries. @throws Error if it does not start */
export async function goOn(
  where: LogFolder,
  outsider: Outsider,
  { name, flags = [] }: { readonly name: string; readonly flags?: readonly string[] },
): Promise<void> {
  await using server = await startServer(where, { flags });
  await outsider.audit(server.base);
  await grow(server, outsider, name, 2);
  await outsider.audit(server.base);
  await server.stop();
}

/**
 * @param changes - whether another process changes the files meanwhile
 * @throws Error unless the start ends with 1, says why, and leaves data and heads as they were
 */
export async function requireRefused(
  where: LogFolder,
  flags: readonly string[],
  reason: RegExp,
  { changes = false }: { readonly changes?: boolean } = {},
): Promise<void> {
  const before = changes ? '' : contentsOf(where);
  const { code, said } = await runServer(where, { flags });
  if (code !== 1 || !reason.test(said))
    throw new Error(`a start that is to be refused (${reason}) ends with ${code}: ${said}`);
  if (!changes && contentsOf(where) !== before) throw new Error(`a start that was refused has changed a file: ${said}`);
}

/** Digest of all that stands in both folders, but for who asked for the lock last. */
function contentsOf({ data, heads }: LogFolder): string {
  const files = [data, heads].filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^lock(-owner\.txt|\.db)$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  return files
    .sort()
    .map((file) => `${file} ${hash('sha256', readFileSync(file))}`)
    .join('\n');
}

export interface Rivals {
  readonly serving: readonly ServerProcess[];
  /** Output of each of the others. */
  readonly refusals: readonly string[];
}

/** Starts a log in each of the folders at the same instant. */
export async function startAtOnce(folders: readonly LogFolder[], flags: readonly string[] = []): Promise<Rivals> {
  const starts = await Promise.allSettled(folders.map((folder) => startServer(folder, { flags })));
  return {
    serving: starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : [])),
    refusals: starts.flatMap((start) => (start.status === 'rejected' ? [messageOf(start.reason)] : [])),
  };
}
