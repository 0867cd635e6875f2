import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './inspect.ts';

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const json = (path: string): unknown => JSON.parse(text(path));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly license?: string; readonly dev?: boolean; readonly integrity?: string }>
  >;
}

const manifest = json('package.json') as Manifest;
const { packages } = json('package-lock.json') as Lockfile;
const locked = Object.entries(packages).filter(([path]) => path !== '');

const PERMISSIVE_LICENCES = new Set([
  '(Apache-2.0 AND BSD-3-Clause)',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  '0BSD',
]);

describe('style §15: dependencies', () => {
  it.each([
    ['dependencies', '## At run time', '## For development'],
    ['devDependencies', '## For development', '## Node itself'],
  ] as const)('docs/dependencies.md has a line for each of the %s, and no other', (field, from, to) => {
    const page = text('docs/dependencies.md');
    const rows = page
      .slice(page.indexOf(from), page.indexOf(to))
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
    const own = Object.keys(manifest[field]).map((name) => (name.startsWith('@types/') ? '@types/*' : name));
    expect([...new Set(own)].toSorted()).toStrictEqual(named.filter((name) => name !== 'typescript@7').toSorted());
  });

  it('no package may run a script when it is installed', () => {
    expect(Object.values(manifest.allowScripts).filter(Boolean)).toStrictEqual([]);
    expect(text('.npmrc')).toContain('strict-allow-scripts=true');
  });

  it('every package is locked with its hash', () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)).toStrictEqual([]);
  });

  it('.node-version names the release that is fetched', () => {
    const { optionalDependencies } = json('runtime/package.json') as { optionalDependencies: Record<string, string> };
    expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([text('.node-version').trim()]));
  });

  it('NOTICE names each package of the server under another than a permissive licence', () => {
    const others = locked.filter(([, { license = '', dev }]) => dev !== true && !PERMISSIVE_LICENCES.has(license));
    const unnamed = others.filter(([path]) => !text('NOTICE').includes(`- ${path.replace('node_modules/', '')} `));
    expect(others.map(([path]) => path)).toContain('node_modules/openpgp');
    expect(unnamed).toStrictEqual([]);
  });
});
