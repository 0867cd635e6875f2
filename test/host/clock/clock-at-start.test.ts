import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../scripts/operator.ts';
import { submissionFor } from '../../support/submissions.ts';
import { runServer, startServer, temporaryFolder } from '../../../testkit/server-process.ts';

const YEARS = 365 * 86_400_000; // milliseconds
const FLAGS = ['--origin', 'clock.test'];

/** Has the calendar of the program say another time, from before its first line. */
const off = (milliseconds: number) => {
  const code = `const now = Date.now; Date.now = () => now() + ${milliseconds};`;
  return { nodeFlags: ['--import', `data:text/javascript,${encodeURIComponent(code)}`] };
};

const dayIn = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString().slice(0, 10);

async function submit(base: string, artifact: string): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify(submissionFor('v1', artifact).body);
  const answer = await fetch(`${base}/api/v1/log/entries`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

describe('a first start with a wrong clock', () => {
  it.each([
    ['ten years ahead', 10 * YEARS, /more than five years after the date of this version/],
    ['fifty years behind', -50 * YEARS, /this version was made after/],
  ])('%s is refused, and nothing is made', async (_words, milliseconds, sentence) => {
    using folder = temporaryFolder();
    const { code, said } = await runServer(folder, { ...off(milliseconds), flags: FLAGS });
    expect([code, said]).toEqual([1, expect.stringMatching(sentence)]);
    expect([existsSync(folder.data), existsSync(folder.heads)]).toEqual([false, false]);
  });
});

describe('a later start with a clock ten years ahead', () => {
  it('reads go on and nothing is signed; with the right clock the log is as it was', async () => {
    using folder = temporaryFolder();
    {
      await using server = await startServer(folder, { flags: FLAGS });
      expect((await submit(server.base, 'a')).status).toBe(201);
      await server.stop();
    }
    const sentence =
      /more than a year after the newest entry, of \d{4}-\d\d-\d\d: set it right, or, if it is right, start with --clock-checked \d{4}-/;
    {
      await using server = await startServer(folder, { ...off(10 * YEARS), flags: FLAGS });
      expect(await submit(server.base, 'b')).toEqual({ status: 503, text: expect.stringMatching(sentence) as string });
      const ready = await fetch(`${server.base}/readyz`);
      expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(sentence)]);
      expect((await fetch(`${server.base}/api/v1/log/entries?logIndex=1`)).status).toBe(200);
      await server.stop();
    }
    await using server = await startServer(folder, { flags: FLAGS });
    expect((await submit(server.base, 'b')).status).toBe(201);
    await server.stop();
  });

  it('is believed by the operator’s word; back in the present the log is ended, and the next shard takes entries', async () => {
    using folder = temporaryFolder();
    {
      const flags = [...FLAGS, '--clock-checked', dayIn(10 * YEARS)];
      await using server = await startServer(folder, { ...off(10 * YEARS), flags });
      expect((await submit(server.base, 'a')).status).toBe(201);
      await server.stop();
    }
    {
      await using server = await startServer(folder, { flags: FLAGS });
      const { status, text } = await submit(server.base, 'b');
      expect([status, text]).toEqual([503, expect.stringContaining('taken under a wrong clock, begin the next shard')]);
      await server.stop();
    }
    expect(await run('shard', folder, 'next', 'next.test')).toMatchObject({ code: 0, err: '' });
    await using server = await startServer(folder, { flags: FLAGS });
    expect((await submit(server.base, 'b')).status).toBe(201);
    await server.stop();
    expect(readdirSync(folder.data)).toContain('shards');
  });
});
