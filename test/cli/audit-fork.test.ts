import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldersIn, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { submit } from '../scripts/operator.ts';
import { copyLog } from '../support/log-copies.ts';
import { answersOf, openLiar } from '../support/liar.ts';
import { openRelay, type Relay } from '../support/relay.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

/* A log that has forked: two servers on copies of one data folder, with the same keys, that took other entries from then on. */

const COMMON_ENTRIES = 20;
const MOVED = ['--origin', 'fork.test', '--volume', 'moves'];

const stringMatching = (part: RegExp): unknown => expect.stringMatching(part);
const stringContaining = (part: string): unknown => expect.stringContaining(part);

let scratch: string;
let one: ServerProcess;
let another: ServerProcess;
let relay: Relay;
/** Keys by API: a PEM file and a verifier key. */
let keys: { readonly 'rekor-v1': string; readonly tiles: string };

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-fork-'));
  const [first, copy] = [foldersIn(join(scratch, 'first')), foldersIn(join(scratch, 'copy'))];
  for (const { parent } of [first, copy]) mkdirSync(parent);
  const before = await startServer(first, { flags: ['--origin', 'fork.test', '--genesis', 'off'] });
  await submit(before.base, 'common', COMMON_ENTRIES);
  await before.stop();
  copyLog(first, copy);
  [one, another] = (await Promise.all([first, copy].map((log) => startServer(log, { flags: MOVED })))) as [
    ServerProcess,
    ServerProcess,
  ];
  relay = await openRelay();
  const get = async (path: string): Promise<string> => (await fetch(`${one.base}${path}`)).text();
  const file = join(scratch, 'log.pub');
  writeFileSync(file, await get('/api/v1/log/publicKey'));
  keys = { 'rekor-v1': file, tiles: (await get('/vkey')).trim() };
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await Promise.all([one, another].map((server) => server.stop()));
  rmSync(scratch, { recursive: true, force: true });
});

let made = 0;
const newPath = (name: string): string => join(scratch, `${name}-${(made += 1)}`);

/** Runs `stele audit` of the server behind the relay: the address stays the same. */
async function audit(server: ServerProcess, state: string, ...words: string[]): Promise<Ran> {
  relay.leadTo(server.base);
  return stele(['audit', relay.base, '--state', state, ...words]);
}

const auditFiles = (state: string): Readonly<Record<string, string>> => {
  const folder = join(state, 'audits');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
};

describe('stele audit of a log that has only grown', () => {
  it('says what it saw, and remembers the heads of both APIs', async () => {
    const state = newPath('state');
    const first = await audit(one, state, '--output', 'json', '--evidence', join(state, 'none.json'));
    expect(first.code).toBe(0);
    expect(jsonOf(first)).toMatchObject({ version: 1, isSound: true, server: relay.base });
    const { heads } = jsonOf(first) as { heads: readonly { origin: string; api: string; treeSize: number }[] };
    expect(heads).toEqual([
      expect.objectContaining({ origin: 'fork.test', verdict: 'first' }),
      expect.objectContaining({ origin: stringMatching(/^fork\.test - \d+$/), api: 'rekor-v1' }),
    ]);
    await submit(one.base, 'grown', 3);
    const second = await audit(one, state);
    expect(second.code).toBe(0);
    const size = (heads[0]?.treeSize ?? 0) + 3;
    expect(second.out).toContain(`fork.test: ${size} entries, and begins with the ${size - 3} seen before\n`);
    expect(await audit(one, state)).toMatchObject({ code: 0, out: stringContaining('entries, as before') });
    expect(existsSync(join(state, 'none.json'))).toBe(false);
  });

  it('refuses a second run while the first is at work', async () => {
    const state = newPath('state');
    expect((await audit(one, state)).code).toBe(0);
    const [name = ''] = readdirSync(join(state, 'audits'));
    const { hostname } = await import('node:os');
    writeFileSync(join(state, 'audits', `${name}.lock`), `${process.pid} ${hostname()}\n`);
    const refused = await audit(one, state);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toMatch(/another stele works with this state/);
  });
});

describe('stele audit of a log that has forked', () => {
  it.each(['rekor-v1', 'tiles'] as const)('convicts it by its evidence alone: %s', async (api) => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    const words = ['--log-key', keys[api], '--evidence', evidence];
    await submit(one.base, `${api} one`, 5);
    expect(await audit(one, state, ...words)).toMatchObject({ code: 0 });
    expect(existsSync(evidence)).toBe(false);
    const before = auditFiles(state);
    await submit(another.base, `${api} another`, 20);
    const convicted = await audit(another, state, ...words, '--output', 'json');
    expect(convicted.code).toBe(1);
    expect(jsonOf(convicted)).toMatchObject({
      isSound: false,
      heads: [{ verdict: 'forked' }],
      evidence: [expect.stringMatching(/\.json$/), evidence],
    });
    expect(convicted.err).toMatch(/has forked/);
    expect(auditFiles(state)).toEqual(before);

    // Nothing but the file and the key: no state, and no server answers.
    relay.leadTo('http://127.0.0.1:9');
    const judged = await stele(['verify-evidence', evidence, '--log-key', keys[api]]);
    expect(judged).toMatchObject({ code: 0, err: '' });
    expect(judged.out).toMatch(/^fork\.test.* has forked: its key has signed a tree of \d+ entries/);
    const json = await stele(['verify-evidence', evidence, '--log-key', keys[api], '--output', 'json']);
    expect(jsonOf(json)).toMatchObject({ version: 1, convicts: true, forks: [{ kind: 'other-beginning' }] });
    const other = keys[api === 'tiles' ? 'rekor-v1' : 'tiles'];
    expect(await stele(['verify-evidence', evidence, '--log-key', other])).toMatchObject({ code: 1, out: '' });
  });

  it('writes one file that convicts by either key, where both are trusted', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    expect(await audit(one, state)).toMatchObject({ code: 0 });
    await submit(another.base, 'both', 20);
    expect(await audit(another, state, '--evidence', evidence)).toMatchObject({ code: 1 });
    for (const key of Object.values(keys))
      expect(await stele(['verify-evidence', evidence, '--log-key', key])).toMatchObject({ code: 0 });
  });

  it('convicts by two trees of one size', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    const sizes = await Promise.all([one, another].map(sizeOf));
    const size = Math.max(...sizes) + 1;
    await submit(one.base, 'even one', size - (sizes[0] ?? 0));
    await submit(another.base, 'even another', size - (sizes[1] ?? 0));
    expect(await audit(one, state)).toMatchObject({ code: 0 });
    expect(await audit(another, state, '--evidence', evidence)).toMatchObject({ code: 1 });
    const judged = await stele(['verify-evidence', evidence, '--log-key', keys.tiles, '--output', 'json']);
    expect(jsonOf(judged)).toMatchObject({ convicts: true, forks: [{ kind: 'two-roots' }] });
  });

  it('reports a head that goes back, says that it is no proof, and convicts by an older head that was seen', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    const size = await sizeOf(another);
    await submit(one.base, 'back', Math.max(1, size + 10 - (await sizeOf(one))));
    expect(await audit(one, state)).toMatchObject({ code: 0 });
    const back = await audit(another, state, '--evidence', evidence);
    expect(`${back.out}${back.err}`.split('no proof of a fork')).toHaveLength(2); // it is said once
    expect(existsSync(evidence)).toBe(false);
    await submit(another.base, 'back again', 30);
    expect(await audit(another, state, '--evidence', evidence)).toMatchObject({ code: 1 });
    expect(await stele(['verify-evidence', evidence, '--log-key', keys.tiles])).toMatchObject({ code: 0 });
  });

  it('convicts by the other address, where that is ahead and still answers', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    await submit(one.base, 'ahead', Math.max(1, (await sizeOf(another)) + 10 - (await sizeOf(one))));
    expect(await stele(['audit', one.base, '--state', state])).toMatchObject({ code: 0 });
    const words = ['audit', another.base, '--state', state, '--evidence', evidence];
    expect(await stele(words)).toMatchObject({ code: 1, out: stringMatching(/has forked/) });
    expect(await stele(['verify-evidence', evidence, '--log-key', keys.tiles])).toMatchObject({ code: 0 });
  });

  it('is convicted by an older head where the newest has a root that no proof holds', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    const even = 2 ** Math.ceil(Math.log2(3 + Math.max(await sizeOf(one), await sizeOf(another))));
    const words = ['--state', state, '--log-key', keys['rekor-v1'], '--evidence', evidence];
    for (const size of [even - 2, even]) {
      await submit(one.base, `to ${size}`, size - (await sizeOf(one)));
      expect(await stele(['audit', one.base, ...words])).toMatchObject({ code: 0 });
    }
    await submit(another.base, `beyond ${even}`, even + 5 - (await sizeOf(another)));
    await using server = await openLiar(answersOf(another.base));
    server.lie = (path, told) => (path.startsWith('/api/v1/log/entries') ? { ...told, status: 404 } : told);
    expect(await stele(['audit', server.base, ...words])).toMatchObject({ code: 1 });
    const judged = await stele(['verify-evidence', evidence, '--log-key', keys['rekor-v1'], '--output', 'json']);
    expect(jsonOf(judged)).toMatchObject({ forks: [{ heads: [{ treeSize: even - 2 }, { treeSize: even + 5 }] }] });
  });

  it('is noticed by an audit after another command has seen the log', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    relay.leadTo(one.base);
    expect(await stele(['info', '--server', relay.base, '--state', state])).toMatchObject({ code: 0 });
    await submit(another.base, 'after info', 40);
    expect(await audit(another, state, '--evidence', evidence)).toMatchObject({ code: 1 });
    expect(existsSync(evidence)).toBe(true);
  });
});

describe('stele audit --full of a server that proves entries under a head of another history', () => {
  it.each(['smaller', 'larger'] as const)('finds it out where that head is %s', async (which) => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    const [small, large] = which === 'smaller' ? [another, one] : [one, another];
    await submit(small.base, `${which} head, small`, 1);
    await submit(large.base, `${which} head`, Math.max(1, (await sizeOf(small)) + 9 - (await sizeOf(large))));
    const [honest, odd] = [answersOf(one.base), answersOf(another.base)];
    await using server = await openLiar((path, method, sent) =>
      (path.endsWith('/retrieve') && sent.includes('[0,') ? odd : honest)(path, method, sent),
    );
    const words = ['--full', '--state', state, '--log-key', keys['rekor-v1'], '--evidence', evidence];
    const ran = await stele(['audit', server.base, ...words]);
    expect(ran.code).toBe(1);
    // A larger head of another history is one that this server can prove nothing about.
    expect(existsSync(evidence)).toBe(which === 'smaller');
    expect(ran.err).toMatch(which === 'smaller' ? /contradicts the audited one/ : /that does not fit/);
    const judged = await stele(['verify-evidence', evidence, '--log-key', keys['rekor-v1']]);
    expect(judged.code).toBe(which === 'smaller' ? 0 : 2);
  });
});

describe('stele verify-evidence', () => {
  it('refuses what is no evidence with 2, and evidence that was changed with 1', async () => {
    const [state, evidence] = [newPath('state'), newPath('evidence')];
    expect(await audit(one, state, '--log-key', keys.tiles)).toMatchObject({ code: 0 });
    await submit(another.base, 'to change', 40);
    await audit(another, state, '--log-key', keys.tiles, '--evidence', evidence);
    const text = readFileSync(evidence, 'utf8');
    const judge = (content: string): Promise<Ran> => {
      writeFileSync(evidence, content);
      return stele(['verify-evidence', evidence, '--log-key', keys.tiles]);
    };
    const changed = [
      text.replace(/(?<="rootHash": ")./, (digit) => (digit === '0' ? '1' : '0')),
      text.replace(/\\n(\d+)\\n/, (_, size: string) => `\\n${Number(size) + 1}\\n`),
      text.replace(/fork\.test \S{20}/, (line) => `${line.slice(0, -1)}${line.endsWith('A') ? 'B' : 'A'}`),
    ];
    for (const content of [...changed, text.slice(0, -3), text.replace('fork-evidence', 'a fork')]) {
      expect(content).not.toBe(text);
      expect(await judge(content)).toMatchObject({ code: 1, out: '', err: stringMatching(/convicts no log/) });
    }
    for (const content of ['', 'no JSON', '{}', text.replace('"version": 1', '"version": 9')])
      expect(await judge(content)).toMatchObject({ code: 2, out: '' });
    writeFileSync(evidence, text);
    expect(await stele(['verify-evidence', evidence])).toMatchObject({ code: 2, out: '' });
    expect(await stele(['verify-evidence', scratch, '--log-key', keys.tiles])).toMatchObject({ code: 2, out: '' });
    expect(await stele(['verify-evidence', `${evidence}.gone`, '--log-key', keys.tiles])).toMatchObject({ code: 2 });
    expect(await judge(text)).toMatchObject({ code: 0 });
  });
});

async function sizeOf({ base }: ServerProcess): Promise<number> {
  const { treeSize } = (await (await fetch(`${base}/api/v1/log`)).json()) as { treeSize: number };
  return treeSize;
}
