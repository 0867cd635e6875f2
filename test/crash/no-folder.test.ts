import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../scripts/operator.ts';
import { runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';

/** A folder that exists, and answers ENOENT to mkdir. */
const BARREN_FOLDER = '/proc';

describe.runIf(existsSync(`${BARREN_FOLDER}/self`))(
  'a folder in which none can be made ends the program with 1',
  () => {
    const SENTENCE = `the folder ${BARREN_FOLDER}/x cannot be made: ${BARREN_FOLDER} takes no new folder (ENOENT)`;

    it.each([
      ['--data', (folder: ReturnType<typeof temporaryFolder>) => ({ ...folder, data: `${BARREN_FOLDER}/x/data` }), []],
      [
        '--heads',
        (folder: ReturnType<typeof temporaryFolder>) => ({ ...folder, heads: `${BARREN_FOLDER}/x/heads` }),
        [],
      ],
      [
        '--rekor-key',
        (folder: ReturnType<typeof temporaryFolder>) => folder,
        ['--rekor-key', `${BARREN_FOLDER}/x/v1.pem`],
      ],
      [
        '--c2sp-key',
        (folder: ReturnType<typeof temporaryFolder>) => folder,
        ['--c2sp-key', `${BARREN_FOLDER}/x/tile.pem`],
      ],
    ] as const)('as %s of the server', async (_flag, place, flags) => {
      using folder = temporaryFolder();
      const { code, said } = await runServer(place(folder), { flags });
      expect([code, said]).toEqual([1, expect.stringContaining(SENTENCE)]);
      const left = readdirSync(folder.parent).filter((name) => !name.startsWith('output-'));
      expect(left).toEqual([]);
    });

    it('as --into of the export', async () => {
      using folder = temporaryFolder();
      {
        await using server = await startServer(folder);
        await server.stop();
      }
      const { code, err } = await run('export', folder, '--into', `${BARREN_FOLDER}/x/into`);
      expect([code, err]).toEqual([1, expect.stringContaining(SENTENCE)]);
    });
  },
);
