import { describe, expect, it } from 'vitest';
import { stele } from '../support/stele.ts';

describe('stele serve', () => {
  it('prints the settings that the server reads, and no less than npm start does', async () => {
    const ran = await stele(['serve', '--print-settings', '--origin', 'log.test']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('log.test');
  });

  it('ends with 2 for a setting that cannot be', async () => {
    expect(await stele(['serve', '--listen', 'nowhere'])).toMatchObject({ code: 2, out: '' });
  });

  it('starts in a shell that has variables for the commands which use a log', async () => {
    const env = { STELE_SERVER: 'http://127.0.0.1:1', STELE_STATE: '/nowhere', STELE_TIMEOUT: '5' };
    expect(await stele(['serve', '--print-settings'], { env })).toMatchObject({ code: 0 });
  });
});

describe('stele --version', () => {
  it('says the version, in JSON as well', async () => {
    const { out } = await stele(['--version']);
    expect(out).toMatch(/^stele \d+\.\d+\.\d+\n$/);
    const json = await stele(['--version', '--output', 'json']);
    expect(JSON.parse(json.out)).toEqual({ version: 1, stele: out.trim().replace('stele ', '') });
  });
});
