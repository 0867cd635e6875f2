import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APIS, type PostJson, proves, submissionFor, write, writeInTheEnd } from '../support/submissions.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { cosignedAt, readNote } from '../support/witness-math.ts';
import { type Litewitness, startLitewitness } from './litewitness.ts';

/** Path of a litewitness program. Without one there is nothing to try: docs/witnesses.md says how to get it. */
const PROGRAM = process.env['LITEWITNESS'] ?? '';
const ORIGIN = 'log.test';

describe.skipIf(PROGRAM === '')('litewitness as the only witness that is required', () => {
  let folder: LogFolder;
  let witness: Litewitness;
  let server: ServerProcess;
  beforeAll(async () => {
    folder = temporaryFolder();
    witness = await startLitewitness(PROGRAM, folder.parent);
    writeFileSync(join(folder.parent, 'policy.txt'), `witness lite ${witness.vkey} ${witness.url}\nquorum lite\n`);
    server = await start();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await witness[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const start = (): Promise<ServerProcess> =>
    startServer(folder, {
      flags: [
        `--origin=${ORIGIN}`,
        '--witness=require',
        `--witness-policy=${join(folder.parent, 'policy.txt')}`,
        '--publish-timeout=1s',
        '--witness-timeout=500ms',
        '--witness-pause=0ms',
      ],
    });
  const get = async (path: string): Promise<string> => (await fetch(server.base + path)).text();
  const post: PostJson = async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(server.base + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
  };
  const state = async (): Promise<string | undefined> =>
    (JSON.parse(await get('/readyz')) as { witnesses: readonly { state: string }[] }).witnesses[0]?.state;

  /** Asserts that entries come in by both APIs, and that litewitness has cosigned what is shown. */
  async function expectWrites(what: string): Promise<void> {
    for (const api of APIS) {
      const receipt = await writeInTheEnd(post, submissionFor(api, `${what} by ${api}`));
      expect(proves(receipt)).toBe(true);
      const shown = readNote(await get('/checkpoint'));
      expect(shown.size).toBeGreaterThan(receipt.index);
      expect(cosignedAt(shown, witness.vkey)).toBeGreaterThan(1_700_000_000);
    }
  }

  it('refuses a log that it does not know, and nothing is shown', async () => {
    expect((await write(post, submissionFor('v1', 'too early'))).status).toBe(503);
    expect(readNote(await get('/checkpoint')).size).toBe(0n);
    expect(await state()).toMatch(/^answered 40[34]: /);
  });
  it('cosigns once it knows the log, for entries by both APIs', async () => {
    witness.watch(ORIGIN, (await get('/vkey')).trim());
    await expectWrites('known');
    expect(await state()).toBe('ok');
  });
  it('holds back writers while it is dead, and no longer', async () => {
    await witness.goDown();
    const { size } = readNote(await get('/checkpoint'));
    const submission = submissionFor('v2', 'while it is dead');
    expect((await write(post, submission)).status).toBe(503);
    expect(readNote(await get('/checkpoint')).size).toBe(size);
    await witness.comeBack();
    expect((await writeInTheEnd(post, submission)).index).toBe(Number(size));
    await expectWrites('back');
  });
  it('goes on with a log that was killed, from the size that it was at', async () => {
    await server.kill();
    server = await start();
    await expectWrites('after a kill');
  });
  it('tells a log that has grown without it from where to prove', async () => {
    await witness.goDown();
    for (const i of [0, 1, 2]) expect((await write(post, submissionFor('v1', `alone ${i}`))).status).toBe(503);
    await server.kill();
    await witness.comeBack();
    server = await start();
    await expectWrites('from there');
  });
});
