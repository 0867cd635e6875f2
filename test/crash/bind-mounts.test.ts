import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { bindMount, mounter } from '../support/small-disk.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';
import { created, headOf, submissionOf, submit, treeSizeOf } from './client.ts';

let folder: LogFolder;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder[Symbol.dispose]());

const path = (...names: readonly string[]): string => join(folder.parent, ...names);

/** The start is refused, and changes nothing in either folder. @returns what was said */
async function refusal(where: LogFolder, flags: readonly string[] = []): Promise<string> {
  const trees = () => [where.data, where.heads].map((one) => treeOfFiles(one));
  const before = trees();
  const { code, said } = await runServer(where, { flags });
  expect([code, trees()]).toEqual([1, before]);
  return said;
}

describe.runIf(mounter)('a bind mount gives a folder a second path and nothing else', () => {
  it('a second process is refused by another path to the data folder, to the heads folder, or to both', async () => {
    await using first = await startServer(folder);
    using mounts = new DisposableStack();
    for (const which of ['data', 'heads'] as const) mounts.use(bindMount(folder[which], path(`${which}-2`)));
    const inUse = (one: string): string => `${one} is in use by another process (process ${first.pid} on `;
    for (const flags of [[], ['--volume', 'moves']]) {
      const both = { ...folder, data: path('data-2'), heads: path('heads-2') };
      expect(await refusal(both, flags)).toContain(inUse(both.data));
      expect(await refusal({ ...both, heads: folder.heads }, flags)).toContain(inUse(both.data));
      expect(await refusal({ ...both, data: folder.data }, flags)).toContain(inUse(folder.data));
    }
    created(await submit(first.base, submissionOf('still served', 0)));
  });

  it('a second process is refused on a copy of the data folder by another path to the heads folder', async () => {
    await using first = await startServer(folder);
    cpSync(folder.data, path('copy'), { recursive: true });
    using mounts = new DisposableStack();
    mounts.use(bindMount(folder.heads, path('heads-2')));
    const said = await refusal({ ...folder, data: path('copy'), heads: path('heads-2') }, ['--volume', 'moves']);
    expect(said).toContain(`${path('heads-2')} is in use by another process (process ${first.pid} on `);
    created(await submit(first.base, submissionOf('still served', 0)));
  });

  it('the log goes on by either path, one after the other', async () => {
    using mounts = new DisposableStack();
    for (const which of ['data', 'heads'] as const) {
      mkdirSync(folder[which]);
      mounts.use(bindMount(folder[which], path(`${which}-2`)));
    }
    const second = { ...folder, data: path('data-2'), heads: path('heads-2') };
    for (const [at, where] of [folder, second, folder, { ...second, heads: folder.heads }].entries()) {
      await using server = await startServer(where);
      expect(await treeSizeOf(server.base)).toBe(at + 1);
      created(await submit(server.base, submissionOf(`entry ${at}`, 0)));
      await server.stop();
    }
  });

  it.each(['data', 'heads'] as const)('one that is laid over the %s folder of a running log ends it', async (which) => {
    await using server = await startServer(folder);
    const note = await headOf(server.base);
    cpSync(folder[which], path('copy'), { recursive: true });
    {
      using mounts = new DisposableStack();
      mounts.use(bindMount(path('copy'), folder[which]));
      expect((await server.ended).code).toBe(1);
      expect(server.lines().join('\n')).toMatch(/was removed or replaced while this process had it open/);
    }
    await using again = await startServer(folder);
    expect(await headOf(again.base)).toBe(note);
  });
});
