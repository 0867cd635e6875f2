import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findKey, type KeyRole, makeKey } from '../../../host/keys/keys.ts';
import { recordUnusedKeys } from '../../../host/keys/unused-keys.ts';
import { openTestLog } from '../../support/log.ts';
import { treeOfFiles } from '../../support/tree-of-files.ts';

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'stele-resumed-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const data = (): string => join(parent, 'data');
const inData = (...names: readonly string[]): string => join(data(), ...names);
const RECORD = (): string => inData('unused-keys.json');
const V1 = (): string => inData('keys', 'rekor-v1.pem');
const TILE = (): string => inData('keys', 'tile.pem');

async function start(folder = data()) {
  const { log, close } = await openTestLog(['--genesis', 'off'], folder);
  const { logId } = log.shard;
  await close();
  return logId;
}

const idIn = (role: KeyRole, file: string): string => findKey(role, file)?.id ?? '';

/** Leaves what a first start leaves on the disk when it is cut short, but for `lost`. @returns the id of its rekor key */
async function cutShort(lost: readonly string[]): Promise<string> {
  const logId = await start();
  recordUnusedKeys(data(), { rekor: logId, c2sp: idIn('c2sp', TILE()) });
  for (const path of lost) rmSync(path, { recursive: true, force: true });
  return logId;
}

const DATABASE = (): readonly string[] => [inData('stele.db')];
const HEADS = (): string => `${data()}-heads`;
const PLACE = (): string => inData('place.json');

describe('a first start that was cut short is gone on with by the next one', () => {
  it.each([
    ['between the two keys', (): readonly string[] => [...DATABASE(), HEADS(), PLACE(), TILE()]],
    ['before its place was recorded', (): readonly string[] => [...DATABASE(), HEADS(), PLACE()]],
    ['before the journal was begun', (): readonly string[] => [...DATABASE(), HEADS()]],
    ['before the log was in the database', (): readonly string[] => DATABASE()],
    ['before the record was taken away', (): readonly string[] => []],
  ] as const)('%s, under the same rekor key', async (_when, lost) => {
    const logId = await cutShort(lost());
    expect(await start()).toBe(logId);
    expect(existsSync(RECORD())).toBe(false);
    expect(await start()).toBe(logId);
  });
  it('before the first key, under keys of its own', async () => {
    await cutShort([...DATABASE(), HEADS(), PLACE(), inData('keys')]);
    const logId = await start();
    expect(logId).toBe(idIn('rekor', V1()));
    expect(existsSync(RECORD())).toBe(false);
  });
});

describe('the record of unused keys lets no other log begin', () => {
  const refusal = async (folder = data()): Promise<string> => {
    const before = treeOfFiles(parent);
    const said = await start(folder).catch(String);
    expect(treeOfFiles(parent)).toEqual(before);
    return said;
  };

  it('under another key than the one it names', async () => {
    await cutShort([...DATABASE(), HEADS(), PLACE()]);
    writeFileSync(V1(), makeKey('rekor').pem);
    expect(await refusal()).toContain('A log that begins anew under keys that have signed is a fork');
  });
  it('in a copy of the folder that it was made for', async () => {
    await cutShort([...DATABASE(), HEADS(), PLACE()]);
    const copy = join(parent, 'copy', 'data');
    cpSync(data(), copy, { recursive: true });
    expect(await refusal(copy)).toMatch(/The keys were made for another folder \(.*its inode was \d+ and is \d+/);
  });
  it.each([
    ['cannot be read', '{"keys":'],
    ['names no key', '{"keys":{},"place":{}}'],
    ['is no record', 'null'],
  ])('when it %s', async (_what, text) => {
    await cutShort([...DATABASE(), HEADS(), PLACE()]);
    writeFileSync(RECORD(), text);
    expect(await refusal()).toContain('start once with --begin');
  });
  it('once the log has signed', async () => {
    const { log, close } = await openTestLog([], data());
    expect(log.head().size).toBe(1);
    expect(existsSync(RECORD())).toBe(false);
    await close();
    expect(readFileSync(inData('birth.json'), 'utf8')).toContain('stele-birth');
  });
});
