import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

let folder: LogFolder;
let server: ServerProcess;
let scratch: string;

beforeAll(async () => {
  folder = temporaryFolder();
  scratch = mkdtempSync(join(tmpdir(), 'stele-cli-'));
  server = await startServer(folder, { flags: ['--origin', 'cli.test'] });
});
afterAll(async () => {
  await server.stop();
  folder[Symbol.dispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const get = async (path: string): Promise<string> => (await fetch(`${server.base}${path}`)).text();
const post = (artifact: string): Promise<Response> =>
  fetch(`${server.base}/api/v1/log/entries`, {
    method: 'POST',
    body: JSON.stringify(hashedrekord(artifact)),
    headers: { 'content-type': 'application/json' },
  });

let states = 0;
const newState = (): string => join(scratch, `state-${(states += 1)}`);
const run = (words: readonly string[], state = newState()): Promise<Ran> =>
  stele([...words, '--server', server.base], { env: { STELE_STATE: state } });
const stateFile = (state: string): string =>
  join(state, 'logs', readdirSync(join(state, 'logs')).find((name) => name.endsWith('.json')) ?? '');

describe('stele checkpoint and stele info', () => {
  it('checkpoint prints the signed note and nothing else, and says on standard error what it pinned', async () => {
    const state = newState();
    const first = await run(['checkpoint'], state);
    expect(first).toMatchObject({ code: 0, out: await get('/checkpoint') });
    expect(first.err).toMatch(
      /^stele: first use of http:\S+: trusting the keys it offers for cli\.test, pinned in .*\n$/,
    );
    expect(await run(['checkpoint'], state)).toMatchObject({ code: 0, err: '' });
    expect(await run(['checkpoint', '--quiet'])).toMatchObject({ code: 0, err: '' });
  });

  it('info gives size and root in JSON, by each API', async () => {
    const head = JSON.parse(await get('/api/v1/log')) as { rootHash: string; treeSize: number };
    for (const api of ['rekor-v1', 'rekor-v2', 'tiles']) {
      const ran = await run(['info', '--output', 'json', '--api', api]);
      expect(ran.code).toBe(0);
      expect(jsonOf(ran)).toMatchObject({
        version: 1,
        treeSize: head.treeSize,
        rootHash: head.rootHash,
        server: server.base,
      });
    }
  });

  it('trusts the key that is given, as a file or as itself, and no other', async () => {
    const [pem, vkey] = [await get('/api/v1/log/publicKey'), await get('/vkey')];
    const file = join(scratch, 'log.pub');
    writeFileSync(file, pem);
    const der = pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    for (const key of [file, pem, der]) {
      const ran = await run(['checkpoint', '--log-key', key]);
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out).toMatch(/^cli\.test - \d+\n/);
    }
    expect(await run(['checkpoint', '--log-key', vkey.trim()])).toMatchObject({
      code: 0,
      out: await get('/checkpoint'),
    });
    const other = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    const refused = await run(['info', '--log-key', other]);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(/the head does not hold: no key that is trusted may sign as cli\.test\n$/);
    expect(await run(['info', '--log-key', 'no-such-file'])).toMatchObject({ code: 2, out: '' });
  });

  it('remembers the newest head, and refuses a log that does not begin with it', async () => {
    const state = newState();
    expect(await run(['info'], state)).toMatchObject({ code: 0 });
    const before = readFileSync(stateFile(state), 'utf8');
    await post('grown');
    expect(await run(['info'], state)).toMatchObject({ code: 0 });
    const after = readFileSync(stateFile(state), 'utf8');
    expect(after).not.toBe(before);
    // A head that this log has not signed: what the state holds was checked when it was written.
    const forged = after.replace(/\\n\d+\\n[A-Za-z0-9+/=]+\\n/, `\\n1\\n${'A'.repeat(43)}=\\n`);
    writeFileSync(stateFile(state), forged);
    const refused = await run(['info'], state);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(/is not the one that was seen before: .*\n$/);
    expect(readFileSync(stateFile(state), 'utf8')).toBe(forged);
  });

  it('a state file that is damaged is named, and not taken for an empty one', async () => {
    const state = newState();
    await run(['info'], state);
    writeFileSync(stateFile(state), '{"version":1,');
    const refused = await run(['info'], state);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toMatch(/\.json is damaged/);
    expect(readFileSync(stateFile(state), 'utf8')).toBe('{"version":1,');
  });

  it('a place for state that cannot be used is an error where it was named, and a remark where it was not', async () => {
    const file = join(scratch, 'a-file');
    writeFileSync(file, '');
    const keyed = ['info', '--log-key', (await get('/vkey')).trim(), '--server', server.base];
    const named = await stele([...keyed, '--state', file]);
    expect([named.code, named.out]).toEqual([2, '']);
    expect(named.err).toMatch(/^stele: --state: \S+ cannot be written: [^\n]+\n$/);
    const unnamed = await stele(keyed, { env: { XDG_STATE_HOME: file, HOME: file } });
    expect([unnamed.code, unnamed.err.startsWith('stele: the head of the log is not remembered: ')]).toEqual([0, true]);
    const unpinned = await stele(['info', '--server', server.base], { env: { XDG_STATE_HOME: file, HOME: file } });
    expect([unpinned.code, unpinned.out]).toEqual([2, '']);
  });

  it('twelve runs at once leave one whole state file, and no lock', async () => {
    const state = newState();
    const ran = await Promise.all(Array.from({ length: 12 }, () => run(['info', '--output', 'json'], state)));
    expect(ran.map(({ code }) => code)).toEqual(ran.map(() => 0));
    expect(readdirSync(join(state, 'logs'))).toHaveLength(1);
    expect(JSON.parse(readFileSync(stateFile(state), 'utf8'))).toMatchObject({ version: 1, server: server.base });
  });

  it('a lock of a process that has ended is taken over', async () => {
    const state = newState();
    await run(['info'], state);
    const lock = `${stateFile(state)}.lock`;
    const { hostname } = await import('node:os');
    writeFileSync(lock, `${2 ** 22 + 1} ${hostname()}\n`); // beyond the largest process id of Linux
    await post('for the lock');
    expect(await run(['info'], state)).toMatchObject({ code: 0, err: '' });
    expect(existsSync(lock)).toBe(false);
  });
});

const LOADS = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
process.on('exit', () => process.stderr.write(loaded.map((url) => 'loaded ' + url + '\\n').join('')));
`)}`;

/** Modules that a run loads: paths below the project. */
async function loadedBy(words: readonly string[]): Promise<readonly string[]> {
  const { code, err } = await stele(words, { nodeFlags: ['--import', LOADS], env: { STELE_STATE: newState() } });
  expect(code).toBe(0);
  return [...err.matchAll(/^loaded file:\/\/(?:.*?)\/((?:[a-z-]+\/)*(?:node_modules\/.*|[\w.-]+\.ts))$/gm)].map(
    ([, path = '']) => path,
  );
}

describe('what a command loads', () => {
  it('the help loads no code of a command, and no package', async () => {
    const loaded = await loadedBy(['--help']);
    expect(loaded.some((path) => path.endsWith('cli/main.ts'))).toBe(true);
    expect(
      loaded.filter(
        (path) => /node_modules|\/run\.ts$|\/server\/|\/storage\//.test(path) && !path.endsWith('cli/run.ts'),
      ),
    ).toEqual([]);
  });

  it('a command that asks a log loads neither the server nor the storage', async () => {
    const loaded = await loadedBy(['checkpoint', '--server', server.base]);
    expect(loaded.filter((path) => /express|better-sqlite3|(^|\/)(server|storage|host)\//.test(path))).toEqual([]);
    expect(loaded.some((path) => path.endsWith('client/http/transport.ts'))).toBe(true);
  });
});
