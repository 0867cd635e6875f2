import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCommand } from '../../../host/settings/command.ts';
import { settingTable } from '../../../host/settings/read.ts';
import { settingName, variableName } from '../../../host/settings/values/setting.ts';
import { OPERATIONS } from '../../../host/settings/groups/acceptance.ts';
import { input, printed, host } from './examples.ts';

describe('settings: --help', () => {
  it('prints what help.golden.txt says', async () => {
    await expect(printed({ argv: ['--help'] })).toMatchFileSnapshot('help.golden.txt');
  });

  it('names every setting as a flag and as a variable, in lines that fit a terminal', () => {
    const help = printed({ argv: ['--help'] });
    const properties = Object.keys(settingTable(host)).map(settingName);
    const missing = properties.filter(
      (name) => !help.includes(`  --${name} `) || !help.includes(`  ${variableName(name)}\n`),
    );
    expect(missing).toStrictEqual([]);
    expect(help.split('\n').filter((line) => line.length > 100)).toStrictEqual([]);
  });

  it.each([['--help'], ['-h']])('is given for %s whatever else is wrong', (flag) => {
    expect(printed({ argv: ['--nonsense', flag], env: { STELE_NONSENSE: '1' } })).toBe(printed({ argv: ['--help'] }));
  });
});

describe('settings: --version, --print-settings', () => {
  it('prints name and version', () => {
    expect(printed({ argv: ['--version'] })).toBe('stele 1.2.3\n');
  });

  it('says of every value who said so', () => {
    const text = printed({
      argv: ['--batch', '7', '--print-settings'],
      env: { STELE_DATA: 'log' },
      file: 'max-retrieve: 5',
    });
    expect(text).toMatch(/^batch: "7" +# --batch$/m);
    expect(text).toMatch(/^data: "log" +# STELE_DATA$/m);
    expect(text).toMatch(/^heads: "log-heads" +# default$/m);
    expect(text).toMatch(/^max-retrieve: "5" +# max-retrieve in stele.yaml$/m);
    expect(text).toMatch(/^# tls-cert: +# default$/m);
  });

  it('prints no password', () => {
    const text = printed({ argv: ['--shared', 'postgres://stele:hunter2@db.test/log', '--print-settings'] });
    expect(text).toMatch(/^shared: "postgres:\/\/stele@db\.test\/log" +# --shared$/m);
  });

  it('prints no settings that are wrong', () => {
    expect(() => printed({ argv: ['--print-settings', '--batch', '0'] })).toThrow(/--batch "0"/);
  });

  it('serves when nothing is to be printed', () => {
    expect(readCommand(input({}), '1.2.3')).toMatchObject({ ask: 'serve', settings: { batch: 256 } });
  });
});

describe('rekor-v1 §1.1: operations', () => {
  it('are those of the OpenAPI document under /api/v1, and the one of v2 that writes', () => {
    const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8')) as Document;
    const paths = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/'));
    const ids = paths.flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
    expect([...ids.filter((id) => id !== undefined), 'createEntry'].toSorted()).toStrictEqual(OPERATIONS.toSorted());
  });
});

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
}
