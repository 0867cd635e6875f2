import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../testkit/server-process.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { entriesOf, openUse, type Use } from './use-fixture.ts';

let use: Use;
let server: Awaited<ReturnType<typeof startServer>>;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  use = await openUse();
  await use.server.stop();
  const access = use.write('access.yaml', 'anonymous: []\ntokens: true\n');
  for (const [name, rights] of Object.entries({ ci: 'submit', people: 'submit,read,search,audit' })) {
    const words = ['token', 'new', '--data', use.folder.data, '--name', name, '--rights', rights];
    tokens[name] = (await stele(words)).out.trim();
    writeFileSync(join(use.scratch, `${name}.token`), `${tokens[name]}\n`);
  }
  server = await startServer(use.folder, { flags: ['--origin', 'use.test', '--access', join(use.scratch, access)] });
});
afterAll(async () => {
  await server.stop();
  await use[Symbol.asyncDispose]();
});

const run = (state: string, words: readonly string[], base = server.base): Promise<Ran> =>
  stele([...words, '--output', 'json'], { env: { STELE_STATE: state, STELE_SERVER: base }, cwd: use.scratch });

describe('a private log', () => {
  it('is used with a token: from a file, as itself, or as the password in the address', async () => {
    const words = use.signed('private');
    const ran = await run('people', ['upload', ...words, '--token', 'people.token']);
    expect(ran).toMatchObject({ code: 0 });
    expect(await run('people', ['verify', ...words, '--token', tokens['people'] ?? ''])).toMatchObject({
      code: 0,
      err: '',
    });
    const address = server.base.replace('http://', `http://anyone:${tokens['people']}@`);
    const info = await run('people', ['info'], address);
    expect(info).toMatchObject({ code: 0, err: '' });
    expect(jsonOf(info)['server']).toBe(server.base);
  });

  it('is audited whole, and watched, with a token or the password in the address', async () => {
    const address = server.base.replace('http://', `http://anyone:${tokens['people']}@`);
    const plain = await run('audit', ['audit', '--full', '--token', 'people.token']);
    expect(plain).toMatchObject({ code: 0, err: expect.stringMatching(/^stele: first use/) as string });
    const audit = await run('audit', ['audit', address, '--full']);
    expect(audit).toMatchObject({ code: 0, err: '' });
    expect(jsonOf(audit)).toMatchObject({ isSound: true, server: server.base });
    const words = ['--once', '--from', '0', '--hash', 'ab'.repeat(32)];
    for (const [where, more] of [
      [address, []],
      [server.base, ['--token', 'people.token', '--name', 'second']],
    ] as const)
      expect(await run('audit', ['watch', where, ...words, ...more])).toMatchObject({ code: 0, out: '', err: '' });
  });

  it('without a token, or with one that is not taken, it refuses in one line that names the option', async () => {
    const none = await run('none', ['info']);
    expect([none.code, none.out]).toEqual([4, '']);
    expect(none.err).toMatch(/is a private log: give --token/);
    const { people = '' } = tokens;
    const mistyped = people.slice(0, -1) + (people.endsWith('0') ? '1' : '0');
    const wrong = await run('none', ['info', '--token', mistyped]);
    expect([wrong.code, wrong.out, wrong.err.includes(people)]).toEqual([4, '', false]);
    expect(await run('none', ['info', '--token', 'no such file'])).toMatchObject({ code: 2, out: '' });
  });

  it('takes entries from who may only submit, and nothing else', async () => {
    const words = ['--token', 'ci.token'];
    const first = await run('ci', ['upload', ...use.signed('by-ci'), ...words]);
    expect([first.code, entriesOf(first).length]).toEqual([0, 1]);
    const second = await run('ci', ['upload', ...use.signed('by-ci-2'), ...words]);
    expect([second.code, second.err.includes('the new head was not compared with the last one')]).toEqual([0, true]);
    expect(await run('ci', ['get', '1', ...words])).toMatchObject({ code: 4, out: '' });
    expect(await run('ci', ['search', '--artifact', 'by-ci', ...words])).toMatchObject({ code: 4, out: '' });
  });
});
