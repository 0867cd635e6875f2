import { readFileSync } from 'node:fs';
import { type BillOfMaterials, billFaults, LICENCES, type Lockfile, packageFaults } from './check/packages.ts';

/* Holds both lockfiles to the rules for packages (hashes, install scripts, licences), and docs/sbom.cdx.json to the lockfile. */

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));

const { allowScripts } = read('package.json') as { readonly allowScripts: Readonly<Record<string, boolean>> };
const faults = ['package-lock.json', 'runtime/package-lock.json'].flatMap((name) =>
  packageFaults(read(name) as Lockfile, { ...LICENCES, allowScripts }).map((fault) => `${name}: ${fault}`),
);
const stale = billFaults(read('docs/sbom.cdx.json') as BillOfMaterials, read('package-lock.json') as Lockfile);
for (const fault of faults) console.error(fault);
for (const fault of stale) console.error(`docs/sbom.cdx.json: ${fault}: run node scripts/build-sbom.ts`);
if (faults.length + stale.length > 0) process.exitCode = 1;
