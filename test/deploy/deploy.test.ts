import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../host/settings/read.ts';

const FOLDER = new URL('../../deploy/', import.meta.url).pathname;
const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
}

/** The settings that a log has with these flags and variables. @throws SettingsFault */
const settingsWith = (argv: readonly string[], env: Readonly<Record<string, string>>) =>
  readSettings({
    argv,
    env,
    readFile: () => '',
    host: { cores: 1, terminal: false, kinds: [] },
  });

describe('deploy/compose.yaml', () => {
  const { services } = parse(text('compose.yaml')) as { readonly services: Readonly<Record<string, Service>> };

  it('mounts files that are there', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const files = mounted.filter((mount) => mount.startsWith('.')).map((mount) => mount.split(':', 1)[0] ?? '');
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !existsSync(resolve(FOLDER, file)))).toEqual([]);
  });

  it('builds the log from the Containerfile of the checkout', () => {
    const { context = '', dockerfile = '' } = services['log']?.build ?? {};
    expect(existsSync(resolve(FOLDER, context, dockerfile))).toBe(true);
  });

  it('has Prometheus ask the port that the container serves metrics at', () => {
    const { scrape_configs: jobs } = parse(text('prometheus.yaml')) as {
      readonly scrape_configs: readonly {
        readonly static_configs: readonly { readonly targets: readonly string[] }[];
      }[];
    };
    const [, port] = /STELE_METRICS_LISTEN=0\.0\.0\.0:(\d+)/.exec(text('Containerfile')) ?? [];
    expect(jobs[0]?.static_configs[0]?.targets).toEqual([`log:${port}`]);
  });
});

describe('deploy/Containerfile', () => {
  it('sets what the log reads as settings, and copies nothing that is left out of the context', () => {
    const [, variables = ''] = /^ENV (.*)$/m.exec(text('Containerfile')) ?? [];
    const env = Object.fromEntries(variables.split(' ').map((pair) => pair.split('=') as [string, string]));
    expect(settingsWith([], env)).toMatchObject({ data: '/var/lib/stele/data', heads: '/var/lib/stele/data-heads' });
  });
});

describe('deploy/stele.service', () => {
  const unit = text('stele.service');
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

  it('starts the log with settings that there are', () => {
    const [, words = ''] = /^ExecStart=\S+\/stele serve (.*)$/m.exec(unit) ?? [];
    expect(settingsWith(words.split(' '), {})).toMatchObject({ data: '/var/lib/stele/data', logFormat: 'json' });
  });

  it.skipIf(!hasSystemd)('is a unit that systemd takes, and leaves the service little of the machine', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stele-unit-'));
    try {
      const file = join(folder, 'stele.service');
      writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
      expect([verified.status, verified.stderr]).toEqual([0, '']);
      const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', file]);
      expect(judged.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('deploy/README.md', () => {
  it('links to files that are there', () => {
    const links = [...text('README.md').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(4);
    expect(links.filter((link) => !existsSync(resolve(dirname(join(FOLDER, 'README.md')), link)))).toEqual([]);
  });
});
