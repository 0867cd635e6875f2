import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { type Listening, listenOn } from '../clients/services.ts';

/*
 * A registry with the packages that are installed here, so that npm installs without the internet. It serves what a package needs to
 * run: no source maps, no types, no sources of SQLite, and of its binaries those of this system.
 */

const PROJECT = new URL('../../', import.meta.url).pathname;
const LEFT_OUT = ['node_modules', '*.map', '*.d.ts', '*.d.mts', 'openpgp/dist/lightweight', 'better-sqlite3/deps', 'better-sqlite3/src', ...otherBinaries()];

function otherBinaries(): readonly string[] {
  const systems = ['darwin', 'linux', 'linuxmusl', 'win32'].flatMap((system) => [`${system}-arm64`, `${system}-x64`]);
  return systems.filter((system) => !system.endsWith(`-${process.arch}`) || !system.startsWith(process.platform)).map((one) => `prebuilds/${one}.node`);
}

interface Installed {
  readonly folder: string;
  readonly manifest: Readonly<Record<string, unknown>>;
}

type Packages = ReadonlyMap<string, ReadonlyMap<string, Installed>>;

/** Starts it, on a port of loopback. */
export async function startRegistry(): Promise<Listening> {
  const packages = installedPackages();
  const listening = await listenOn((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const [, name = '', version = ''] = /^\/(.+)\/-\/([^/]+)\.tar$/.exec(path) ?? [];
    const found = packages.get(name)?.get(version);
    if (found !== undefined) return sendTar(found.folder, response);
    const versions = packages.get(path.slice(1));
    if (versions === undefined) return void response.writeHead(404).end('{}');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(packument(path.slice(1), versions, `http://${request.headers.host}`)));
  });
  return listening;
}

/** All that the lockfile has for running, as far as it is installed: packages of other systems are not. */
function installedPackages(): Packages {
  const lockfile = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly version?: string }>>;
  };
  const packages = new Map<string, Map<string, Installed>>();
  for (const [path, { dev = false, version = '' }] of Object.entries(lockfile.packages)) {
    const folder = join(PROJECT, path);
    if (path === '' || dev || !existsSync(join(folder, 'package.json'))) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Installed['manifest'];
    packages.set(name, (packages.get(name) ?? new Map<string, Installed>()).set(version, { folder, manifest }));
  }
  return packages;
}

function packument(name: string, versions: ReadonlyMap<string, Installed>, base: string): object {
  const all = [...versions].map(([version, { manifest }]) => {
    const { devDependencies: _, scripts: __, ...rest } = manifest;
    return [version, { ...rest, name, version, dist: { tarball: `${base}/${name}/-/${version}.tar` } }] as const;
  });
  return { name, versions: Object.fromEntries(all), 'dist-tags': { latest: all.at(-1)?.[0] } };
}

function sendTar(folder: string, response: ServerResponse): void {
  const excluded = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
  const tar = spawn('tar', ['-C', dirname(folder), ...excluded, '-cf', '-', basename(folder)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  tar.stdout.pipe(response);
}
