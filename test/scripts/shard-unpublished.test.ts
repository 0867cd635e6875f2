import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteReading } from '../../storage/engines/sqlite/open-reading.ts';
import { submissionFor } from '../support/submissions.ts';
import { IndependentWitness } from '../support/independent-witness.ts';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run } from './operator.ts';

/** A port that nothing listens on. */
const AWAY = 'http://127.0.0.1:9/';

/** A log whose one entry no witness has cosigned. @returns the flags that it is started with */
async function withUnpublishedEntry(log: LogFolder): Promise<readonly string[]> {
  const policy = join(log.parent, 'policy.txt');
  writeFileSync(policy, `witness w ${new IndependentWitness('witness.test').vkey} ${AWAY}\nquorum w\n`);
  const flags = ['--genesis', 'off', '--origin', 'one.test', '--witness', 'require', '--witness-policy', policy];
  await using server = await startServer(log, {
    flags: [...flags, '--witness-timeout', '100ms', '--publish-timeout', '300ms'],
  });
  const { body } = submissionFor('v1', 'waits');
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${server.base}/api/v1/log/entries`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('too few witnesses')]);
  await server.stop();
  return flags;
}

async function stateOf({ data }: LogFolder) {
  using reading = openSqliteReading(data);
  return {
    size: (await reading.head())?.size,
    published: await reading.publishedSize(),
    frozen: await reading.frozen(),
  };
}

describe('npm run shard, on a log with an entry that no witness has cosigned', () => {
  it('freeze and next are refused, and nothing is published, now or at the next start', async () => {
    using log = temporaryFolder();
    const flags = await withUnpublishedEntry(log);
    const before = { size: 1, published: undefined, frozen: undefined };
    expect(await stateOf(log)).toEqual(before);
    for (const words of [['freeze'], ['next', 'two.test']]) {
      const { code, err } = await run('shard', log, ...words);
      expect([code, err]).toEqual([1, expect.stringContaining('witnesses have not cosigned')]);
      expect(await stateOf(log)).toEqual(before);
    }
    await using server = await startServer(log, { flags });
    const checkpoint = await (await fetch(`${server.base}/checkpoint`)).text();
    expect(checkpoint.split('\n').slice(0, 2)).toEqual(['one.test', '0']);
    await server.stop();
    expect(await stateOf(log)).toEqual(before);
  });
});
