import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { startServer, temporaryFolder } from '../../testkit/server-process.ts';

/** A submission of which the server has the first half. */
async function halfSent(base: string): Promise<{ sent: ClientRequest; rest: Buffer }> {
  const body = Buffer.from(JSON.stringify(hashedrekord('sent in two halves')));
  const agent = new Agent({ keepAlive: true });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length, Expect: '100-continue' };
  const sent = request(`${base}/api/v1/log/entries`, { method: 'POST', headers, agent });
  sent.flushHeaders();
  await once(sent, 'continue'); // the server has taken the request
  sent.write(body.subarray(0, 100));
  return { sent, rest: body.subarray(100) };
}

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

async function answerTo({ sent, rest }: { sent: ClientRequest; rest: Buffer }): Promise<Answer> {
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(rest);
  const [response] = await answered;
  response.resume();
  return { status: response.statusCode, connection: response.headers.connection };
}

const MAIN = new URL('../../server/main.ts', import.meta.url).pathname;
const STOPPING = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGALRM'] as const;

describe('signals: requests that were accepted are finished', () => {
  it.each(STOPPING)('%s stops the server once it has answered', async (signal) => {
    using folder = temporaryFolder();
    await using server = await startServer(folder);
    const half = await halfSent(server.base);
    process.kill(server.pid, signal);
    await lineWith(server.lines, `stopping on ${signal}`);
    process.kill(server.pid, 'SIGTERM'); // as npm does, which passes it on twice
    expect(await answerTo(half)).toEqual({ status: 201, connection: 'close' });
    expect(await server.ended).toEqual({ code: 0, signal: undefined });
    expect(server.lines().join('\n')).toMatch(/stopped at size 2: every entry that was acknowledged is on disk/);
    expect(server.lines().join('\n')).not.toContain('Debugger');
  });

  it('SIGHUP does not stop a server that writes to no terminal', async () => {
    using folder = temporaryFolder();
    await using server = await startServer(folder);
    const half = await halfSent(server.base);
    process.kill(server.pid, 'SIGHUP');
    await lineWith(server.lines, 'SIGHUP: there are no TLS files to read again, and the server goes on');
    expect(await answerTo(half)).toEqual({ status: 201, connection: 'keep-alive' });
    expect((await fetch(`${server.base}/healthz`)).status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, signal: undefined });
  });
});

describe('a log with --dev', () => {
  it('is said to be gone when it stops, not to be on disk', async () => {
    const { lines } = await devLogUntil('SIGTERM', tmpdir());
    expect(lines.at(-1)).toContain('stopped at size 1: this log was a --dev log, and is gone');
  });

  it('leaves its folder behind when it is killed, and the next one removes it', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'stele-test-'));
    const folders = (): readonly string[] => readdirSync(parent).filter((name) => name.startsWith('stele-dev-'));
    const killed = await devLogUntil('SIGKILL', parent);
    expect(folders()).toStrictEqual([expect.stringMatching(new RegExp(`^stele-dev-${killed.pid}-`))]);
    await devLogUntil('SIGTERM', parent);
    expect(folders()).toStrictEqual([]);
    rmSync(parent, { recursive: true });
  });
});

/** Starts a log with `--dev` and sends it `signal` once it serves. @param parent - of its temporary folder */
async function devLogUntil(signal: 'SIGTERM' | 'SIGKILL', parent: string) {
  const flags = ['--dev', '--listen', '127.0.0.1:0', '--log-format', 'json'];
  const env = { ...process.env, TMPDIR: parent };
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes('serving on')) child.kill(signal);
  }
  await exited;
  return { lines, pid: child.pid };
}

/** Resolves once a line of the server holds `words`. */
async function lineWith(lines: () => readonly string[], words: string): Promise<void> {
  while (!lines().some((line) => line.includes(words))) await sleep(20);
}
