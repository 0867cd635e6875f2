import { describe, expect, it } from 'vitest';
import { billFaults, LICENCES, packageFaults } from '../../scripts/check/packages.ts';

const HASH = Buffer.alloc(64, 7);
const good = { version: '1.0.0', integrity: `sha512-${HASH.toString('base64')}`, license: 'MIT' };
const rules = { ...LICENCES, allowScripts: { built: false, trusted: true } };
const faults = (name: string, locked: object): readonly string[] =>
  packageFaults({ packages: { '': {}, [`node_modules/${name}`]: { ...good, ...locked } } }, rules);

describe('rules for packages', () => {
  it('finds no fault in a package with a hash and a listed licence', () => {
    expect(faults('a', {})).toStrictEqual([]);
    expect(faults('a/node_modules/openpgp', { license: 'LGPL-3.0+' })).toStrictEqual([]);
    expect(faults('a', { license: 'MPL-2.0', dev: true })).toStrictEqual([]);
    expect(faults('built', { hasInstallScript: true })).toStrictEqual([]);
  });

  it.each<[string, string, object, string]>([
    ['no hash', 'a', { integrity: undefined }, 'has no SHA-512 hash'],
    ['a weak hash', 'a', { integrity: 'sha1-AAAA' }, 'has no SHA-512 hash'],
    ['an address', 'a', { resolved: 'https://registry.example/a.tgz' }, 'address of a registry'],
    ['an install script', 'a', { hasInstallScript: true }, 'install script'],
    ['an install script that is allowed', 'trusted', { hasInstallScript: true }, 'install script'],
    ['no licence', 'a', { license: undefined }, 'no licence that is named'],
    ['a licence that is not listed', 'a', { license: 'AGPL-3.0' }, 'is under AGPL-3.0'],
    ['a licence for development in the server', 'a', { license: 'MPL-2.0' }, 'is under MPL-2.0'],
    ['the exception of another package', 'a', { license: 'LGPL-3.0+' }, 'is under LGPL-3.0+'],
  ])('finds a package with %s', (_fault, name, locked, sentence) => {
    expect(faults(name, locked)).toStrictEqual([expect.stringContaining(sentence)]);
  });

  it('finds a lockfile without packages', () => {
    expect(packageFaults({ packages: { '': {} } }, rules)).toStrictEqual(['it lists no packages']);
  });
});

describe('bill of materials', () => {
  const lockfile = { packages: { 'node_modules/a': good, 'node_modules/d': { ...good, dev: true } } };
  const component = { name: 'a', version: '1.0.0', hashes: [{ alg: 'SHA-512', content: HASH.toString('hex') }] };

  it('is fresh when it has the packages of the server, and those alone', () => {
    expect(billFaults({ components: [component] }, lockfile)).toStrictEqual([]);
  });

  it.each([
    ['lacks a package', [], 1],
    ['has a package more', [component, { ...component, name: 'd' }], 1],
    ['has another version', [{ ...component, version: '1.0.1' }], 2],
    ['has another hash', [{ ...component, hashes: [] }], 2],
  ])('is stale when it %s', (_fault, components, count) => {
    expect(billFaults({ components }, lockfile)).toHaveLength(count);
  });
});
