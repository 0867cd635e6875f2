import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';

const ORIGIN = 'examples.test';
let folder: LogFolder;
let server: ServerProcess;
let policy: string;
let artifact: string;

beforeAll(async () => {
  folder = temporaryFolder();
  server = await startServer(folder, { flags: ['--origin', ORIGIN, '--genesis', 'off'] });
  [policy, artifact] = [join(folder.parent, 'log.policy'), join(folder.parent, 'hello.txt')];
  const vkey = await (await fetch(`${server.base}/vkey`)).text();
  writeFileSync(policy, `log ${vkey.trim()}\nquorum none\n`);
  writeFileSync(artifact, 'hello');
});
afterAll(async () => {
  await server.stop();
  folder[Symbol.dispose]();
});

async function run(example: string, ...words: string[]) {
  const script = new URL(`../../examples/${example}.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...words], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, out, err };
}

/** Runs `use` with another content of the file, and puts back what was in it. */
async function withContent(file: string, change: (content: string) => string, use: () => Promise<void>): Promise<void> {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, change(before));
  await use();
  writeFileSync(file, before);
}

/** A log that answers every submission as the server answered the first one. */
async function replaying(): Promise<{ readonly base: string } & Disposable> {
  let first: Promise<string> | undefined;
  const post = async (body: string) =>
    (await fetch(`${server.base}/api/v2/log/entries`, { method: 'POST', body })).text();
  const answer = async (request: IncomingMessage): Promise<string> => {
    const body = await text(request);
    if (request.method === 'POST') return (first ??= post(body));
    return (await fetch(`${server.base}${request.url}`)).text();
  };
  const replay = createServer((request, response) => {
    const status = request.method === 'POST' ? 201 : 200;
    void answer(request).then((body) => response.writeHead(status).end(body));
  });
  await once(replay.listen(0, '127.0.0.1'), 'listening');
  const base = `http://127.0.0.1:${(replay.address() as AddressInfo).port}`;
  return { base, [Symbol.dispose]: () => void replay.close() };
}

describe('examples/ against a server', () => {
  it('submit.ts and verify-proof.ts: an artifact is submitted, and its proof verified offline', async () => {
    const said = `${artifact} is entry 0 of ${ORIGIN}\n`;
    expect(await run('submit', policy, server.base, artifact)).toEqual({ code: 0, out: said, err: '' });
    const proven = `${artifact} is in ${ORIGIN} of 1 entries\n`;
    expect(await run('verify-proof', policy, artifact)).toEqual({ code: 0, out: proven, err: '' });
  });

  it('verify-proof.ts: another artifact, another entry and another proof do not hold', async () => {
    const refused = async (reason: string) =>
      expect(await run('verify-proof', policy, artifact)).toEqual({
        code: 1,
        out: '',
        err: `${artifact}: ${reason}\n`,
      });
    await withContent(
      artifact,
      () => 'other',
      () => refused('the entry is of another file'),
    );
    await withContent(
      `${artifact}.entry`,
      (entry) => `${entry} `,
      () => refused('the entry is not at 0 of the tree of 1'),
    );
    await withContent(
      `${artifact}.tlog-proof`,
      (proof) => proof.replace('@v1', '@v2'),
      () => refused('the first line is not c2sp.org/tlog-proof@v1'),
    );
  });

  it('follow.ts: a log that grows is followed, and one that does not begin with what was seen is not', async () => {
    const seen = join(folder.parent, 'seen');
    const follow = () => run('follow', policy, server.base, seen);
    expect(await follow()).toMatchObject({ code: 0, out: `${ORIGIN}: 1 entries, seen for the first time\n` });
    await run('submit', policy, server.base, artifact);
    expect(await follow()).toMatchObject({ code: 0, out: `${ORIGIN}: 2 entries, begins with the 1 seen before\n` });
    const before = readFileSync(seen, 'utf8');
    writeFileSync(seen, before.replace('\n2\n', '\n3\n'));
    const { code, err } = await follow();
    expect([code, err]).toEqual([1, expect.stringMatching(/a signature of .* does not verify\n$/)]);
    expect(readFileSync(seen, 'utf8')).not.toBe(before);
  });

  it('submit.ts: an answer with an entry of another artifact does not hold, though that entry is in the log', async () => {
    using replay = await replaying();
    const other = join(folder.parent, 'other.txt');
    writeFileSync(other, 'other');
    expect(await run('submit', policy, replay.base, artifact)).toMatchObject({ code: 0 });
    const err = `${replay.base}: the entry is of another artifact\n`;
    expect(await run('submit', policy, replay.base, other)).toEqual({ code: 1, out: '', err });
    expect(existsSync(`${other}.entry`)).toBe(false);
  });

  it.each([
    ['submit', 'POLICY LOG FILE'],
    ['verify-proof', 'POLICY FILE'],
    ['follow', 'POLICY LOG SEEN'],
  ])('%s.ts: without its arguments it says which they are', async (example, parameters) => {
    const err = `usage: node examples/${example}.ts ${parameters}\n`;
    expect(await run(example, policy)).toEqual({ code: 1, out: '', err });
  });

  it('an example says which file is missing, which line of a policy is wrong, and that a log does not answer, without a stack', async () => {
    const refused = async (lines: RegExp, ...words: readonly [string, ...string[]]) => {
      const { code, out, err } = await run(...words);
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(lines);
    };
    await refused(/^ENOENT: [^\n]*\/none'\n$/, 'submit', policy, server.base, join(folder.parent, 'none'));
    await refused(/^(?:line 1: [^\n]+\n)+$/, 'follow', artifact, server.base, join(folder.parent, 'seen'));
    using gone = await replaying();
    gone[Symbol.dispose]();
    await refused(/^fetch failed: [^\n]+\n$/, 'follow', policy, gone.base, join(folder.parent, 'unseen'));
  });

  it('submit.ts: the answer of a log that the policy does not name does not hold', async () => {
    await withContent(
      policy,
      () => 'quorum none\n',
      async () => {
        const { code, err } = await run('submit', policy, server.base, artifact);
        expect([code, err]).toEqual([1, expect.stringMatching(/no log examples\.test is trusted\n$/)]);
      },
    );
  });
});
