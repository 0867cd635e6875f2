import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changesOfPlace,
  mayHaveMoved,
  type FolderIdentity,
  folderChanges,
  recordPlace,
  refreshPlace,
} from '../../../host/folder/folder-identity.ts';

let parent = '';
const folder = (): string => join(parent, 'data');
beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'stele-place-'));
  mkdirSync(folder());
  await sleep(20); // more than a tick of the file system's clock: a folder that was never changed does not tell its birth
  writeFileSync(join(folder(), 'anything'), '');
  recordPlace(folder());
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const file = (): string => join(folder(), 'place.json');
const recorded = (): Record<string, unknown> => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;
const rewrite = (change: Readonly<Record<string, unknown>>): void =>
  writeFileSync(file(), JSON.stringify({ ...recorded(), ...change }));

describe('place.json tells a data folder from its copies', () => {
  it('a folder that was left alone is where it was', () => {
    expect(changesOfPlace(folder())).toEqual([]);
  });
  it('a folder that was renamed is the same folder', () => {
    renameSync(folder(), join(parent, 'renamed'));
    expect(changesOfPlace(join(parent, 'renamed'))).toEqual([]);
  });
  it('a copy tells which marks it has not', () => {
    const copy = join(parent, 'copy');
    cpSync(folder(), copy, { recursive: true });
    writeFileSync(join(copy, 'anything'), 'more');
    const { ino } = statSync(folder());
    expect([mayHaveMoved(folder()), mayHaveMoved(copy)]).toEqual([true, false]);
    expect(changesOfPlace(copy)).toContain(`its inode was ${ino} and is ${statSync(copy).ino}`);
    expect(changesOfPlace(folder())).toEqual([]);
  });
  it('a device that was renumbered changes nothing where the folder tells when it was made', () => {
    expect(recorded()['born']).toMatch(/^\d{19}$/);
    rewrite({ device: 12_345 });
    expect(changesOfPlace(folder())).toEqual([]);
    refreshPlace(folder());
    expect(recorded()['device']).toBe(statSync(folder()).dev);
  });
  it.each([
    ['inode', 7, /^its inode was 7 and is \d+$/],
    ['machine', 'another', /^the machine id was another and is \w+$/],
    ['born', '1700000000123456789', /^the time it was made was 2023-11-14T22:13:20\.123Z and is 2\d{3}-/],
  ])('another %s is refused alone', (mark, value, sentence) => {
    rewrite({ [mark]: value });
    expect(changesOfPlace(folder())).toEqual([expect.stringMatching(sentence)]);
  });
  it.each([
    ['gone', undefined],
    ['empty', ''],
    ['cut short', '{"device":1,'],
    ['no object', '7'],
  ])('a record that is %s is refused', (_what, text) => {
    if (text === undefined) rmSync(file());
    else writeFileSync(file(), text);
    expect(changesOfPlace(folder()).join()).toMatch(/is missing or cannot be read|inode was none/);
  });
  it('a record is written whole or not at all, and leaves nothing beside it', () => {
    writeFileSync(`${file()}.new`, 'of a start that was cut short');
    recordPlace(folder());
    expect(changesOfPlace(folder())).toEqual([]);
    expect(readdirSync(folder()).sort()).toEqual(['anything', 'place.json']);
  });
});

describe('a record of an earlier version', () => {
  const older = (change: Readonly<Record<string, unknown>> = {}): void => {
    const { device, inode, machine } = recorded();
    writeFileSync(file(), JSON.stringify({ device, inode, machine, ...change }));
  };
  it('opens as before, and gets the marks it lacks', () => {
    older();
    expect(changesOfPlace(folder())).toEqual([]);
    refreshPlace(folder());
    expect(Object.keys(recorded())).toEqual(expect.arrayContaining(['device', 'inode', 'machine', 'born']));
    expect(changesOfPlace(folder())).toEqual([]);
  });
  it('has its device compared: there is nothing better', () => {
    older({ device: 1 });
    expect(changesOfPlace(folder())).toEqual([expect.stringMatching(/^the device number was 1 and is \d+$/)]);
  });
});

describe('placeChanges', () => {
  const place = { device: 1, inode: 2, born: '1700000000000000000', fileSystem: 'uuid a', machine: 'm' };
  const same = (was: Partial<FolderIdentity>, is: FolderIdentity): boolean => folderChanges(was, is).length === 0;

  it.each([
    ['all marks are the same', place, place, true],
    ['only the device differs', place, { ...place, device: 9 }, true],
    [
      'the file system alone is known, and the device differs',
      { ...place, born: undefined },
      { ...place, device: 9 },
      true,
    ],
    [
      'the birth alone is known, and the device differs',
      { ...place, fileSystem: undefined },
      { ...place, device: 9 },
      true,
    ],
    [
      'no mark is known, and the device differs',
      { ...place, born: undefined, fileSystem: undefined },
      { ...place, device: 9 },
      false,
    ],
    [
      'no mark can be read now, and the device differs',
      place,
      { ...place, device: 9, born: undefined, fileSystem: undefined },
      false,
    ],
    ['the file system differs', place, { ...place, fileSystem: 'uuid b' }, false],
    ['the birth differs', place, { ...place, born: '1700000000000000001' }, false],
    ['the record is empty', {}, place, false],
  ] as const)('%s', (_what, was, is, expected) => {
    expect(same(was, is)).toBe(expected);
  });
});
