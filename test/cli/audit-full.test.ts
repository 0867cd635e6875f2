import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersOfFiles, at, flipped, type Liar, type Lie, openLiar, type Told, withBody } from '../support/liar.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { leavesNamed, newTileLog } from '../support/tile-log.ts';

const stringMatching = (part: RegExp): unknown => expect.stringMatching(part);
const stringContaining = (part: string): unknown => expect.stringContaining(part);

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-full-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;
const newState = (): string => join(scratch, `state-${(made += 1)}`);
const audit = (base: string, state: string, ...words: string[]): Promise<Ran> =>
  stele(['audit', base, '--full', '--state', state, ...words]);

describe('stele audit --full of tiles behind a plain file server', () => {
  const SIZE = 70_000; // more than one tile of level 1 has below it
  const log = newTileLog('tiles.test');
  const leaves = leavesNamed('entry', SIZE);
  let server: Liar;
  beforeAll(async () => {
    server = await openLiar(answersOfFiles(log.files(leaves)));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('hashes every entry, reading each bundle and each tile of entries once', async () => {
    server.asked.length = 0;
    const ran = await audit(server.base, newState(), '--log-key', log.vkey, '--output', 'json');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(jsonOf(ran)).toMatchObject({ isSound: true, entries: { 'tiles.test': { tiles: SIZE } } });
    const bundles = server.asked.filter((path) => path.startsWith('/tile/entries/'));
    expect(bundles).toHaveLength(Math.ceil(SIZE / 256));
    expect(new Set(bundles).size).toBe(bundles.length);
  });

  it('goes on after kill -9 where it was, and asks for no bundle again that was checked', async () => {
    const state = newState();
    server.lie = async (_path, told) => {
      await sleep(60); // longer than a second in all, after which progress is saved
      return told;
    };
    const main = new URL('../../cli/main.ts', import.meta.url).pathname;
    const words = ['audit', server.base, '--full', '--state', state, '--log-key', log.vkey, '--threads', '2'];
    const child = spawn(process.execPath, [main, ...words], { stdio: 'ignore' });
    const checked = await progressOf(state);
    child.kill('SIGKILL');
    await once(child, 'exit');
    server.lie = (_path, told) => told;
    const kept = fullOf(state) ?? 0;
    expect(kept).toBeGreaterThanOrEqual(checked);
    expect(kept).toBeLessThan(SIZE);

    server.asked.length = 0;
    const ran = await stele(words);
    expect(ran).toMatchObject({
      code: 0,
      err: stringContaining(`entries below ${kept} of ${SIZE} were checked`),
    });
    const bundles = server.asked.filter((path) => path.startsWith('/tile/entries/'));
    expect(bundles).toHaveLength(Math.ceil(SIZE / 256) - kept / 256);
    expect(fullOf(state)).toBeUndefined();
    expect(await stele(words)).toMatchObject({ code: 0, err: '' });
  });

  it('does not take an entry for checked that a failed run has met', async () => {
    const state = newState();
    server.lie = at(/entries\/099$/, (told) => withBody(told, flipped));
    expect(await audit(server.base, state, '--log-key', log.vkey)).toMatchObject({ code: 1 });
    expect(fullOf(state) ?? 0).toBeLessThanOrEqual(99 * 256);
    expect(await audit(server.base, state, '--log-key', log.vkey)).toMatchObject({ code: 1 });
    server.lie = (_path, told) => told;
    expect(await audit(server.base, state, '--log-key', log.vkey)).toMatchObject({ code: 0 });
  });
});

describe('stele audit --full of a file server that lies', () => {
  const log = newTileLog('tiles.test');
  const leaves = leavesNamed('entry', 40_000);
  const files = log.files(leaves);

  it.concurrent.each<readonly [string, RegExp, Lie]>([
    ['an entry that was changed', /entry bundle 99 /, at(/entries\/099$/, (told) => withBody(told, flipped))],
    ['two entries that changed places', /entry bundle 99 /, at(/entries\/099$/, (told) => withBody(told, swapped))],
    ['a bundle with an entry less', /entry bundle 99 /, at(/entries\/099$/, (told) => withBody(told, shortened))],
    ['a bundle that is cut off', /entry bundle 99 /, at(/entries\/099$/, (told) => withBody(told, cutOff))],
    ['a bundle of another place', /entry bundle 99 /, (path, told) => (path.endsWith('entries/099') ? other() : told)],
    ['a tile that was changed', /tile 0\/99 /, at(/tile\/0\/099$/, (told) => withBody(told, flipped))],
    ['a tile that is cut off', /tile 0\/99 /, at(/tile\/0\/099$/, (told) => withBody(told, cutOff))],
    [
      'a tile of an upper level that was changed',
      /tiles of tiles\.test/,
      at(/tile\/1\//, (told) => withBody(told, flipped)),
    ],
  ])('names %s, and ends with 1', async (_, reason, lie) => {
    await using server = await openLiar(answersOfFiles(files));
    server.lie = lie;
    const ran = await audit(server.base, newState(), '--log-key', log.vkey);
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(reason);
    expect(ran.err.split('\n')).toHaveLength(2);
  });

  const other = (): Told => {
    const file = files.get('tile/entries/000');
    return { status: 200, type: 'application/octet-stream', body: Buffer.from(file ?? '') };
  };

  it.concurrent.each<readonly [string, number, RegExp, Lie]>([
    [
      'a missing tile',
      3,
      /is not there, and a log of that size needs it/,
      at(/entries\/150$/, (told) => ({ ...told, status: 404 })),
    ],
    ['a web page', 3, /./, at(/checkpoint$/, (told) => ({ ...told, body: Buffer.from('<html>hello</html>') }))],
    [
      'a redirect elsewhere',
      3,
      /redirects to http:\/\/192\.0\.2\.1/,
      at(/entries\/150$/, (told) => ({ ...told, status: 302, location: 'http://192.0.2.1/' })),
    ],
    [
      'a bundle without end',
      3,
      /more than \d+ bytes/,
      at(/entries\/150$/, (told) => ({ ...told, body: Buffer.alloc(20_000_000) })),
    ],
    [
      'a checkpoint that another key signed',
      2,
      /no key|may sign|not been found|key/,
      at(/checkpoint$/, (told) => ({ ...told, body: Buffer.from(newTileLog('tiles.test').note(leavesNamed('x', 3))) })),
    ],
  ])('names %s', async (_, code, reason, lie) => {
    await using server = await openLiar(answersOfFiles(files));
    server.lie = lie;
    const ran = await audit(server.base, newState(), '--log-key', log.vkey);
    expect(ran).toMatchObject({ out: '', err: stringMatching(reason) });
    expect([1, code]).toContain(ran.code);
    expect(ran.err.split('\n')).toHaveLength(2);
  });
});

function swapped(body: Buffer): Buffer {
  const length = 2 + body.readUInt16BE(0);
  const next = 2 + body.readUInt16BE(length);
  return Buffer.concat([body.subarray(length, length + next), body.subarray(0, length), body.subarray(length + next)]);
}

const shortened = (body: Buffer): Buffer => body.subarray(2 + body.readUInt16BE(0));
const cutOff = (body: Buffer): Buffer => body.subarray(0, body.length - 10);

/** Entries that the one audit state says have been checked. */
function fullOf(state: string): number | undefined {
  const folder = join(state, 'audits');
  const [name = ''] = readdirSync(folder).filter((one) => one.endsWith('.json'));
  const { full } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { full: Record<string, number> };
  return Object.values(full)[0];
}

/** Waits until a run has written how far it is. */
async function progressOf(state: string): Promise<number> {
  for (let tries = 0; tries < 1000; tries += 1) {
    await sleep(20);
    try {
      const checked = fullOf(state);
      if (checked !== undefined && checked > 0) return checked;
    } catch {
      // not there yet
    }
  }
  throw new Error('the audit wrote no progress');
}
