import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';

/** filippo.io/torchwood's witness as a child, with a key of its own in an agent of its own. */
export interface Litewitness extends AsyncDisposable {
  /** As the witness prints it. */
  readonly vkey: string;
  /** The submission prefix, which stays. */
  readonly url: string;
  /** Adds a log to those that it watches, as `witnessctl` does. */
  watch(origin: string, vkey: string): void;
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

const EMPTY_ROOT = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

/** @param folder - for its files, which are the caller's to remove */
export async function startLitewitness(program: string, folder: string): Promise<Litewitness> {
  const [key, socket, db] = ['key', 'agent.sock', 'witness.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const fingerprint = /SHA256:\S+/.exec(execFileSync('ssh-keygen', ['-lf', key], { encoding: 'utf8' }))?.[0] ?? '';
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  while (!existsSync(socket)) await sleep(10);
  execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  const listen = `127.0.0.1:${await freePort()}`;
  const names = ['-name', 'witness.test', '-key', fingerprint, '-ssh-agent', socket, '-db', db, '-listen', listen];
  let running = await run(program, names);
  return {
    vkey: running.vkey,
    url: `http://${listen}/`,
    watch(origin, vkey) {
      const rows = new DatabaseSync(db);
      rows.prepare('INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)').run(origin, EMPTY_ROOT);
      rows.prepare('INSERT INTO key (origin, key) VALUES (?, ?)').run(origin, vkey);
      rows.close();
    },
    goDown: () => end(running.child),
    async comeBack() {
      running = await run(program, names);
    },
    [Symbol.asyncDispose]: async () => {
      await end(running.child);
      await end(agent);
    },
  };
}

async function run(program: string, args: readonly string[]): Promise<{ child: ChildProcess; vkey: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  for (;;) {
    const vkey = /witness\.test\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*/.exec(said)?.[0];
    if (vkey !== undefined && said.includes('listening')) return { child, vkey };
    if (child.exitCode !== null) throw new Error(`litewitness did not start:\n${said}`);
    await sleep(10);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
