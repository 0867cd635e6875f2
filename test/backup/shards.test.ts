import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldersIn, type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { ask, get, treeSizeOf } from '../crash/client.ts';
import { run, runAlone, submit, succeeded } from '../scripts/operator.ts';
import type { Answers } from './answers.ts';
import { differences } from './answers.ts';

/** Entries of both shards, entry 0 of each too. */
const ENTRIES = 9;

let log: LogFolder;
let copy: LogFolder;
let before: Answers;

/** Each entry by its index in the whole log, and what the log says of its shards. */
async function answersOf(base: string): Promise<Answers> {
  const answers = new Map<string, string>();
  const paths = ['/api/v1/log', '/checkpoint', ...indexes().map((index) => `/api/v1/log/entries?logIndex=${index}`)];
  const { inactiveShards } = await get<{ inactiveShards: readonly { treeID: string }[] }>(base, '/api/v1/log');
  for (const { treeID } of inactiveShards)
    paths.push(`/api/v1/log/proof?firstSize=1&lastSize=3&treeID=${treeID}`, `/api/v1/log/publicKey?treeID=${treeID}`);
  for (const path of paths) answers.set(path, JSON.stringify(await ask(base, path)));
  return answers;
}

const indexes = (): readonly number[] => Array.from({ length: ENTRIES }, (_, index) => index);

beforeAll(async () => {
  log = temporaryFolder();
  copy = { ...foldersIn(join(log.parent, 'restored')), parent: log.parent };
  const into = join(log.parent, 'backup');
  const grow = async (name: string): Promise<void> => {
    await using server = await startServer(log, { flags: ['--origin', 'first.test'] });
    await submit(server.base, name, 4);
    before = await answersOf(server.base).catch(() => new Map());
    await server.stop();
  };
  await grow('first');
  await succeeded(run('backup', log, '--into', into));
  await succeeded(run('shard', log, 'freeze'));
  await succeeded(run('backup', log, '--into', into));
  await succeeded(run('shard', log, 'next', 'second.test'));
  await grow('second');
  await succeeded(run('backup', log, '--into', into, '--with-keys', '--verify'));
  await succeeded(runAlone('restore', '--from', into, '--into', copy.data));
});
afterAll(() => log[Symbol.dispose]());

describe('a log of two shards, of which the first has ended', () => {
  it('is restored with both, under the same trees and keys', async () => {
    await using server = await startServer(copy, { flags: ['--read-only'] });
    expect(before.size).toBeGreaterThan(ENTRIES);
    expect(differences(before, await answersOf(server.base))).toStrictEqual([]);
    for (const name of ['begun-shards.json', 'shards/2-second.test/birth.json', 'shards/2-second.test/keys/tile.pem'])
      expect([name, readFileSync(join(copy.data, name))]).toStrictEqual([name, readFileSync(join(log.data, name))]);
  });

  it('goes on in the second beside the journals of both', async () => {
    await using server = await startServer({ ...copy, heads: log.heads });
    const size = await treeSizeOf(server.base);
    await submit(server.base, 'after the restore', 3);
    expect(await treeSizeOf(server.base)).toBe(size + 3);
    await server.stop();
    expect(existsSync(join(copy.data, 'restored.json'))).toBe(false);
    expect(await run('audit', { ...copy, heads: log.heads })).toMatchObject({ code: 0 });
  });
});
