import { join } from 'node:path';
import { startShard } from '../../host/start/start-shard.ts';
import { firstFolder } from '../../host/shards/shard-folders.ts';
import { ofFirst } from '../../host/start/plan.ts';
import { LIMITS, testClock, UNCOSIGNED_PUBLICATION } from '../log/log-fixture.ts';

/** Ends the log in a folder that nobody serves now. @param at - seconds since the Unix epoch */
export async function freezeLog(folder: string, at: number): Promise<void> {
  const keys = { rekorKey: join(folder, 'keys', 'rekor-v1.pem'), c2spKey: join(folder, 'keys', 'tile.pem') };
  await using shard = await startShard(
    {
      place: {
        ...ofFirst(firstFolder(folder, `${folder}-heads`)),
        ...keys,
        origin: undefined,
        offset: 0,
        recoverCommand: 'npm run recover',
      },
      act: 'open',
      confirm: async () => undefined,
    },
    { genesis: undefined, dev: false, limits: LIMITS, minFree: undefined },
    {
      clock: testClock(at),
      fatal: (reason) => {
        throw reason instanceof Error ? reason : new Error(String(reason));
      },
      announce: () => undefined,
      warn: () => undefined,
      publication: async () => UNCOSIGNED_PUBLICATION,
    },
  );
  await shard.opened.freeze(at);
}
