import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersOfFiles, type Liar, openLiar } from '../support/liar.ts';
import { stele } from '../support/stele.ts';
import { newTileLog } from '../support/tile-log.ts';

/** Every third entry is of the hash that is watched for. */
const SIZE = 900;
const WATCHED = 'ab'.repeat(32);
const wanted = Array.from({ length: SIZE / 3 }, (_, i) => 3 * i);
const entry = (value: string, i: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: { i, data: { hash: { algorithm: 'sha256', value } } },
    }),
  );
const leaves = Array.from({ length: SIZE }, (_, i) => entry(i % 3 === 0 ? WATCHED : 'cd'.repeat(32), i));

let scratch: string;
const log = newTileLog('delivery.test');
let files: Liar;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-delivery-'));
  files = await openLiar(answersOfFiles(log.files(leaves)));
});
afterAll(async () => {
  await files[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

let made = 0;
const newPath = (name: string): string => join(scratch, `${name}-${(made += 1)}`);
const wordsFor = (state: string, ...more: string[]): readonly string[] => {
  const what = ['--hash', WATCHED, '--from', '0', '--log-key', log.vkey, '--state', state, '--output', 'json'];
  return ['watch', files.base, ...what, ...more];
};
const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;
const indexesIn = (text: string): readonly number[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { logIndex: number }).logIndex);
/** The entry that the cursor of the one watch is at; undefined before there is one. */
function cursorOf(state: string): number | undefined {
  try {
    const [name = ''] = readdirSync(join(state, 'watches')).filter((one) => one.endsWith('.json'));
    return (JSON.parse(readFileSync(join(state, 'watches', name), 'utf8')) as { next: number }).next;
  } catch {
    return undefined;
  }
}

/** Runs the command with its output in a file, and kills it once the cursor is beyond an entry. */
async function killedAt(index: number, state: string, output: string): Promise<void> {
  const handle = openSync(output, 'a');
  const child = spawn(process.execPath, [MAIN, ...wordsFor(state, '--once')], { stdio: ['ignore', handle, 'ignore'] });
  closeSync(handle);
  const ended = once(child, 'exit');
  while ((cursorOf(state) ?? 0) <= index && child.exitCode === null) await sleep(2);
  child.kill('SIGKILL');
  await ended;
}

describe('kill -9 during stele watch', () => {
  it('loses no report, and repeats at most the one that was written last', async () => {
    const [state, output] = [newPath('state'), newPath('output')];
    const kills = [100, 300, 500, 700];
    for (const index of kills) await killedAt(index, state, output);
    expect(cursorOf(state)).toBeLessThan(SIZE);
    const handle = openSync(output, 'a');
    const last = spawn(process.execPath, [MAIN, ...wordsFor(state, '--once')], {
      stdio: ['ignore', handle, 'inherit'],
    });
    closeSync(handle);
    await once(last, 'exit');
    expect(last.exitCode).toBe(0);
    const told = indexesIn(readFileSync(output, 'utf8'));
    expect([...new Set(told)]).toEqual(wanted);
    const repeated = told.filter((one, i) => told.indexOf(one) !== i);
    expect(repeated.length).toBeLessThanOrEqual(kills.length);
    // In order, so that what comes twice comes one right behind the other.
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });
});

/** Takes reports; `status` says how it answers the next. */
interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly taken: { readonly logIndex: number; readonly id: string }[];
  status: (logIndex: number) => number;
}

async function openReceiver(): Promise<Receiver> {
  const taken: Receiver['taken'] = [];
  const status: Receiver['status'] = () => 200;
  const receiver = { taken, status };
  const serve = async (...[request, response]: Parameters<NonNullable<Parameters<typeof createServer>[1]>>) => {
    const report = (await json(request)) as Receiver['taken'][number];
    const answer = receiver.status(report.logIndex);
    if (answer < 300) taken.push(report);
    response.writeHead(answer).end();
  };
  const server: Server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}

describe('stele watch --webhook', () => {
  it('posts each report, prints nothing, and sends one again that was not taken', async () => {
    await using receiver = await openReceiver();
    const failing = new Set([3, 6]);
    receiver.status = (index) => (failing.delete(index) ? 503 : 204);
    const ran = await stele(wordsFor(newPath('state'), '--once', '--webhook', receiver.url));
    expect(ran).toMatchObject({ code: 0, out: '', err: '' });
    expect(receiver.taken.map(({ logIndex }) => logIndex)).toEqual(wanted);
    expect(receiver.taken[1]).toMatchObject({
      id: 'delivery.test#3',
      type: 'match',
      origin: 'delivery.test',
      version: 1,
    });
  });

  it('does not move the cursor behind a report that is never taken', async () => {
    await using receiver = await openReceiver();
    receiver.status = (index) => (index === 12 ? 500 : 200);
    const state = newPath('state');
    const words = wordsFor(state, '--once', '--webhook', receiver.url, '--interval', '1');
    const ran = await stele(words);
    expect([ran.code, ran.out]).toEqual([3, '']);
    expect(ran.err).toMatch(/has not taken the report on entry 12: it answers 500/);
    expect(cursorOf(state)).toBe(12);
    receiver.status = () => 200;
    expect(await stele(words)).toMatchObject({ code: 0 });
    expect(receiver.taken.map(({ logIndex }) => logIndex)).toEqual(wanted);
  });
});

describe('stele watch that goes on', () => {
  it('waits while the log is away, reports what has come since, and ends with 1 for a fork', async () => {
    const grown = newTileLog('grows.test');
    const shown = { now: grown.files(leaves.slice(0, 10)) };
    await using server = await openLiar((path) => answersOfFiles(shown.now)(path, 'GET', Buffer.of()));
    const state = newPath('state');
    const words = ['watch', server.base, '--hash', WATCHED, '--from', '0', '--log-key', grown.vkey, '--state', state];
    const child = spawn(process.execPath, [MAIN, ...words, '--output', 'json', '--interval', '1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const until = async (isSo: () => boolean): Promise<void> => {
      for (let tries = 0; !isSo(); tries += 1) {
        if (tries > 2000 || child.exitCode !== null) throw new Error(`it did not come: ${out}${err}`);
        await sleep(10);
      }
    };
    await until(() => indexesIn(out).includes(9));
    server.lie = (_, told) => ({ ...told, status: 503 });
    await until(() => err.includes('it is asked again in 1 s'));
    shown.now = grown.files(leaves.slice(0, 300));
    server.lie = (_, told) => told;
    await until(() => indexesIn(out).includes(297));
    expect(indexesIn(out)).toEqual(wanted.slice(0, 100));
    const ended = once(child, 'exit');
    shown.now = grown.files([entry('other', 0), ...leaves.slice(1, 600)]);
    await ended;
    expect(child.exitCode).toBe(1);
    expect(indexesIn(out)).toEqual(wanted.slice(0, 100));
    expect(cursorOf(state)).toBe(300);
  });
});
