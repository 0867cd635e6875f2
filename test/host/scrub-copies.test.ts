import { cpSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, startServer } from '../../testkit/server-process.ts';
import { run, succeeded } from '../scripts/operator.ts';
import { flipBit } from '../support/damage-file.ts';
import { mounter, smallDisk } from '../support/small-disk.ts';
import { loggedForScrub, type ScrubbedLog, scrubPass } from './scrub-pass.ts';

let log: ScrubbedLog;
let whole: LogFolder;
let backup = '';
beforeAll(async () => {
  log = await loggedForScrub();
  whole = log.copied();
  backup = join(whole.parent, 'backup');
  await succeeded(run('backup', whole, '--into', backup));
});
afterAll(() => {
  whole[Symbol.dispose]();
  log[Symbol.dispose]();
});

const TABLES = {
  bundle_piece: 'gzip',
  bundle_group: 'packed',
} as const;

function rowsOfEntries({ data }: LogFolder): readonly unknown[] {
  const db = new Database(join(data, 'stele.db'), { readonly: true });
  const rows = ['bundle_piece', 'bundle_group', 'piece_sum'].map((table) => db.prepare(`SELECT * FROM ${table}`).all());
  db.close();
  return rows;
}

async function served(answer: RequestListener): Promise<{ readonly base: string } & AsyncDisposable> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close };
}

describe('the scrub, where an entry is damaged', () => {
  it.each(['bundle_piece', 'bundle_group'] as const)(
    'writes it again from a backup, as it was: a row of %s',
    async (table) => {
      using folder = log.copied();
      const before = rowsOfEntries(folder);
      flipBit(folder.data, table, TABLES[table]);
      const { mended } = await scrubPass(folder, { archive: backup });
      expect(mended).toEqual([expect.stringMatching(/the entries of bundle 0 were written again from .*backup/)]);
      expect(rowsOfEntries(folder)).toStrictEqual(before);
      expect((await scrubPass(folder)).said).toEqual([]);
    },
  );

  it('writes it again from another server, beside the one that has it open, which answers with it at once', async () => {
    using folder = log.copied();
    await using mirror = await startServer(whole, { flags: ['--volume', 'moves', '--read-only'] });
    await using server = await startServer(folder, { flags: ['--volume', 'moves'] });
    flipBit(folder.data, 'bundle_piece', 'gzip');
    const { mended } = await scrubPass(folder, { mirror: mirror.base });
    expect(mended).toEqual([expect.stringContaining(`written again from ${mirror.base}`)]);
    for (const path of ['/tile/entries/000', '/api/v1/log/entries?logIndex=5']) {
      const answers = await Promise.all([server, mirror].map(({ base }) => fetch(base + path)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
    expect((await server.stop()).code).toBe(0);
    expect((await scrubPass(folder)).said).toEqual([]);
  });

  it.each([
    ['other entries', Buffer.alloc(256 * 3, Buffer.from([0, 1, 7])), 'has other entries for bundle 0'],
    ['half of a bundle', Buffer.alloc(300), 'or not all of them'],
    ['more than a bundle can be', Buffer.alloc(17_000_000), 'sends more than'],
  ])('makes nothing of another server that sends %s, and says so', async (_, sent, says) => {
    using folder = log.copied();
    flipBit(folder.data, 'bundle_piece', 'gzip');
    const damaged = rowsOfEntries(folder);
    await using mirror = await served((_request, response) => void response.end(sent));
    const { said, mended, warned } = await scrubPass(folder, { mirror: mirror.base });
    expect([mended, warned]).toEqual([[], [expect.stringContaining(says)]]);
    expect(said.join('\n')).toContain('bundle 0');
    expect(rowsOfEntries(folder)).toStrictEqual(damaged);
  });

  it('asks a server that fails once, however much is damaged', async () => {
    using folder = log.copied();
    for (const place of [0, 8]) flipBit(folder.data, 'bundle_piece', 'gzip', `place = ${place}`);
    let asked = 0;
    await using mirror = await served((_request, response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    const { warned } = await scrubPass(folder, { mirror: mirror.base });
    expect([asked, warned]).toEqual([1, [expect.stringContaining('it answers 500')]]);
  });

  it.runIf(mounter).each([
    ['bundle_piece', 'gzip', /bundle 0 of .* is full/],
    ['tile', 'nodes', /tile 0\/0 could not be written: .* is full/],
  ])(
    'says that there was no room to write it, goes on, and mends it once there is: %s',
    async (table, column, says) => {
      using disk = smallDisk(16_000_000);
      using folder = log.copied();
      for (const part of ['data', 'heads'] as const) cpSync(folder[part], disk[part], { recursive: true });
      flipBit(disk.data, table, column);
      disk.fill(48_000); // for the files that SQLite reads with, and no more
      const { mended, warned, entries } = await scrubPass(disk, { archive: backup });
      expect([mended, entries]).toEqual([[], 600]);
      expect(warned).toEqual([expect.stringMatching(says)]);
      disk.release();
      expect((await scrubPass(disk, { archive: backup })).mended).toHaveLength(1);
      expect((await scrubPass(disk)).said).toEqual([]);
    },
  );

  it('leaves it where what is kept beside it is damaged as well, and the copy has bodies alone', async () => {
    using folder = log.copied();
    flipBit(folder.data, 'bundle_group', 'packed');
    await using mirror = await startServer(whole, { flags: ['--volume', 'moves', '--read-only'] });
    const { mended, warned } = await scrubPass(folder, { mirror: mirror.base });
    expect([mended, warned]).toEqual([[], [expect.stringContaining('is damaged as well')]]);
  });
});
