import { describe, expect, it, vi } from 'vitest';
import { APIS, submissionFor, write } from '../support/submissions.ts';
import { IndependentWitness } from '../support/independent-witness.ts';
import { ORIGIN, sceneWith, type Witnessed } from './witnessing.ts';

const READS = ['/checkpoint', '/api/v1/log', '/api/v1/log/entries?logIndex=0', '/healthz'];

/** One entry, and two signature lines. */
const COSIGNED_CHECKPOINT = /^rekor\.test\n1\n.*\n\n(\u2014 .*\n){2}$/;

async function readiness({ ask }: Witnessed) {
  const { status, text } = await ask.get('/readyz');
  const { ready, checks } = JSON.parse(text) as { ready: boolean; checks: Record<string, string> };
  return { status, ready, checks };
}

describe('rekor-v2 §5.5 over HTTP: a witness has cosigned more than the log has', () => {
  it.each(['prefer', 'require'])(
    '--witness=%s: writes are 503 with the reason, reads go on, until it is overruled',
    async (mode) => {
      await using scene = await sceneWith(new IndependentWitness('witness.test'));
      {
        await using server = await scene.open(`--witness=${mode}`);
        await vi.waitFor(
          async () => expect((await server.ask.get('/checkpoint')).text).toMatch(COSIGNED_CHECKPOINT),
          20_000,
        );
        expect((await readiness(server)).ready).toBe(true);
      }
      scene.witness.remember(ORIGIN, { size: 40n, root: 'ab'.repeat(32) });
      const reason = expect.stringMatching(
        /^the witness w says that it has cosigned 40 entries of this log, which has 1: /,
      ) as string;
      for (const conduct of ['present', 'away']) {
        if (conduct === 'away') await scene.address.goDown();
        await using server = await scene.open(`--witness=${mode}`);
        for (const api of APIS) {
          const { status, headers, text } = await write(server.post, submissionFor(api, `by ${api}`));
          expect([status, headers['retry-after']]).toEqual([503, '1']);
          expect((JSON.parse(text) as { message: string }).message).toEqual(reason);
        }
        expect(await readiness(server)).toEqual({
          status: 503,
          ready: false,
          checks: { write: 'ok', entries: reason, scrub: 'ok' },
        });
        for (const path of READS) expect([path, (await server.ask.get(path)).status]).toEqual([path, 200]);
      }
      await using server = await scene.open(`--witness=${mode}`, '--overrule-witness=40');
      expect((await readiness(server)).ready).toBe(true);
    },
  );
});
