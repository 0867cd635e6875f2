import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { jsonOf, stele } from '../support/stele.ts';

let folder: LogFolder;
let server: ServerProcess;
let file: string;

beforeAll(async () => {
  folder = temporaryFolder();
  file = join(folder.parent, 'access.yaml');
  writeFileSync(file, 'anonymous: [audit]\ntokens: true\n');
  await tokenOf('early', 'read'); // before the log begins
  server = await startServer(folder, { flags: ['--access', file] });
});
afterAll(async () => {
  await server.stop();
  folder[Symbol.dispose]();
});

const token = (...words: readonly string[]) => stele(['token', ...words, '--data', folder.data]);

async function tokenOf(name: string, rights: string): Promise<string> {
  const ran = await token('new', '--name', name, '--rights', rights);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/^stele_[0-9A-Za-z]{49}\n$/);
  return ran.out.trim();
}

const read = async (credential?: string): Promise<number> => {
  const headers: Record<string, string> = credential === undefined ? {} : { Authorization: `Bearer ${credential}` };
  return (await fetch(`${server.base}/api/v1/log/entries?logIndex=0`, { headers })).status;
};

it('stele token: a server takes each change with its next request, and writes no token into its log lines', async () => {
  const first = await tokenOf('ci', 'read,submit');
  expect([await read(), await read(first)]).toEqual([401, 200]);
  const rotated = (await token('rotate', '--name', 'ci')).out.trim();
  expect([await read(first), await read(rotated)]).toEqual([401, 200]);
  const url = new URL('/api/v1/log/entries', server.base);
  const basic = `Basic ${Buffer.from(`anyone:${rotated}`).toString('base64')}`;
  const stored = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', Authorization: basic },
    body: JSON.stringify(hashedrekord('with a password')),
  });
  expect(stored.status).toBe(201);
  expect((await token('revoke', '--name', 'ci')).code).toBe(0);
  expect(await read(rotated)).toBe(401);
  expect(await read(`${rotated}x`)).toBe(401);
  const said = server.lines().join('\n');
  for (const secret of [first, rotated]) expect(said).not.toContain(secret.slice(6, 30));
  expect(said).toContain('"principal":"token ci"');
});

it('stele token list: shows names, rights and ends, and no token', async () => {
  await token('new', '--name', 'short', '--rights', 'search', '--expires', '12h');
  const listed = await token('list', '--output', 'json');
  const tokens = [
    { name: 'early', rights: ['read'], expires: null },
    { name: 'short', rights: ['search'] },
  ];
  expect(jsonOf(listed)).toMatchObject({ version: 1, tokens });
  expect(listed.out).not.toContain('stele_');
  const text = await token('list');
  expect(text.out).toMatch(/^name +rights +expires +last used\nearly +read +never +never\n/);
});

it('an access file that is changed is in force after SIGHUP, and one with faults is not', async () => {
  const wrong = 'anonymous: [audit, reed]\ntokens: yes please\nissuer: []\n';
  writeFileSync(file, wrong);
  process.kill(server.pid, 'SIGHUP');
  await expect.poll(() => server.lines().join('\n')).toContain('goes on with the access file of before');
  const said = server.lines().join('\n');
  expect(said).toContain('access.yaml:1: anonymous[1] has to be one of submit, read, search, audit, admin and not');
  expect(said).toContain('access.yaml:2: tokens has to be true or false');
  expect(said).toContain('access.yaml:3: issuer is not known here');
  expect(await read()).toBe(401);
  writeFileSync(file, 'anonymous: [audit, read]\n');
  process.kill(server.pid, 'SIGHUP');
  await expect.poll(() => read()).toBe(200);
});

it('an access file is read again once the log is open, where SIGHUP came before', async () => {
  using other = temporaryFolder();
  const early = join(other.parent, 'early.mjs');
  const signal = `setImmediate(() => process.kill(process.pid, 'SIGHUP'))`;
  writeFileSync(early, `process.on('newListener', (name) => void (name === 'SIGHUP' && ${signal}));\n`);
  await using opening = await startServer(other, { flags: ['--access', file], nodeFlags: ['--import', early] });
  await expect.poll(() => opening.lines().join('\n')).toMatch(/SIGHUP[^\n]+the access file was read again/);
  expect(opening.lines().join('\n')).not.toContain('there is no access file');
});

it('the log line of a page that is refused has the reason, and not the page', async () => {
  await fetch(`${server.base}/search?q=refused`, { headers: { Accept: 'text/html' } });
  const reason = '"reason":"this needs a credential with the right search"';
  await expect.poll(() => server.lines().find((line) => line.includes('q=refused'))).toContain(reason);
});
