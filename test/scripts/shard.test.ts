import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submissionFor } from '../support/submissions.ts';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run, submit } from './operator.ts';

const FLAGS = ['--genesis', 'off', '--origin', 'one.test'];

let log: LogFolder;
beforeAll(async () => {
  log = temporaryFolder();
  await using server = await startServer(log, { flags: FLAGS });
  await submit(server.base, 'first', 5);
  await server.stop();
});
afterAll(() => log[Symbol.dispose]());

interface Info {
  readonly treeID: string;
  readonly treeSize: number;
  readonly inactiveShards: readonly { readonly treeID: string; readonly treeSize: number }[];
}

describe('npm run shard, one step after the other', () => {
  it('refuses what it cannot do, and changes nothing', async () => {
    const { err, ...unknown } = await run('shard', log, 'thaw');
    expect([unknown.code, err]).toEqual([2, expect.stringContaining('thaw is none of list, freeze and next ORIGIN')]);
    expect((await run('shard', log, 'next')).code).toBe(2);
    expect((await run('shard', log, 'next', 'not a host')).code).toBe(2);
    expect(await run('shard', log, 'next', 'one.test')).toMatchObject({
      code: 1,
      err: expect.stringContaining('one.test is the origin of a shard already') as string,
    });
    {
      await using server = await startServer(log, { flags: FLAGS });
      const busy = await run('shard', log, 'freeze');
      expect([busy.code, busy.err]).toEqual([1, expect.stringContaining('in use')]);
      await server.stop();
    }
    expect((await run('shard', log)).out).toMatch(/^1 one\.test: tree \d+, 5 entries from 0 on, active\n$/);
  });

  it('ends a log, for good', async () => {
    expect((await run('shard', log, 'freeze')).out).toContain('froze one.test at 5 entries');
    expect((await run('shard', log, 'freeze')).out).toContain('one.test is frozen already');
    await using server = await startServer(log, { flags: FLAGS });
    expect(server.lines().join('\n')).toMatch(/size 5, in .*; Rekor v1 and v2, frozen: no entry is taken any more/);
    const { body } = submissionFor('v2', 'late');
    const headers = { 'Content-Type': 'application/json' };
    const late = await fetch(`${server.base}/api/v2/log/entries`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect([late.status, await late.text()]).toEqual([405, expect.stringContaining('This log has been frozen')]);
    await server.stop();
  });

  it('begins the next shard: writes go there, reads and search span both', async () => {
    const begun = await run('shard', log, 'next', 'two.test');
    expect([begun.code, begun.err]).toEqual([0, '']);
    expect(begun.out).toMatch(/begins {3}at virtual index 5\n {2}vkey {5}two\.test\+/);
    expect((await run('shard', log, 'next', 'one.test')).code).toBe(1);

    await using server = await startServer(log, { flags: FLAGS });
    await submit(server.base, 'second', 3);
    const info = (await (await fetch(`${server.base}/api/v1/log`)).json()) as Info;
    expect([info.treeSize, info.inactiveShards.map(({ treeSize }) => treeSize)]).toEqual([3, [5]]);
    const found = [];
    for (const index of [0, 4, 5, 7]) {
      const entry = await fetch(`${server.base}/api/v1/log/entries?logIndex=${index}`);
      found.push(Object.values((await entry.json()) as object).map(({ logIndex }: { logIndex: number }) => logIndex));
    }
    expect(found).toEqual([[0], [4], [5], [7]]);
    const old = `${server.base}/api/v1/log/proof?firstSize=1&lastSize=5&treeID=${info.inactiveShards[0]?.treeID}`;
    expect((await fetch(old)).status).toBe(200);
    await server.stop();
    const { out } = await run('shard', log);
    expect(out).toMatch(
      /^1 one\.test: tree \d+, 5 entries from 0 on, frozen \S+Z\n2 two\.test: tree \d+, 3 entries from 5 on, active\n$/,
    );
    expect((await run('audit', log)).out).toContain('all good: 8 entries');
  });
});
