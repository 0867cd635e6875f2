import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findKey, type KeyRole, makeKey } from '../../../host/keys/keys.ts';
import { addShardFolder } from '../../../host/shards/shard-folders.ts';
import { recordUnusedKeys } from '../../../host/keys/unused-keys.ts';
import { IndependentLog } from '../../support/independent-log.ts';
import { openTestLog } from '../../support/log.ts';
import { type TreeExceptions, treeOfFiles } from '../../support/tree-of-files.ts';
import { freezeLog } from '../../server/freeze.ts';

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'stele-refused-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const inside = (...names: readonly string[]): string => join(parent, ...names);
const data = (): string => inside('m', 'data');
const heads = (): string => inside('m', 'data-heads');
const inData = (...names: readonly string[]): string => join(data(), ...names);

/** Keys that do not stand in the data folder. */
const ELSEWHERE = (): readonly string[] =>
  ['rekor', 'c2sp'].flatMap((role) => [`--${role}-key`, inside('s', `${role}.pem`)]);

/** The start is refused, and has written nothing at all. @returns what was said */
async function refusal(flags: readonly string[] = [], folder = data(), but: TreeExceptions = {}): Promise<string> {
  const before = treeOfFiles(parent, but);
  const said = await openTestLog(flags, folder).then(async (log) => {
    await log.close();
    throw new Error(`the start was not refused: ${flags.join(' ')}`);
  }, String);
  expect(treeOfFiles(parent, but)).toEqual(before);
  return said;
}

/** Starts the log, or begins one, and stops it. */
async function start(flags: readonly string[] = [], folder = data()) {
  const { log, close } = await openTestLog(flags, folder);
  const { treeId, logId } = log.shard;
  const { size } = log.head();
  await close();
  return { treeId, logId, size };
}

function writeKey(role: KeyRole, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, makeKey(role).pem);
}

const remove = (...paths: readonly string[]): void => {
  for (const path of paths) rmSync(path, { recursive: true });
};
const removeDatabase = (): void => {
  for (const name of readdirSync(data())) if (name.startsWith('stele.db')) rmSync(inData(name));
};

describe('a log whose database is lost is not begun anew, and the start writes nothing', () => {
  it('where data and heads are lost, and the keys stand elsewhere', async () => {
    await start(ELSEWHERE());
    renameSync(inside('m'), inside('m.gone'));
    mkdirSync(inside('m'));
    const said = await refusal(ELSEWHERE());
    expect(said).toContain(`${data()} holds no log (stele.db is missing)`);
    expect(said).toContain(`there: the rekor key ${inside('s', 'rekor.pem')}, the c2sp key ${inside('s', 'c2sp.pem')}`);
    expect(said).toContain(`missing as well: the head journal ${join(heads(), 'heads.txt')}, birth.json`);
    expect(said).toMatch(/put back what is missing, from the newest copy\. .* start once with --begin$/);
  });
  it('where database and heads are lost, and the rest of the data folder is there', async () => {
    await start();
    removeDatabase();
    remove(heads());
    expect(await refusal()).toMatch(
      /there: the rekor key .*birth\.json of log \d+ \(rekor\.test\), place\.json; missing/,
    );
  });
  it.each([
    ['the head journal', (): void => remove(data()), /of log \d+ with a head of 1; missing as well: the rekor key/],
    [
      'the rekor key',
      (): void => remove(heads(), inData('birth.json'), inData('place.json'), inData('keys', 'tile.pem')),
      /there: the rekor key \S+; /,
    ],
    [
      'the c2sp key',
      (): void => remove(heads(), inData('birth.json'), inData('place.json'), inData('keys', 'rekor-v1.pem')),
      /there: the c2sp key \S+; /,
    ],
    [
      'the genesis document',
      (): void => remove(heads(), inData('keys'), inData('place.json')),
      /there: birth\.json of log \d+ \(rekor\.test\); /,
    ],
    ['place.json', (): void => remove(heads(), inData('keys'), inData('birth.json')), /there: place\.json; /],
  ] as const)('where %s alone is left', async (_what, lose, sentence) => {
    await start();
    lose();
    if (existsSync(data())) removeDatabase();
    expect(await refusal()).toMatch(sentence);
  });
  it('where the database is an empty file, or one in which no log has begun', async () => {
    await start();
    removeDatabase();
    writeFileSync(inData('stele.db'), '');
    expect(await refusal()).toContain('(stele.db is there, and no log has begun in it)');
  });
  it('where the keys are those that an operator made, until told to begin once', async () => {
    writeKey('rekor', inside('s', 'rekor.pem'));
    writeKey('c2sp', inside('s', 'c2sp.pem'));
    expect(await refusal(ELSEWHERE())).toContain('start once with --begin');
    const begun = await start([...ELSEWHERE(), '--begin']);
    expect(await refusal([...ELSEWHERE(), '--begin'])).toContain('--begin is for the one start that begins a log');
    expect(await start(ELSEWHERE())).toEqual(begun);
  });
  it('beside heads that were signed, --begin or not', async () => {
    await start();
    removeDatabase();
    expect(await refusal(['--begin'])).toContain('A log that begins anew beside heads that were signed is a fork');
  });
  it('in the middle of a copy, which is refused as a copy once it is whole', async () => {
    await start();
    const copy = inside('copy', 'data');
    for (const name of ['birth.json', 'keys', 'place.json'])
      cpSync(inData(name), join(copy, name), { recursive: true, preserveTimestamps: true });
    expect(await refusal([], copy)).toContain('holds no log (stele.db is missing)');
    cpSync(data(), copy, { recursive: true, preserveTimestamps: true });
    cpSync(heads(), inside('copy', 'data-heads'), { recursive: true });
    expect(await refusal([], copy)).toContain('is not where this log was written (');
    expect((await start()).size).toBe(1);
  });
  it('where later shards are there', async () => {
    await start();
    addShardFolder(data(), 2, 'next.test');
    removeDatabase();
    remove(heads(), inData('keys'), inData('birth.json'), inData('place.json'));
    expect(await refusal(['--begin'])).toContain('and the shards that follow it are there');
  });
});

describe('a start with a witness of its own that is refused writes nothing', () => {
  const witness = (): readonly string[] => {
    writeFileSync(inside('logs.txt'), `log ${new IndependentLog('other.test').vkey}\nquorum none\n`);
    return ['--witness-for', inside('logs.txt'), '--witness-key', inside('s', 'witness.pem')];
  };
  it('where a log begins under a witness key that may have cosigned, until told to begin once', async () => {
    writeKey('witness', inside('s', 'witness.pem'));
    const flags = witness();
    expect(await refusal(flags)).toContain(
      `the witness key ${inside('s', 'witness.pem')} is there, and may have cosigned`,
    );
    await start([...flags, '--begin']);
    await start(flags);
  });
  it('where its key is lost, before the log is opened', async () => {
    const flags = witness();
    await start(flags);
    remove(inside('s', 'witness.pem'));
    expect(await refusal(flags)).toContain('the key of the witness rekor.test/witness is missing');
  });
  it('where its key is of another type, before a log begins', async () => {
    writeKey('rekor', inside('s', 'witness.pem'));
    expect(await refusal(witness())).toContain('an Ed25519 key in PEM');
  });
  it('but goes on where only its first start was cut short', async () => {
    await start();
    const flags = witness();
    writeKey('witness', inside('s', 'witness.pem'));
    recordUnusedKeys(data(), { witness: findKey('witness', inside('s', 'witness.pem'))?.id ?? '' });
    await start(flags);
    expect(existsSync(inData('unused-keys.json'))).toBe(false);
  });
});

describe('a log that is refused is left as it was', () => {
  it.each([
    ['another key', (): void => writeKey('rekor', inData('keys', 'rekor-v1.pem')), 'the rekor key is not the one'],
    ['no c2sp key', (): void => remove(inData('keys', 'tile.pem')), 'the c2sp key is missing'],
    [
      'a key of another type',
      (): void => writeKey('c2sp', inData('keys', 'rekor-v1.pem')),
      'holds another key, and an ECDSA P-256 key in PEM',
    ],
    ['no head journal', (): void => remove(heads()), 'the head journal is missing'],
    [
      'a record of another place',
      (): void => writeFileSync(inData('place.json'), '{"inode":1}'),
      'is not where this log',
    ],
    ['no record of its place', (): void => remove(inData('place.json')), 'is not where this log'],
    [
      'a genesis document that cannot be read',
      (): void => writeFileSync(inData('birth.json'), '{}'),
      'cannot be read as',
    ],
  ] as const)('with %s', async (_what, change, sentence) => {
    await start();
    change();
    expect(await refusal()).toContain(sentence);
  });
  it('with the genesis document of another log', async () => {
    await start();
    await start([], inside('other', 'data'));
    cpSync(inside('other', 'data', 'birth.json'), inData('birth.json'));
    expect(await refusal()).toMatch(
      /birth\.json in \S+ is that of log \d+ \(rekor\.test\), and stele\.db holds log \d+/,
    );
  });
  it('with an older copy of the data', async () => {
    await start(['--genesis', 'off']);
    cpSync(data(), inside('older'), { recursive: true, preserveTimestamps: true });
    await start();
    for (const name of readdirSync(data()))
      if (name.startsWith('stele.db')) cpSync(inside('older', name), inData(name), { preserveTimestamps: true });
    remove(inData('birth.json'));
    expect(await refusal()).toContain('it was restored from an old copy');
  });
  it('while another shard grows before the last one', async () => {
    await start();
    addShardFolder(data(), 2, 'next.test');
    expect(await refusal()).toContain('rekor.test still grows');
  });
  it('where a later shard has lost its database, and not its keys', async () => {
    await start();
    await freezeLog(data(), Math.floor(Date.now() / 1000) + 10);
    addShardFolder(data(), 2, 'next.test');
    await start();
    const later = inData('shards', '2-next.test');
    for (const name of readdirSync(later)) if (name.startsWith('stele.db')) rmSync(join(later, name));
    remove(join(heads(), '2-next.test'));
    expect(await refusal()).toContain(`${later} holds no log (stele.db is missing)`);
  });
  it('where a folder cannot be made, and those that were are taken away', async () => {
    const but = { folderTimes: true };
    symlinkSync(inside('nowhere'), inside('link'));
    const said = await refusal(['--rekor-key', inside('link', 'v1.pem')], data(), but);
    expect(said).toContain('a symbolic link that leads nowhere');
    writeFileSync(inside('file'), '');
    expect(await refusal(['--heads', inside('file', 'heads')], data(), but)).toContain('is a file, and a folder');
  });
});
