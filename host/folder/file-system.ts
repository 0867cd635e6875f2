import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the system tells of its file systems. */
export interface SystemFiles {
  /** proc_pid_mountinfo(5). */
  readonly mountInfo: string;
  /** Folder of links to block devices, each named by the UUID of the file system on it. */
  readonly byUuid: string;
  /** Folder of udev's records, `b<major>:<minor>` for a block device. */
  readonly udev: string;
}

const LINUX: SystemFiles = {
  mountInfo: '/proc/self/mountinfo',
  byUuid: '/dev/disk/by-uuid',
  udev: '/run/udev/data',
};

interface Mount {
  /** `<major>:<minor>` */
  readonly device: string;
  readonly point: string;
  readonly type: string;
  /** A block device, a share, or a word without meaning. */
  readonly source: string;
  /** Of btrfs: which of its trees is mounted. A snapshot has another number. */
  readonly subvolume: string | undefined;
}

/** File systems whose source names them wherever they are mounted. */
const NAMED_BY_SOURCE = new Set(['nfs', 'nfs4', 'cifs', 'smb3', 'ceph', 'zfs']);

/**
 * Returns a name of the file system that holds `path` that outlives a new number of its device: `uuid <UUID>`, or type
 * and source of a share. Undefined where neither can be read, as in most containers and outside Linux.
 */
export function fileSystemOf(path: string, files = LINUX): string | undefined {
  const mount = mountOf(path, read(files.mountInfo) ?? '');
  if (mount === undefined) return undefined;
  if (NAMED_BY_SOURCE.has(mount.type)) return `${mount.type} ${mount.source}`;
  // The numbers of a mount of btrfs are none of its device: its source is asked first.
  const uuid = [deviceAt(mount.source), mount.device].map((device) => device && uuidOf(device, files)).find(Boolean);
  return uuid && [`uuid ${uuid}`, mount.subvolume].filter(Boolean).join(' ');
}

/** A mount whose device is that of the path wins: one that another covers has a longer path at times. */
function mountOf(path: string, mountInfo: string): Mount | undefined {
  const real = realpathSync(path);
  const above = parseMounts(mountInfo).filter(({ point }) => point === '/' || `${real}/`.startsWith(`${point}/`));
  const device = numbersOf(statSync(path).dev);
  const exact = above.filter((mount) => mount.device === device);
  return (exact.length > 0 ? exact : above).reduce<Mount | undefined>(
    (longest, mount) => (longest && longest.point.length > mount.point.length ? longest : mount),
    undefined,
  );
}

function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device, , point] = before.split(' ');
    const [type, source, options] = after.split(' ');
    if (device === undefined || point === undefined || type === undefined || source === undefined) return [];
    const subvolume = options?.split(',').find((option) => option.startsWith('subvolid='));
    return [{ device, point: unescaped(point), type, source: unescaped(source), subvolume }];
  });
}

/** Blanks and backslashes stand as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function uuidOf(device: string, { byUuid, udev }: SystemFiles): string | undefined {
  const linked = namesIn(byUuid).find((name) => deviceAt(join(byUuid, name)) === device);
  return linked ?? /^E:ID_FS_UUID=(\S+)$/m.exec(read(join(udev, `b${device}`)) ?? '')?.[1];
}

/** Numbers of the block device at the path; undefined if there is none. */
function deviceAt(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isBlockDevice() ? numbersOf(found.rdev) : undefined;
  } catch {
    return undefined;
  }
}

/** The encoding of makedev(3) on Linux: 12 bits of major, 20 of minor, and more of both above. */
function numbersOf(device: number): string {
  const bits = BigInt(device);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n);
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
