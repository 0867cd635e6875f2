import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { hashedrekord } from '../../../testkit/proposals.ts';
import { temporaryFolder } from '../../../testkit/server-process.ts';

const MAIN = new URL('../../../server/main.ts', import.meta.url).pathname;
const REPOSITORY = new URL('../../../', import.meta.url).pathname;

/** Runs the server with `redirection`, a shell's, and gives its address and what the shell became. */
async function serverWith(redirection: string, folder: string): Promise<{ base: string; child: ChildProcess }> {
  const port = await freePort();
  const serving = ['--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`, '--log-format', 'json'];
  const child = spawn('bash', ['-c', `exec "$@" ${redirection}`, 'bash', process.execPath, MAIN, ...serving], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
  });
  const base = `http://127.0.0.1:${port}`;
  await expect.poll(() => statusOf(`${base}/api/v1/log`), { timeout: 40_000, interval: 50 }).toBe(200);
  return { base, child };
}

async function statusOf(url: string, body?: unknown): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch(url, body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}

async function droppedOf(base: string): Promise<number | undefined> {
  const answer = await fetch(`${base}/readyz`);
  const { droppedLogLines } = (await answer.json()) as { readonly droppedLogLines?: number };
  return answer.status === 200 ? droppedLogLines : -1;
}

/** Runs statements that have a `log`, and may `await`; what they say on standard error is what the test is told. */
function logging(statements: string, redirection = '', limit = ''): ChildProcess {
  const program = `
    import { writeSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { createLogger } from './host/logging/logger.ts';
    void process.stdout.isTTY;
    const log = createLogger({ format: 'json', level: 'info', dev: false });
    const pad = 'x'.repeat(1000);
    const tell = (text) => writeSync(2, text + '\\n');
    ${statements}`;
  const node = [process.execPath, '--input-type=module-typescript', '-e', program];
  return spawn('bash', ['-c', `${limit} exec "$@" ${redirection}`, 'bash', ...node], {
    cwd: REPOSITORY,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

describe('logging: a server whose lines cannot be written', () => {
  it.each([
    ['a full disk', '> /dev/full', true],
    ['a full disk, standard error too', '> /dev/full 2>&1', true],
    ['a closed descriptor', '>&- 2>&-', false], // Node puts /dev/null in its place
    ['a pipe that nobody reads any more', '> >(exec true)', true],
  ])('serves and takes entries: %s', async (_what, redirection, counts) => {
    using folder = temporaryFolder();
    const { base, child } = await serverWith(redirection, folder.parent);
    try {
      for (let turn = 0; turn < 3; turn += 1)
        expect(await statusOf(`${base}/api/v1/log/entries`, hashedrekord(`unwritten ${turn}`))).toBe(201);
      expect((await droppedOf(base)) !== undefined).toBe(counts);
      child.kill('SIGTERM');
      expect((await once(child, 'exit'))[0]).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('serves on after its terminal was closed', async () => {
    using folder = temporaryFolder();
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const pid = join(folder.parent, 'pid');
    const inTerminal = `setsid ${process.execPath} ${MAIN} --data ${join(folder.parent, 'data')} --listen 127.0.0.1:${port} < /dev/null & echo $! > ${pid}; read gone`;
    const terminal = spawn('script', ['-qfc', inTerminal, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env['PATH'], SHELL: '/bin/bash' },
    });
    try {
      await expect.poll(() => statusOf(`${base}/api/v1/log`), { timeout: 40_000, interval: 50 }).toBe(200);
      terminal.kill('SIGKILL');
      await once(terminal, 'exit');
      await expect
        .poll(async () => (await statusOf(`${base}/api/v1/log`)) === 200 && (await droppedOf(base)), {
          timeout: 10_000,
        })
        .toBeGreaterThan(0);
      expect(await statusOf(`${base}/api/v1/log/entries`, hashedrekord('no terminal'))).toBe(201);
    } finally {
      terminal.kill('SIGKILL');
      if (existsSync(pid)) process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
    }
  });
});

describe('logging: lines that a reader does not take', () => {
  it.each([
    ['socket', ''],
    ['pipe', '| { until [ -e "$GO" ]; do sleep 0.05; done; cat; }'],
  ])('are kept to a bound, dropped behind it, and counted once the reader goes on: %s', async (_what, redirection) => {
    using folder = temporaryFolder();
    const go = join(folder.parent, 'go');
    const child = logging(
      `
      for (let i = 0; i < 4000; i += 1) { log.info('line ' + i, { pad }); if (i % 10 === 9) await new Promise(setImmediate); }
      tell('goes on ' + log.dropped());
      process.stdin.once('data', async () => {
        await sleep(1000);
        log.info('after');
        await sleep(1000);
        process.exit(0);
      });`,
      redirection,
      `GO=${go};`,
    );
    const [told] = (await once(child.stderr ?? child, 'data')) as [Buffer];
    const dropped = Number(/goes on (\d+)/.exec(told.toString())?.[1]);
    expect(dropped).toBeGreaterThan(1000);
    expect(dropped).toBeLessThan(4000);
    writeFileSync(go, '');
    child.stdin?.write('go\n');
    const lines = (await text(child.stdout ?? process.stdin)).trimEnd().split('\n');
    const messages = lines.map((line) => (JSON.parse(line) as { readonly message: string }).message);
    const kept = messages.filter((message) => message.startsWith('line '));
    expect(kept).toHaveLength(4000 - dropped);
    expect(kept).toStrictEqual(Array.from(kept, (_, i) => `line ${i}`));
    expect(messages).toContain('after');
    expect(messages).toContain(`${dropped} log lines before this one could not be written: EAGAIN`);
  });

  it('do not hold up the end of the process for ever', async () => {
    const child = logging(`
      for (let i = 0; i < 200; i += 1) log.info('line ' + i, { pad });
      log.fatal('the last word');
      tell('ends');
      process.exit(3);`);
    await once(child.stderr ?? child, 'data');
    expect((await once(child, 'exit'))[0]).toBe(3);
  });
});

describe('logging: lines to a file that may not grow', () => {
  it('are dropped and counted; a line cut off gets its end when there is room again', async () => {
    using folder = temporaryFolder();
    const file = join(folder.parent, 'log.txt');
    writeFileSync(file, '');
    const child = logging(
      `
      for (let i = 0; i < 20; i += 1) { log.info('line ' + i, { pad }); await new Promise(setImmediate); }
      tell('goes on ' + log.dropped());
      process.stdin.once('data', async () => {
        for (let i = 0; i < 2; i += 1) { log.info('after ' + i); await sleep(20); }
        process.exit(0);
      });`,
      `>> ${file}`,
      'ulimit -f 10;',
    );
    const [told] = (await once(child.stderr ?? child, 'data')) as [Buffer];
    const dropped = Number(/goes on (\d+)/.exec(told.toString())?.[1]);
    expect(dropped).toBeGreaterThan(9);
    const before = readFileSync(file, 'utf8').split('\n');
    expect(before).toHaveLength(20 - dropped + 1);
    expect(before.at(-1)).toMatch(/^\{"level":"info".*x$/); // cut off
    truncateSync(file, 0);
    child.stdin?.write('go\n');
    await once(child, 'exit');
    await sleep(0);
    const [end, ...after] = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(end).toBe('');
    expect(after.map((line) => (JSON.parse(line) as { readonly message: string }).message)).toStrictEqual([
      'after 0',
      `${dropped} log lines before this one could not be written: EFBIG`,
      'after 1',
    ]);
  });
});

describe("an operator's command whose report cannot be written", () => {
  it('says so in one sentence and does not succeed', () => {
    using folder = temporaryFolder();
    const command = `${join(REPOSITORY, 'cli/main.ts')} keys prepare --data ${folder.data} --heads ${folder.heads}`;
    let said = '';
    try {
      execFileSync('bash', ['-c', `exec ${process.execPath} ${command} --quiet > /dev/full`], { stdio: 'pipe' });
    } catch (error) {
      said = (error as { readonly stderr: Buffer }).stderr.toString();
    }
    expect(said).toMatch(/^standard output cannot be written, so lines of the report are missing: ENOSPC[^\n]+\n$/);
  });
});
