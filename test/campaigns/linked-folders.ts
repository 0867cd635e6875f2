import { linkSync, mkdirSync, readdirSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFolder } from '../../testkit/server-process.ts';
import { bindMount } from '../support/small-disk.ts';

export type LinkForm = 'hard links' | 'symbolic links' | 'bind mounts';

/** Gone once disposed of. */
export interface LinkedFolders extends Disposable {
  /** The same log by other paths: to its data, to its heads, to both. */
  readonly folders: readonly LogFolder[];
}

export function linked(log: LogFolder, form: LinkForm): LinkedFolders {
  const stack = new DisposableStack();
  const second = { data: join(log.parent, 'second-data'), heads: join(log.parent, 'second-heads') };
  for (const which of ['data', 'heads'] as const)
    if (form === 'bind mounts') stack.use(bindMount(log[which], second[which]));
    else if (form === 'symbolic links') symlinkSync(log[which], second[which]);
    else linkFiles(log[which], second[which]);
  return {
    folders: [
      { ...log, data: second.data },
      { ...log, heads: second.heads },
      { ...log, ...second },
    ],
    [Symbol.dispose]: () => {
      stack.dispose();
      for (const path of Object.values(second))
        if (form === 'bind mounts') rmdirSync(path);
        else rmSync(path, { recursive: form === 'hard links' });
    },
  };
}

function linkFiles(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isDirectory()) linkFiles(join(from, entry.name), join(to, entry.name));
    else linkSync(join(from, entry.name), join(to, entry.name));
}
