import { hash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { foldersIn, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { copiesOfLog, copyLog, type LogCopies, readOnlyVolume } from '../support/log-copies.ts';
import { mounter } from '../support/small-disk.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';

const ENTRIES = 300; // a full bundle and a partial one
const submitter = newSubmitter();
const proposals = Array.from({ length: ENTRIES + 1 }, (_, i) => hashedrekord(`artifact ${i}`, submitter));
const JSON_TYPE = { 'Content-Type': 'application/json' };

async function post(base: string, path: string, body: unknown): Promise<readonly [number, string]> {
  const answer = await fetch(base + path, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
  return [answer.status, await answer.text()];
}

/** Answers of every kind of read, and the two searches. */
async function readsOf(base: string): Promise<readonly (readonly [number, string])[]> {
  const paths = [
    '/api/v1/log',
    '/api/v1/log/publicKey',
    '/api/v1/log/entries?logIndex=0',
    `/api/v1/log/entries?logIndex=${ENTRIES - 1}`,
    `/api/v1/log/proof?firstSize=7&lastSize=${ENTRIES}`,
    '/checkpoint',
    '/tile/0/000',
    `/tile/0/001.p/${ENTRIES - 256}`,
    '/tile/entries/000',
    `/api/v2/log/heads`,
  ];
  const answers = await Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(base + path);
      return [answer.status, Buffer.from(await answer.arrayBuffer()).toString('latin1')] as const;
    }),
  );
  const sha256 = hash('sha256', 'artifact 0');
  return [
    ...answers,
    await post(base, '/api/v1/index/retrieve', { hash: `sha256:${sha256}` }),
    await post(base, '/api/v1/log/entries/retrieve', { entries: [proposals[0], proposals[ENTRIES - 1]] }),
  ];
}

let copies: LogCopies;
let expected: Awaited<ReturnType<typeof readsOf>>;
beforeAll(async () => {
  copies = await copiesOfLog(async (base) => {
    for (let from = 0; from < ENTRIES; from += 50)
      await Promise.all(proposals.slice(from, from + 50).map((one) => post(base, '/api/v1/log/entries', one)));
    expected = await readsOf(base);
  });
});
afterAll(() => copies[Symbol.dispose]());

async function expectReading(base: string): Promise<void> {
  expect(expected.map(([status]) => status)).toEqual(expected.map(() => 200));
  expect(expected.slice(-2).map(([, text]) => (JSON.parse(text) as unknown[]).length)).toEqual([1, 2]);
  expect(await readsOf(base)).toEqual(expected);
  const refused = await post(base, '/api/v1/log/entries', proposals[ENTRIES]);
  const message = 'this server only reads the log: send entries to the one that writes it';
  expect(refused).toEqual([405, `{"code":405,"message":"${message}"}\n`]);
  const malformed = await fetch(`${base}/api/v1/log/entries`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
  expect([malformed.status, malformed.headers.get('allow')]).toEqual([405, 'GET']);
  const v2 = await post(base, '/api/v2/log/entries', {});
  expect(v2).toEqual([405, 'This log has been frozen, please switch to the latest log.\n']);
  const ready = await fetch(`${base}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks: { read: 'ok' } }]);
  expect(await (await fetch(`${base}/`)).text()).toContain('this server only reads');
}

describe.runIf(mounter)('a server with --read-only on a read-only mount', () => {
  it.each([
    ['a log that was stopped', () => copies.stopped],
    ['a log that runs', () => copies.snapshot],
  ] as const)('answers as the log did, without keys, and changes nothing: a snapshot of %s', async (_what, of) => {
    using disk = readOnlyVolume(of(), ['keys']);
    using elsewhere = temporaryFolder();
    const before = treeOfFiles(disk.data);
    {
      await using server = await startServer(
        { ...disk, parent: elsewhere.parent },
        { flags: ['--read-only', '--genesis', 'off'] },
      );
      await expectReading(server.base);
      expect(server.lines().join('\n')).toContain('only read: no entry is taken');
      expect((await server.stop()).code).toBe(0);
    }
    expect(treeOfFiles(disk.data)).toEqual(before);
  });
});

describe('a server with --read-only on a copy that could be written', () => {
  it('keeps writers out, and is kept out by one', async () => {
    const { parent, stopped } = copies;
    const copy = foldersIn(join(parent, 'copy'));
    copyLog(stopped, copy);
    {
      await using server = await startServer(copy, { flags: ['--read-only'] });
      await expectReading(server.base);
      const second = await runServer(copy, { flags: ['--volume', 'moves'] });
      expect([second.code, second.said]).toEqual([1, expect.stringContaining('is in use by another process')]);
    }
    await using writer = await startServer(stopped, { flags: ['--genesis', 'off'] });
    expect(readdirSync(stopped.data)).toContain('stele.db-wal');
    const reader = await runServer(stopped, { flags: ['--read-only'] });
    expect([reader.code, reader.said]).toEqual([1, expect.stringContaining('is in use by another process')]);
    await writer.stop();
  });

  it('is refused where there is no log, or one of an older format, and makes nothing', async () => {
    const none = foldersIn(join(copies.parent, 'none'));
    mkdirSync(none.parent);
    expect((await runServer(none, { flags: ['--read-only'] })).said).toContain(`${none.data} holds no log`);
    expect(readdirSync(none.parent).filter((name) => !name.startsWith('output-'))).toEqual([]);
    const old = foldersIn(join(copies.parent, 'old'));
    cpSync(new URL('../vectors/data-folders/format-6', import.meta.url).pathname, old.parent, { recursive: true });
    expect((await runServer(old, { flags: ['--read-only'] })).said).toContain('start the log once, which brings it to');
  });
});
