import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldersIn, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run, runAlone, succeeded } from '../scripts/operator.ts';
import { reached, startLoad } from './load.ts';
import { randomFrom } from './random.ts';
import { backupRound, missingIn } from './rounds.ts';

describe('an archive and a backup under load, whose machine is lost', { timeout: 300_000 }, () => {
  it.each([11, 12, 13])(
    'give back what was acknowledged, and never sign beside what they lack: seed %i',
    async (seed) => {
      const report = await backupRound(randomFrom(seed), 1);
      expect(report.acknowledged).toBeGreaterThan(100);
      expect(report.lost).toBeLessThan(report.acknowledged);
    },
  );

  it('are found to lack entries that were acknowledged after them', async () => {
    using log = temporaryFolder();
    const into = join(log.parent, 'backup');
    await using server = await startServer(log);
    await succeeded(run('backup', log, '--into', into));
    const load = startLoad(server.base, 'late');
    await reached(load, 20);
    await load.stop();
    const folder = foldersIn(join(log.parent, 'restored'));
    await succeeded(runAlone('restore', '--from', into, '--into', folder.data));
    const missing = await missingIn({ ...folder, parent: log.parent }, load.acknowledged);
    expect(missing).toHaveLength(load.acknowledged.length);
  });
});
