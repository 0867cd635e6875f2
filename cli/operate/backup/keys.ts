import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CopiedShard } from '../../../host/backup/copy-log.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { KEY_NAMES, type KeyName } from '../../../storage/record-files/layout.ts';
import { systemCode } from '../../../base/system-error.ts';

/** Takes copies of keys. */
export interface KeyTarget {
  keepKey(shard: number, name: KeyName, pem: Uint8Array): void;
}

/** Copies the keys of every shard that has some: one that ended may have lost them. @returns how many there are */
export function copyKeys(settings: Settings, shards: readonly CopiedShard[], target: KeyTarget): number {
  let kept = 0;
  for (const { number, folder } of shards)
    for (const name of KEY_NAMES) {
      const pem = pemIfThere(number === 1 ? firstKey(settings, name) : keyFile(folder, name));
      if (pem === undefined) continue;
      target.keepKey(number, name, pem);
      kept += 1;
    }
  return kept;
}

/** The file of a key in the folder of its shard. */
export const keyFile = (folder: string, name: KeyName): string => join(folder, 'keys', `${name}.pem`);

function firstKey({ rekorKey, c2spKey, witnessKey }: Settings, name: KeyName): string {
  switch (name) {
    case 'rekor-v1':
      return rekorKey;
    case 'tile':
      return c2spKey;
    case 'witness':
      return witnessKey;
  }
}

function pemIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
