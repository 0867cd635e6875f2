import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSystemOf } from '../../../host/folder/file-system.ts';

let parent = '';
beforeEach(() => void (parent = realpathSync(mkdtempSync(join(tmpdir(), 'stele-file-system-')))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const UUID = '3f1c2a44-9d5e-4b8e-8b7d-0a6c1f2e3d4c';
const block = readdirSync('/dev').find((name) => statSync(`/dev/${name}`, { throwIfNoEntry: false })?.isBlockDevice());
const numbers = (device: number): string => `${(device >> 8) & 0xfff}:${(device & 0xff) | ((device >> 12) & 0xfff00)}`;

/** Writes what a system would tell. @param mounts - lines of mountinfo; `HERE` is the device number of the folder */
function system(
  mounts: readonly string[],
  { linked, told }: { readonly linked?: string; readonly told?: string } = {},
) {
  const files = { mountInfo: join(parent, 'mountinfo'), byUuid: join(parent, 'by-uuid'), udev: join(parent, 'udev') };
  const here = numbers(statSync(parent).dev);
  writeFileSync(files.mountInfo, mounts.map((line) => `${line.replace('HERE', here)}\n`).join(''));
  mkdirSync(files.byUuid);
  mkdirSync(files.udev);
  if (linked !== undefined) symlinkSync(linked, join(files.byUuid, UUID));
  if (told !== undefined)
    writeFileSync(join(files.udev, `b${told.replace('HERE', here)}`), `E:ID_FS_TYPE=ext4\nE:ID_FS_UUID=${UUID}\n`);
  return fileSystemOf(parent, files);
}

describe('fileSystemOf names a file system so that a new device number does not change it', () => {
  it.runIf(block !== undefined)('by the UUID whose link leads to the device that is mounted', () => {
    const device = `/dev/${block}`;
    expect(
      system([`36 35 0:99 / / rw shared:1 - btrfs ${device} rw,subvolid=257,subvol=/data`], { linked: device }),
    ).toBe(`uuid ${UUID} subvolid=257`);
  });
  it('by the UUID that udev knows of the device number', () => {
    expect(system(['36 35 HERE / / rw shared:1 - ext4 /dev/gone rw'], { told: 'HERE' })).toBe(`uuid ${UUID}`);
  });
  it('by type and source of a share', () => {
    expect(system([`36 35 0:42 / / rw - nfs4 10.0.0.1:/exports/a\\040b rw,vers=4.2`])).toBe(
      'nfs4 10.0.0.1:/exports/a b',
    );
  });
  it('by the mount with the longest path, the later of two at one path', () => {
    const mounts = [
      '36 35 0:40 / / rw - nfs4 a:/ rw',
      `37 35 0:41 / ${parent} rw - nfs4 b:/ rw`,
      `38 35 0:42 / ${parent} rw - nfs4 c:/ rw`,
      `39 35 0:43 / ${parent}x rw - nfs4 d:/ rw`,
    ];
    expect(system(mounts)).toBe('nfs4 c:/');
  });
  it.each([
    ['no mount is listed', []],
    ['the device has no UUID', ['36 35 HERE / / rw - ext4 /dev/gone rw']],
    ['the source names nothing', ['36 35 HERE / / rw - overlay overlay rw']],
    ['lines have another form', ['36 35', 'nothing - at all']],
  ])('not at all where %s', (_what, mounts) => {
    expect(system(mounts)).toBeUndefined();
  });
});
