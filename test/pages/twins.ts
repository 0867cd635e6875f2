import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashedrekord } from '../../testkit/proposals.ts';
import { openSite, type Site } from './site.ts';

/** Two logs on copies of one data folder, with the same keys: what either takes from now on is a fork of the other. */
export interface Twins extends AsyncDisposable {
  readonly sites: readonly [Site, Site];
}

/** @param common - entries that both begin with, beside the log's own */
export async function openTwins(common: number): Promise<Twins> {
  const scratch = mkdtempSync(join(tmpdir(), 'stele-twins-'));
  const [one, other] = [join(scratch, 'one'), join(scratch, 'other')];
  {
    await using before = await openSite([], one);
    for (let i = 0; i < common; i += 1) await before.submit(hashedrekord(`common ${i}`));
  }
  for (const end of ['', '-heads']) cpSync(one + end, other + end, { recursive: true });
  const sites = [await openSite(['--volume', 'moves'], one), await openSite(['--volume', 'moves'], other)] as const;
  return {
    sites,
    [Symbol.asyncDispose]: async () => {
      for (const site of sites) await site[Symbol.asyncDispose]();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
