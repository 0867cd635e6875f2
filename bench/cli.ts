import { generateKeyPairSync, sign } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LogFolder, startServer, temporaryFolder } from '../testkit/server-process.ts';
import { proxyRates } from './cli-proxy.ts';
import { median } from './cpu.ts';
import type { BenchOptions } from './options.ts';

/** One command: milliseconds until it has ended, and how many starts of Node alone that is. */
export interface CliRow {
  readonly bench: string;
  readonly p50Ms?: number;
  readonly overNode?: number;
  readonly seconds?: number;
  readonly perSecond?: number;
  /** For each second of processor time, all threads of the command together. */
  readonly perCpuSecond?: number;
}

const MAIN = new URL('../cli/main.ts', import.meta.url).pathname;
const STARTS = 15;

/** Rows for the start of commands, in turns with Node alone, and for an upload and an audit of `--entries` entries. */
export async function cliRows({
  entries,
  connections,
}: Pick<BenchOptions, 'entries' | 'connections'>): Promise<readonly CliRow[]> {
  using folder = temporaryFolder();
  await using server = await startServer(folder);
  const files = makeFiles(folder, entries);
  const env = { STELE_SERVER: server.base, STELE_STATE: join(folder.parent, 'state') };
  const stele = (...words: readonly string[]): Promise<number> => timed([MAIN, ...words], files.folder, env);
  const [first = ''] = files.names;
  const signed = ['--signature', `${first}.sig`, '--key', 'key.pub'];
  await stele('upload', first, ...signed);
  await stele('proof', '1', '--into', 'proof');
  const starts = await startRows(files.folder, env, [
    ['--help'],
    ['checkpoint'],
    ['verify', first, ...signed, '--proof', 'proof'],
  ]);
  const concurrency = ['--concurrency', String(Math.min(connections, 64))];
  const upload = await stele('upload', ...files.names, '--signature', '{}.sig', '--key', 'key.pub', ...concurrency);
  const audit = await stele('audit', '--full', '--api', 'tiles');
  const clients = Math.min(connections, 32);
  const { direct, proxied } = await proxyRates(folder, server.base, { count: Math.min(entries, 1000), clients });
  await server.stop();
  return [
    ...starts,
    rateRow(`stele upload of ${entries}`, upload, entries),
    rateRow(`stele audit --full of ${entries}, tiles`, audit, entries),
    { bench: `submit to the log, ${clients} clients`, perSecond: direct },
    { bench: `submit through stele proxy, ${clients} clients`, perSecond: proxied },
  ];
}

function rateRow(bench: string, ms: number, entries: number): CliRow {
  return { bench, seconds: Number((ms / 1000).toFixed(2)), perSecond: Math.round((1000 * entries) / ms) };
}

async function startRows(
  cwd: string,
  env: Readonly<Record<string, string>>,
  commands: readonly (readonly string[])[],
): Promise<readonly CliRow[]> {
  const times = new Map<string, number[]>();
  const node = 'node alone';
  for (let i = 0; i <= STARTS; i += 1)
    for (const [name, words] of [
      [node, ['-e', '0']],
      ...commands.map((one) => [`stele ${one[0]}`, [MAIN, ...one]] as const),
    ] as const) {
      const ms = await timed(words, cwd, env);
      if (i > 0) times.set(name, [...(times.get(name) ?? []), ms]); // the first fills the cache of compiled modules
    }
  const alone = median(times.get(node) ?? []);
  return Array.from(times, ([bench, list]) => {
    const p50Ms = median(list);
    return { bench, p50Ms: Math.round(p50Ms), overNode: Number((p50Ms / alone).toFixed(2)) };
  });
}

interface Files {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Artifacts with a signature each, by one key. */
function makeFiles({ parent }: LogFolder, count: number): Files {
  const folder = join(parent, 'files');
  mkdirSync(folder);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(folder, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  const names = Array.from({ length: count }, (_, i) => `f${i}`);
  for (const name of names) {
    const content = Buffer.from(`artifact ${name}`);
    writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, `${name}.sig`), sign('sha256', content, privateKey));
  }
  return { folder, names };
}

/** Milliseconds until a run of Node has ended. @throws Error unless it ended with 0 */
async function timed(words: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<number> {
  const start = performance.now();
  const cache = join(env['STELE_STATE'] ?? cwd, 'compiled');
  const child = spawn(process.execPath, words, {
    cwd,
    env: { NODE_COMPILE_CACHE: cache, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${words.slice(0, 3).join(' ')} ended with ${code}`);
  return performance.now() - start;
}
