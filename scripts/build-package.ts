import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COMMANDS } from '../cli/commands/registry.ts';
import { manualPage } from '../cli/help/manual.ts';
import { emit } from './package/emit.ts';
import { EXPORTS, packageManifest, type ProjectManifest } from './package/manifest.ts';

/*
 * Makes the npm package: JavaScript, because Node strips no types below `node_modules`. `--into` names its folder, which is
 * replaced; `--pack` the folder that the tarball goes into. Nothing is fetched.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { into: { type: 'string', default: 'package' }, pack: { type: 'string' } } });
const into = resolve(values.into);

const COPIED_FILES = [
  'LICENSE',
  'NOTICE',
  'CHANGELOG.md',
  'README.md',
  'SECURITY.md',
  'docs',
  'scripts/launch',
  'cli/bin.mjs',
];
const READ_FILES = [
  'openapi/openapi.json',
  'runtime/package.json',
  'runtime/package-lock.json',
  'web/style.css',
  'web/icon.svg',
];

refuseOthers(into);
rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
const entries = ['cli/main.ts', ...threadModules(), ...Object.values(EXPORTS).map((file) => `${file}.ts`)];
emit({ root, entries, into });
for (const name of [...COPIED_FILES, ...READ_FILES]) cpSync(join(root, name), join(into, name), { recursive: true });
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as ProjectManifest;
writeFileSync(join(into, 'package.json'), `${JSON.stringify(packageManifest(manifest), undefined, 2)}\n`);
mkdirSync(join(into, 'man'));
writeFileSync(join(into, 'man/stele.1'), manualPage(COMMANDS));
if (values.pack !== undefined) pack(resolve(values.pack));

/** Modules of threads and of pages, which nothing imports: a URL beside the file that starts the thread, or sends the page, names them. */
function threadModules(): readonly string[] {
  const files = globSync('{host,log,storage,server,cli}/**/*.ts', { cwd: root });
  return files.flatMap((file) => {
    const named = readFileSync(join(root, file), 'utf8').matchAll(/new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g);
    return [...named].map(([, name = '']) => join(dirname(file), name));
  });
}

/** A folder that holds something else is not removed. */
function refuseOthers(folder: string): void {
  const names = existing(folder);
  if (names.length > 0 && !names.includes('cli')) throw new Error(`${folder} is not empty, and no package is in it`);
}

function existing(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function pack(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const name = execFileSync('npm', args, { cwd: into, encoding: 'utf8', shell: process.platform === 'win32' });
  console.log(join(folder, name.trim()));
}
