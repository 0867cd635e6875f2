import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run as runOperator, succeeded } from '../scripts/operator.ts';
import { type FileServer, serveFiles } from '../support/file-server.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { entriesOf, openUse, type PrintedEntry, type Use } from './use-fixture.ts';

let use: Use;
beforeAll(async () => {
  use = await openUse();
});
afterAll(() => use[Symbol.asyncDispose]());

const signed = (name: string): readonly string[] => use.signed(name);
const uploaded = (...words: readonly string[]): Promise<PrintedEntry> => use.uploaded(...words);

describe('the same commands on the files of an export', () => {
  let key: string;
  let files: FileServer;
  afterAll(() => files[Symbol.asyncDispose]());
  const onFiles = (...words: string[]): Promise<Ran> =>
    stele([...words, '--log-key', key], {
      env: { STELE_STATE: join(use.scratch, 'of-files'), STELE_SERVER: files.base },
      cwd: use.scratch,
    });

  beforeAll(async () => {
    await uploaded(...signed('exported'));
    await succeeded(runOperator('export', use.folder, '--into', join(use.scratch, 'export')));
    files = await serveFiles(join(use.scratch, 'export'));
    key = (await (await fetch(`${use.server.base}/vkey`)).text()).trim();
  });

  it('reads, proves and verifies', async () => {
    const { logIndex, uuid } = await uploaded('exported', '--signature', 'exported.sig', '--key', 'exported.pub');
    expect(entriesOf(await onFiles('get', String(logIndex), '--output', 'json'))).toMatchObject([
      { logIndex, uuid, signature: 'holds' },
    ]);
    const words = ['exported', '--signature', 'exported.sig', '--key', 'exported.pub'];
    expect(await onFiles('verify', ...words, '--index', String(logIndex))).toMatchObject({ code: 0 });
    expect(await onFiles('proof', String(logIndex), '--into', 'from-files')).toMatchObject({ code: 0 });
    expect(await onFiles('verify', ...words, '--proof', 'from-files')).toMatchObject({ code: 0 });
    expect(await onFiles('proof', '--from', '1', '--to', '2')).toMatchObject({ code: 0 });
    const info = jsonOf(await onFiles('info', '--output', 'json'));
    expect(info).toMatchObject({ apis: ['tiles'], origin: 'use.test' });
    expect(await onFiles('checkpoint')).toMatchObject({
      code: 0,
      out: readFileSync(join(use.scratch, 'export', 'checkpoint'), 'utf8'),
    });
  });

  it('says what files cannot do', async () => {
    const { uuid } = await uploaded('exported', '--signature', 'exported.sig', '--key', 'exported.pub');
    for (const words of [
      ['upload', ...signed('new-one')],
      ['search', '--key', 'exported.pub'],
      ['get', uuid],
      ['verify', 'exported', '--signature', 'exported.sig', '--key', 'exported.pub'],
    ]) {
      const ran = await onFiles(...words);
      expect([words[0], ran.code, ran.out]).toEqual([words[0], 4, '']);
      expect(ran.err).toMatch(/^stele: [^\n]+\n$/);
    }
  });

  it('asks for a key where the files offer none', async () => {
    const ran = await stele(['info'], { env: { STELE_STATE: join(use.scratch, 'new'), STELE_SERVER: files.base } });
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(/it offers none: give --log-key\n$/);
  });
});
