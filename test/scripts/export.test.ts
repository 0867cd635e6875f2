import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNATURE_TYPE, verifierKey } from '../../checkpoint/key.ts';
import { formatVkey, parseVkey } from '../../checkpoint/vkey.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run, submit } from './operator.ts';

const FULL_FILES = ['tile/0/000', 'tile/entries/000'];

let log: LogFolder;
let server: ServerProcess;
beforeAll(async () => {
  log = temporaryFolder();
  server = await startServer(log, { flags: ['--genesis', 'off'] });
  await submit(server.base, 'first', 260);
});
afterAll(async () => {
  await server.stop();
  log[Symbol.dispose]();
});

function target(): { readonly folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'stele-export-'));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

/** Returns the server's answer at the same path. */
async function served(path: string): Promise<Buffer> {
  const answer = await fetch(`${server.base}/${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  return Buffer.from(await answer.arrayBuffer());
}

describe('npm run export: the log as plain files, while the server runs', () => {
  it('writes what the server answers, byte for byte; then only what is new, and the checkpoint last', async () => {
    using into = target();
    const { folder } = into;
    expect(await run('export', log, '--into', folder)).toMatchObject({ code: 0, err: '' });
    const files = filesIn(folder);
    expect(files).toEqual([
      'checkpoint',
      'tile/0/000',
      'tile/0/001.p/4',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/4',
    ]);
    for (const file of files) expect(readFileSync(join(folder, file)).equals(await served(file))).toBe(true);

    const again = await run('export', log, '--into', folder);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('260 entries as before; 0 files written')]);

    await submit(server.base, 'second', 10);
    const grown = await run('export', log, '--into', folder, '--prune');
    expect([grown.code, grown.out]).toEqual([
      0,
      expect.stringMatching(/270 entries, 10 of them new; \d+ files written/),
    ]);
    expect(readFileSync(join(folder, 'checkpoint')).equals(await served('checkpoint'))).toBe(true);
    for (const file of FULL_FILES) expect(existsSync(join(folder, file))).toBe(true);
    for (const file of ['tile/0/001.p/14', 'tile/entries/001.p/14'])
      expect(readFileSync(join(folder, file)).equals(await served(file))).toBe(true);
  });

  it('reads any log of that kind over HTTP, and believes nothing but its key', async () => {
    using into = target();
    using other = target();
    const vkey = (await served('vkey')).toString().trim();
    const from = ['--from', server.base, '--vkey'];
    expect(await run('export', log, '--into', into.folder, ...from, vkey)).toMatchObject({ code: 0, err: '' });
    expect(await run('export', log, '--into', other.folder)).toMatchObject({ code: 0 });
    expect(filesIn(into.folder)).toEqual(filesIn(other.folder));

    using none = target();
    const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const strange = formatVkey(verifierKey(parseVkey(vkey).name, SIGNATURE_TYPE.ed25519, key));
    const refused = await run('export', log, '--into', none.folder, ...from, strange);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/^stele: cannot export: the checkpoint of \S+ is not /),
    ]);
    expect(filesIn(none.folder)).toEqual([]);
  });

  it('says that there is no log where it was sent to', async () => {
    using into = target();
    const vkey = (await served('vkey')).toString().trim();
    const closed = await run('export', log, '--into', into.folder, '--from', 'http://127.0.0.1:1', '--vkey', vkey);
    expect([closed.code, closed.err]).toEqual([
      1,
      expect.stringContaining('http://127.0.0.1:1/checkpoint cannot be reached'),
    ]);
    const wrong = await run('export', log, '--into', into.folder, '--from', `${server.base}/nowhere`, '--vkey', vkey);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('/nowhere/checkpoint is not there')]);
    expect(filesIn(into.folder)).toEqual([]);
  });

  it.each(FULL_FILES)('writes over nothing: refuses a folder whose %s is not what the log has', async (file) => {
    using into = target();
    await run('export', log, '--into', into.folder);
    const path = join(into.folder, file);
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    rmSync(join(into.folder, 'checkpoint')); // as if the first export had not come to its end
    const { code, err } = await run('export', log, '--into', into.folder);
    expect([code, err]).toEqual([1, expect.stringContaining(`${path} is there and differs from what the log has`)]);
    expect(existsSync(join(into.folder, 'checkpoint'))).toBe(false);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('writes nothing into the folder of another log', async () => {
    using into = target();
    using another = temporaryFolder();
    {
      await using stranger = await startServer(another, { flags: ['--genesis', 'off'] });
      await submit(stranger.base, 'stranger', 2);
      await stranger.stop();
    }
    await run('export', another, '--into', into.folder);
    const files = filesIn(into.folder);
    const { code, err } = await run('export', log, '--into', into.folder);
    expect([code, err]).toEqual([1, expect.stringMatching(/^stele: cannot export: .*checkpoint is not one of /)]);
    expect(filesIn(into.folder)).toEqual(files);
  });

  it('says where it should write, and what else is missing', async () => {
    expect(await run('export', log)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--into FOLDER') as string,
    });
    const keyless = await run('export', log, '--into', '/nonexistent', '--from', server.base);
    expect([keyless.code, keyless.err]).toEqual([2, expect.stringContaining('--from needs --vkey')]);
  });
});
