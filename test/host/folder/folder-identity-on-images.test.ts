import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOfPlace, recordPlace } from '../../../host/folder/folder-identity.ts';

/** Whether the program ended well. */
const did = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;

const parent = mkdtempSync(join(tmpdir(), 'stele-images-'));
const image = (name: string): string => join(parent, `${name}.img`);
const point = (name: string): string => join(parent, name);
const data = (name: string): string => join(point(name), 'data');
const mount = (from: string, at: string): boolean => did('mount', '-o', 'loop', image(from), point(at));
const unmount = (at: string): boolean => did('umount', point(at));

/** Only the superuser may, and not in every container. */
function canMountImages(): boolean {
  if (process.getuid?.() !== 0) return false;
  for (const at of ['here', 'beside']) mkdirSync(point(at));
  writeFileSync(image('original'), '');
  return (
    did('truncate', '-s', '8M', image('original')) &&
    did('mkfs.ext4', '-q', image('original')) &&
    mount('original', 'here')
  );
}

const can = canMountImages();
afterAll(() => {
  for (const at of ['here', 'beside']) unmount(at);
  rmSync(parent, { recursive: true, force: true });
});

describe.runIf(can)('a data folder on a disk of its own', () => {
  beforeAll(async () => {
    mkdirSync(data('here'));
    await sleep(20); // more than a tick of the file system's clock: a folder that was never changed does not tell its birth
    mkdirSync(join(data('here'), 'keys'));
    recordPlace(data('here'));
    unmount('here');
    copyFileSync(image('original'), image('copy'));
  });

  it('is the same folder when its device has another number', () => {
    expect(mount('copy', 'beside')).toBe(true); // takes the number that the disk had
    const before = statSync(data('beside')).dev;
    expect(unmount('beside') && mount('copy', 'here') && mount('original', 'beside')).toBe(true);
    expect(statSync(data('beside')).dev).not.toBe(before);
    expect(unmount('here')).toBe(true);
    expect(changesOfPlace(data('beside'))).toEqual([]);
    expect(unmount('beside')).toBe(true);
  });

  it('is refused as an image of it while the original is where it was', () => {
    expect(mount('original', 'here') && mount('copy', 'beside')).toBe(true);
    expect(changesOfPlace(data('here'))).toEqual([]);
    expect(changesOfPlace(data('beside'))).toEqual([
      `the folder that was recorded is still at ${data('here')}, on another device`,
    ]);
  });
});
