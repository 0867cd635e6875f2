import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findKey, makeKey } from '../../host/keys/keys.ts';
import { openTestLog } from '../support/log.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'stele-vkeys-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const data = (): string => join(parent, 'data');
const RECORD = (): string => join(data(), 'unused-keys.json');
const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

function vkeys(...flags: readonly string[]) {
  const args = [MAIN, 'keys', 'prepare', '--data', data(), '--origin', 'rekor.test', ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  return { status, stdout, stderr };
}

/** It is refused, and has written nothing. @returns what was said */
function refusal(...flags: readonly string[]): string {
  const before = treeOfFiles(parent);
  const { status, stdout, stderr } = vkeys(...flags);
  expect([status, stdout]).toEqual([1, '']);
  expect(treeOfFiles(parent)).toEqual(before);
  return stderr;
}

async function start(flags: readonly string[] = []): Promise<string> {
  const { log, close } = await openTestLog(flags, data());
  await close();
  return log.shard.c2spKey.name;
}

describe('stele keys prepare prepares the folder of a log that has not begun', () => {
  it('so that the next start begins it under the keys that were printed, and no other start does', async () => {
    const { status, stdout } = vkeys();
    expect([status, vkeys().stdout]).toEqual([0, stdout]);
    expect(stdout).toMatch(/^log rekor\.test\+[0-9a-f]{8}\+\S+$/m);
    expect(stdout).toMatch(/^witness rekor\.test rekor\.test\/witness\+[0-9a-f]{8}\+\S+ http:\/\/HOST:PORT\/$/m);
    const witness = findKey('witness', join(data(), 'keys', 'witness.pem'))?.id;

    expect(await start()).toBe('rekor.test');
    // The log has signed; the witness has not.
    expect(JSON.parse(readFileSync(RECORD(), 'utf8'))).toMatchObject({ keys: { witness } });
    expect(readFileSync(RECORD(), 'utf8')).not.toContain('"v1"');
    expect(refusal()).toContain(`${data()} holds a log already: start it`);

    rmSync(join(data(), 'stele.db'));
    rmSync(`${data()}-heads`, { recursive: true });
    expect(refusal()).toContain(`${data()} holds no log (stele.db is missing), but what belongs to one is there`);
    await expect(start()).rejects.toThrow('start once with --begin');
  });

  it('under keys that exist only when told that nothing was signed with them', async () => {
    mkdirSync(join(data(), 'keys'), { recursive: true });
    const { key, pem } = makeKey('c2sp');
    writeFileSync(join(data(), 'keys', 'tile.pem'), pem);
    expect(refusal()).toContain('start once with --begin');
    expect(vkeys('--begin').status).toBe(0);
    await start();
    expect(findKey('c2sp', join(data(), 'keys', 'tile.pem'))?.id).toBe(key.id);
  });

  it('not with a witness key that may have cosigned', () => {
    const file = join(parent, 'witness.pem');
    writeFileSync(file, makeKey('witness').pem);
    expect(refusal('--witness-key', file)).toContain(`the witness key ${file} is there, and may have cosigned`);
    expect(existsSync(data())).toBe(false);
  });
});
