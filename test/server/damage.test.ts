import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packSearchKeys } from '../../entries/search-key-list.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog, type TestLog } from '../support/log.ts';

const FORMAT_4 = new URL('../vectors/data-folders/format-4', import.meta.url).pathname;
const BUNDLE = '/tile/entries/000';
const FULL_PATHS = [
  '/tile/0/000',
  BUNDLE,
  '/api/v1/log/entries?logIndex=33',
  '/api/v1/log/entries?logIndex=300',
] as const;

let folder = '';
beforeAll(() => cpSync(FORMAT_4, (folder = mkdtempSync(join(tmpdir(), 'stele-damaged-'))), { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function served<T>(use: (asking: Asking, opened: TestLog) => Promise<T>): Promise<T> {
  const opened = await openTestLog(['--volume', 'moves'], join(folder, 'data'));
  const asking = await askOf(opened.app);
  try {
    return await use(asking, opened);
  } finally {
    await asking[Symbol.asyncDispose]();
    await opened.close();
  }
}

/** The document says nothing of a broken disk. */
async function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
}

/** Flips one bit of a blob. */
function flip(table: string, column: string, where: string): void {
  const db = new Database(join(folder, 'data', 'stele.db'));
  const bytes = db.prepare<[], Buffer>(`SELECT ${column} FROM ${table} WHERE ${where}`).pluck().get() as Buffer;
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 4;
  expect(db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(bytes).changes).toBe(1);
  db.close();
}

describe('a log of some hundred entries', () => {
  it('compresses its full bundles soon after it is quiet', async () => {
    await served(async (asking) => {
      const plain = await asking.raw('GET', BUNDLE);
      let coded = await asking.raw('GET', BUNDLE, { 'Accept-Encoding': 'gzip' });
      for (let left = 600; left > 0 && coded.headers['content-encoding'] === undefined; left -= 1) {
        await sleep(50);
        coded = await asking.raw('GET', BUNDLE, { 'Accept-Encoding': 'gzip' });
      }
      expect(coded.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(coded.bytes).equals(plain.bytes)).toBe(true);
      expect(coded.bytes.length).toBeLessThan(plain.bytes.length);
    });
  });
});

describe('a log whose file rots', () => {
  it('answers 500 to what needs the damaged rows, tells the operator where, counts it, and serves the rest', async () => {
    const whole = await served(async (asking) => Promise.all(FULL_PATHS.map((path) => asking.raw('GET', path))));
    expect(whole.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await served(async (asking, { errors, log }) => {
      flip('tile', 'nodes', 'place = 0'); // now: a start looks at it
      flip('bundle_piece', 'gzip', 'place = 3');
      const answers = [];
      for (const path of FULL_PATHS) answers.push(await ask(asking.base + path));
      expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 200]);
      for (const { text } of answers.slice(0, 3)) expect(text).not.toMatch(/damage|tile|piece|stele/i);
      expect(answers[3]?.text).toBe(whole[3]?.text);
      const lines = errors.map((line) => JSON.parse(line) as { msg?: string });
      expect(lines).toHaveLength(3);
      const says = ['tile 0/0 is damaged', 'piece 3 of bundle 0 is damaged', 'tile 0/0 is damaged'];
      for (const [i, text] of says.entries()) expect(errors[i]).toContain(text);
      const ready = await asking.get('/readyz');
      expect([ready.status, JSON.parse(ready.text)]).toEqual([200, expect.objectContaining({ damagedReads: 3 })]);

      const { size } = log.head();
      const { body = '' } =
        Object.values(JSON.parse(whole[2]?.text ?? '{}') as Record<string, { body: string }>)[0] ?? {};
      const sent = Buffer.from(body, 'base64');
      const named = { kind: 'hashedrekord', version: '0.0.1' };
      const again = log.add({ ...named, searchKeys: packSearchKeys([]), body: sent, leafHash: hashLeaf(sent) });
      await expect(again).rejects.toThrow('tile 0/0 is damaged');
      expect(log.head().size).toBe(size);
    });
    const start = openTestLog(['--volume', 'moves'], join(folder, 'data'));
    await expect(start).rejects.toMatchObject({
      name: 'DamagedStore',
      message: 'tile 0/0 is damaged',
    });
  });
});
