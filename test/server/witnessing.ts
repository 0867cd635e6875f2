import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Asking, askOf } from '../support/ask.ts';
import type { PostJson } from '../support/submissions.ts';
import { type IndependentWitness, listening, type ListeningWitness } from '../support/independent-witness.ts';
import { openTestLog, type TestLog } from '../support/log.ts';

/** A log in this process that is witnessed by one that shares nothing with it. */
export interface Witnessed extends AsyncDisposable {
  readonly log: TestLog;
  readonly ask: Asking;
  readonly post: PostJson;
}

/** A folder with a policy in it, and a witness that listens. */
export interface Scene extends AsyncDisposable {
  readonly witness: IndependentWitness;
  readonly address: ListeningWitness;
  /** Opens the log, or opens it again. @param flags - as for `npm start` */
  open(...flags: readonly string[]): Promise<Witnessed>;
}

export const ORIGIN = 'rekor.test';

/** As short as they may be, so that a test waits for no one. */
const HASTY_FLAGS = ['--publish-timeout=300ms', '--witness-timeout=100ms', '--witness-pause=0ms'];

export async function sceneWith(witness: IndependentWitness): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'stele-witnessed-'));
  const address = await listening(witness);
  const policy = join(folder, 'policy.txt');
  writeFileSync(policy, `# the only one\nwitness w ${witness.vkey} ${address.url}\nquorum w\n`);
  return {
    witness,
    address,
    open: async (...flags) => {
      const given = (flag: string): boolean => flags.some((one) => one.split('=')[0] === flag.split('=')[0]);
      const argv = [...HASTY_FLAGS.filter((flag) => !given(flag)), '--witness-policy', policy, ...flags];
      const log = await openTestLog(argv, join(folder, 'data'));
      const ask = await askOf(log.app);
      witness.trust(ORIGIN, (await ask.get('/vkey')).text);
      return {
        log,
        ask,
        post: (path, body) => ask.post(path, body),
        [Symbol.asyncDispose]: async () => {
          await ask[Symbol.asyncDispose]();
          await log.close();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await address[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
