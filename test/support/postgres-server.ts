import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** The folder of PostgreSQL's programs, the newest that Debian installed or that the path leads to; undefined where there are none. */
export const POSTGRES: string | undefined = findPrograms();

function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** A real PostgreSQL in a folder of its own, ended and removed once disposed of. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** `postgres://stele@127.0.0.1:<port>/postgres` */
  readonly url: string;
  /** Runs SQL as psql does. @returns what it prints */
  sql(text: string): string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it is nobody who runs it. */
const NOBODY = 65_534;
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** @param settings - as in postgresql.conf */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stele-postgres-'));
  chmodSync(folder, 0o755);
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'stele', '--no-sync', '-E', 'UTF8', '--locale=C'], folder);
  const port = await freePort();
  let ended: Promise<unknown> = Promise.resolve();
  let child: ReturnType<typeof spawn> | undefined;
  const all = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: folder, ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const sql = (text: string): string =>
    execFileSync(
      join(POSTGRES ?? '', 'psql'),
      ['-h', '127.0.0.1', '-p', String(port), '-U', 'stele', '-d', 'postgres', '-Atc', text],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ).trim();
  const start = async (): Promise<void> => {
    child = spawn(join(POSTGRES ?? '', 'postgres'), ['-D', data, ...flags], { ...user, cwd: folder, stdio: 'ignore' });
    ended = once(child, 'exit');
    for (let tries = 0; !answers(port); tries += 1) {
      if (tries > 400 || child.exitCode !== null) throw new Error('PostgreSQL did not start');
      await sleep(50);
    }
  };
  const kill = async (): Promise<void> => {
    child?.kill('SIGQUIT'); // ends at once, its children with it
    await ended;
  };
  await start();
  return {
    port,
    url: `postgres://stele@127.0.0.1:${port}/postgres`,
    sql,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): boolean {
  return spawnSync(join(POSTGRES ?? '', 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-q']).status === 0;
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(join(POSTGRES ?? '', program), args, { ...user, cwd, stdio: 'ignore' });
}
