import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addShardFolder, shardFolders } from '../../../host/shards/shard-folders.ts';
import { openShards } from '../../../host/shards/read-shards.ts';
import { openTestLog } from '../../support/log.ts';
import { treeOfFiles } from '../../support/tree-of-files.ts';
import { freezeLog } from '../../server/freeze.ts';

let parent = '';
const data = (): string => join(parent, 'data');
const heads = (): string => join(parent, 'data-heads');
const later = (): string => join(data(), 'shards', '2-two.test');
const records = (): readonly string[] => [data(), heads()].map((folder) => join(folder, 'begun-shards.json'));
const remove = (...paths: readonly string[]): void => {
  for (const path of paths) rmSync(path, { recursive: true });
};

/** A log whose first shard has ended, and whose second is prepared. */
beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'stele-later-'));
  await start();
  await freezeLog(data(), Math.floor(Date.now() / 1000) + 10);
  addShardFolder(data(), 2, 'two.test');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** Starts the log, and stops it. @returns tree id and size of the shard that grows */
async function start() {
  const { log, close } = await openTestLog([], data());
  const found = { treeId: log.shard.treeId, size: log.head().size };
  await close();
  return found;
}

/** The start is refused, and has written nothing at all. @returns what was said */
async function refusal(): Promise<string> {
  const before = treeOfFiles(parent);
  const said = await start().then(() => 'started', String);
  expect(treeOfFiles(parent)).toEqual(before);
  return said;
}

/** As `rm -rf` of everything in the folder of the shard, and of its heads. */
function empty(): void {
  remove(later(), join(heads(), '2-two.test'));
  mkdirSync(later());
}

describe('a later shard that has begun', () => {
  it('is not begun anew once its files are lost, and the refusal says what is missing and what to do', async () => {
    const { treeId } = await start();
    cpSync(later(), join(parent, 'kept'), { recursive: true });
    cpSync(join(heads(), '2-two.test'), join(parent, 'kept-heads'), { recursive: true });
    empty();
    const said = await refusal();
    expect(said).toContain(`${later()} holds no log (stele.db is missing), and shard 2 (two.test, tree id ${treeId})`);
    expect(said).toContain(`has begun there, as ${records()[0]} says: a second tree under its name is a fork`);
    expect(said).toContain(
      `Put back its folder and its head journal in ${join(heads(), '2-two.test')}, from the newest`,
    );
    remove(later());
    expect(await refusal()).toContain(`${later()} is missing, and shard 2`);
    cpSync(join(parent, 'kept'), later(), { recursive: true });
    cpSync(join(parent, 'kept-heads'), join(heads(), '2-two.test'), { recursive: true });
    expect((await start()).treeId).toBe(treeId);
  });
  it.each([0, 1])('is not begun anew where one of the two records is lost as well (%s)', async (lost) => {
    await start();
    empty();
    remove(records()[lost] ?? '');
    expect(await refusal()).toContain(`as ${records()[1 - lost]} says`);
  });
  it('is missed by what reads the log for an audit, a list or an export', async () => {
    await start();
    empty();
    await expect(openShards(data(), heads())).rejects.toThrow(`${later()} holds no log, and shard 2`);
    remove(later());
    expect(() => shardFolders(data(), heads())).toThrow(`${later()} is missing, and shard 2`);
  });
  it('is not taken for another that stands in its place', async () => {
    await start();
    for (const file of records())
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"treeId":"\d+"/, '"treeId":"1"'));
    expect(await refusal()).toContain('says that shard 2 (two.test, tree id 1) has begun there: put together');
  });
  it('is not served where its records contradict each other, or cannot be read', async () => {
    await start();
    const [first = ''] = records();
    writeFileSync(first, readFileSync(first, 'utf8').replace('two.test', 'other.test'));
    expect(await refusal()).toContain(`${first} says that shard 2 (other.test`);
    writeFileSync(first, '{"shards":[{"number":2}]}');
    expect(await refusal()).toContain(`${first} cannot be read as a record of shards that have begun`);
  });
  it('is recorded at the next start if an earlier version began it', async () => {
    const begun = await start();
    remove(...records());
    expect(await start()).toEqual(begun);
    expect(records().map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown)).toEqual(
      records().map(() => ({ shards: [{ number: 2, origin: 'two.test', treeId: begun.treeId }] })),
    );
  });
});

describe('a later shard that has not begun', () => {
  it('begins once it is prepared, and is recorded then', async () => {
    expect(records().map((file) => existsSync(file))).toEqual([false, false]);
    const { treeId } = await start();
    expect(records().map((file) => readFileSync(file, 'utf8').includes(treeId))).toEqual([true, true]);
  });
  it('may be moved away where the first still grows, and one that has begun may not', async () => {
    remove(later());
    const grows = join(parent, 'grows');
    const { close } = await openTestLog([], grows);
    await close();
    addShardFolder(grows, 2, 'two.test');
    const refused = (): Promise<string> => openTestLog([], grows).then(() => 'started', String);
    expect(await refused()).toContain('put back what is newer, or move that folder away');
    writeFileSync(join(grows, 'shards', '2-two.test', 'stele.db'), '');
    expect(await refused()).toMatch(/to follow it: put back what is newer$/);
  });
});
