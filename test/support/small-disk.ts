import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersIn, type LogFolder } from '../../testkit/server-process.ts';

/** A volume of its own, in memory. It is gone once disposed of. */
export interface SmallDisk extends LogFolder {
  /** Takes all room but `left` bytes, as another program would. */
  fill(left: number): void;
  /** Gives back what `fill` took. */
  release(): void;
  readonly freeBytes: () => number;
  /** From now on nothing can be written to it, by nobody. */
  protect(): void;
}

const AS_ROOT = [[], ['sudo', '-n']] as const;

/** The words before `mount` with which this user may mount; undefined if none do. */
export const mounter: readonly string[] | undefined = AS_ROOT.find((words) => {
  const place = mkdtempSync(join(tmpdir(), 'stele-mount-'));
  try {
    run([...words, 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
    run([...words, 'umount', place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

/** Mounts a volume of `bytes`. Requires `mounter`. */
export function smallDisk(bytes: number): SmallDisk {
  const words = mounter ?? [];
  const place = mkdtempSync(join(tmpdir(), 'stele-disk-'));
  run([...words, 'mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=777`, 'tmpfs', place]);
  const filler = join(place, 'filler');
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  };
  return {
    ...foldersIn(place),
    freeBytes,
    fill: (left) => {
      rmSync(filler, { force: true });
      writeFileSync(filler, new Uint8Array(Math.max(0, freeBytes() - left)));
    },
    release: () => rmSync(filler, { force: true }),
    protect: () => run([...words, 'mount', '-o', 'remount,ro', place]),
    [Symbol.dispose]: () => {
      run([...words, 'umount', '-l', place]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** Gives a folder a second path, which is made, or lays it over what stands there. Undone once disposed of. Requires `mounter`. */
export function bindMount(folder: string, path: string): Disposable {
  const words = mounter ?? [];
  mkdirSync(path, { recursive: true });
  run([...words, 'mount', '--bind', folder, path]);
  return { [Symbol.dispose]: () => run([...words, 'umount', '-l', path]) };
}

function run([program = '', ...rest]: readonly string[]): void {
  execFileSync(program, rest, { stdio: 'ignore' });
}
