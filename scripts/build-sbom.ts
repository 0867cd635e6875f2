import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BillOfMaterials, type Lockfile, packageLine, serverPackages } from './check/packages.ts';

/*
 * Writes docs/sbom.cdx.json, the software bill of materials in CycloneDX: the packages that run in the server, with hashes and
 * licences, as `npm sbom` reads them from package-lock.json. Time, serial number, the version of npm and the name of the
 * checkout's folder are left out, so that the same lockfile gives the same file. scripts/check-packages.ts looks whether it
 * is fresh. The packages for development are taken out here: with `--omit=dev`, npm 11 leaves out those that both need.
 */

interface NpmBill {
  serialNumber?: string;
  readonly metadata: { timestamp?: string; tools?: unknown; readonly component: { name: string; 'bom-ref': string } };
  components: readonly (BillOfMaterials['components'][number] & { readonly 'bom-ref': string })[];
  dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
const cwd = fileURLToPath(new URL('..', import.meta.url));
const bill = JSON.parse(execFileSync('npm', args, { cwd, encoding: 'utf8' })) as NpmBill;
delete bill.serialNumber;
delete bill.metadata.timestamp;
delete bill.metadata.tools;
bill.metadata.component.name = 'stele';
const lockfile = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lockfile;
const inServer = serverPackages(lockfile);
bill.components = bill.components.filter((component) => inServer.has(packageLine(component)));
const refs = new Set([bill.metadata.component['bom-ref'], ...bill.components.map((component) => component['bom-ref'])]);
bill.dependencies = bill.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
writeFileSync(new URL('../docs/sbom.cdx.json', import.meta.url), `${JSON.stringify(bill, undefined, 2)}\n`);
