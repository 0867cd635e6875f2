/*
 * Rules for the packages of a lockfile, each fault a sentence: every package is pinned by a hash, without the address of a
 * registry; none may run a script when it is installed; and the licence of each is one that a distributor of this project can
 * keep to. A bill of materials has to list what the lockfile has.
 */

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** Members read from a CycloneDX document, as `npm sbom` writes it. */
export interface BillOfMaterials {
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
}

interface PackageRules {
  /** Packages whose install script npm asks about, and whether it may run: `allowScripts` of package.json. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
  /** Of packages that run in the server, in SPDX's words, as the lockfile has them. */
  readonly licences: ReadonlySet<string>;
  /** Packages under another licence, and which: NOTICE says what it asks for. */
  readonly exceptions: ReadonlyMap<string, string>;
  /** Of packages that are used only to make and to check the project. */
  readonly developmentLicences: ReadonlySet<string>;
}

export const LICENCES: Omit<PackageRules, 'allowScripts'> = {
  licences: new Set([
    '(Apache-2.0 AND BSD-3-Clause)',
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'ISC',
    'MIT',
  ]),
  exceptions: new Map([['openpgp', 'LGPL-3.0+']]),
  developmentLicences: new Set(['MPL-2.0', 'Python-2.0', '(MIT OR CC0-1.0)']),
};

const SHA_512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const FOLDER = 'node_modules/';

/** Returns a sentence for each fault of a lockfile: none if all its packages keep the rules. */
export function packageFaults(lockfile: Lockfile, rules: PackageRules): readonly string[] {
  const packages = packagesOf(lockfile);
  if (packages.length === 0) return ['it lists no packages'];
  return packages.flatMap(([name, locked]) =>
    faultsOf(name, locked, rules).map((fault) => `${name} ${locked.version ?? ''} ${fault}`),
  );
}

/** Returns a sentence for each package that runs in the server and is in one of the two only, or with another hash. */
export function billFaults(bill: BillOfMaterials, lockfile: Lockfile): readonly string[] {
  const expected = serverPackages(lockfile);
  const found = new Set(bill.components.map(packageLine));
  return [
    ...[...expected].filter((one) => !found.has(one)).map((one) => `${one} is not in the bill of materials`),
    ...[...found].filter((one) => !expected.has(one)).map((one) => `${one} is not in the lockfile`),
  ];
}

/** Returns a line for each package that runs in the server: its name, version and hash. */
export function serverPackages(lockfile: Lockfile): ReadonlySet<string> {
  const locked = packagesOf(lockfile).filter(([, { dev }]) => dev !== true);
  return new Set(locked.map(([name, { version, integrity }]) => line(name, version, hexOf(integrity))));
}

/** Returns that line for a component of a bill of materials. */
export function packageLine({ name, version, hashes }: BillOfMaterials['components'][number]): string {
  return line(name, version, hashes?.find(({ alg }) => alg === 'SHA-512')?.content);
}

function packagesOf({ packages }: Lockfile): readonly (readonly [name: string, locked: LockedPackage])[] {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => [path.slice(path.lastIndexOf(FOLDER) + FOLDER.length), locked]);
}

function faultsOf(name: string, locked: LockedPackage, rules: PackageRules): readonly string[] {
  const faults: string[] = [];
  if (!SHA_512.test(locked.integrity ?? '')) faults.push('has no SHA-512 hash in `integrity`');
  if (locked.resolved !== undefined) faults.push('names the address of a registry in `resolved`');
  if (locked.hasInstallScript === true && rules.allowScripts[name] !== false)
    faults.push('has an install script that `allowScripts` of package.json does not forbid');
  if (!mayHave(name, locked, rules))
    faults.push(
      `is under ${locked.license ?? 'no licence that is named'}: scripts/check/packages.ts has no such licence`,
    );
  return faults;
}

function mayHave(name: string, { license, dev }: LockedPackage, rules: PackageRules): boolean {
  if (license === undefined) return false;
  if (rules.licences.has(license) || rules.exceptions.get(name) === license) return true;
  return dev === true && rules.developmentLicences.has(license);
}

function line(name: string, version: string | undefined, sha512: string | undefined): string {
  return `${name} ${version ?? ''} with SHA-512 ${sha512?.slice(0, 16) ?? 'missing'}`;
}

function hexOf(integrity: string | undefined): string | undefined {
  if (integrity === undefined || !SHA_512.test(integrity)) return undefined;
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}
