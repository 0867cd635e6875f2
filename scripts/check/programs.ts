import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Debian packages of programs that are not called as their package is. */
const PACKAGES: Readonly<Record<string, string>> = { 'pkcs11-tool': 'opensc', 'softhsm2-util': 'softhsm2' };

/** Installs programs that tests run, where that needs nobody's leave: on Debian, by root or by who may become root. */
export function provide(programs: readonly string[]): void {
  const missing = programs.filter((program) => !installed(program)).map((program) => PACKAGES[program] ?? program);
  if (missing.length === 0) return;
  const say = (text: string): void => console.log(`${missing.join(', ')}: ${text}`);
  const root = becomeRoot();
  if (!existsSync('/etc/debian_version')) return say('not here; the tests that need them fail until you install them');
  if (root === undefined)
    return say(`not here; the tests that need them fail until you run: sudo apt-get install ${missing.join(' ')}`);
  say('installing, because tests need them');
  const apt = (...args: readonly string[]): boolean => succeeds([...root, 'apt-get', ...args]);
  const done = apt('-qq', 'update') && apt('-qq', '-y', '--no-install-recommends', 'install', ...missing);
  say(done ? 'installed' : 'could not be installed; the tests that need them fail');
}

/**
 * Puts a program of a Debian package on the path of the tests without installing it, for a package that would start a service.
 * Needs no leave.
 */
export function provideUnpacked(name: string, program: string): void {
  if (installed(program)) return;
  const folder = join('node_modules', '.cache', 'stele-programs', name);
  if (!existsSync(join(folder, 'usr/bin', program))) unpack(name, folder);
  if (!existsSync(join(folder, 'usr/bin', program)))
    return console.log(`${program}: not here; the tests that need it fail until you install the package ${name}`);
  process.env['PATH'] = `${process.env['PATH']}${delimiter}${resolve(folder, 'usr/bin')}`;
}

/** Installs PostgreSQL, which tests run in folders of their own, without the database that Debian would start. */
export function providePostgres(): void {
  const [debian, conf] = ['/usr/lib/postgresql', '/etc/postgresql-common'];
  if (installed('initdb') || existsSync(debian)) return;
  const root = becomeRoot();
  const without = `mkdir -p ${conf} && printf 'create_main_cluster = false\\n' >> ${conf}/createcluster.conf`;
  const done =
    existsSync('/etc/debian_version') &&
    root !== undefined &&
    succeeds([...root, 'sh', '-c', without]) &&
    succeeds([...root, 'apt-get', '-qq', '-y', '--no-install-recommends', 'install', 'postgresql']);
  console.log(`postgresql: ${done ? 'installed' : 'not here; the tests of records in PostgreSQL are skipped'}`);
}

function unpack(name: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (!succeeds(['apt-get', '-qq', '-o', 'APT::Sandbox::User=root', 'download', name], folder)) return;
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (archive === undefined) return;
  succeeds(['dpkg-deb', '-x', archive, '.'], folder);
  rmSync(join(folder, archive));
}

function installed(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** Returns the words before a command that only root may run; undefined if this user may not. */
function becomeRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return succeeds(['sudo', '-n', 'true']) ? ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive'] : undefined;
}

function succeeds([command = '', ...args]: readonly string[], cwd = '.'): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env, cwd }).status === 0;
}
