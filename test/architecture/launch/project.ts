import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = `
console.log(process.pid, JSON.stringify(process.argv.slice(2)));
if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]));
if (process.argv[2] === 'die') process.kill(process.pid, process.argv[3]);
if (process.argv[2] === 'wait') {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM']) {
    process.on(signal, () => {
      console.log('got ' + signal);
      if (signal === 'SIGHUP' && process.argv[3] === 'goes on') return;
      setTimeout(() => process.exit(7), 200);
    });
  }
  console.log('ready');
  setInterval(() => {}, 1000);
}
`;

/** Makes the launcher believe that it runs on another Node: an old one, or one that cannot replace itself. */
const PRETENCES = {
  none: '',
  noExecve: 'data:text/javascript,process.execve=undefined',
  old: "data:text/javascript,process.execve=undefined;Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})",
} as const;

export interface Start {
  readonly file?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly pretend?: keyof typeof PRETENCES;
  /** Whether a shell stands before the launcher, as it does for npm. */
  readonly shell?: boolean;
  /** Whether it leads a process group of its own, which a signal can be sent to as a whole. */
  readonly group?: boolean;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly end: Promise<End>;
  /** Resolves when the program has printed `text`. */
  printed(text: string): Promise<void>;
}

/** A project with a launcher, a lockfile of one package and one development package, and a program. */
export class Project implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stele-launch-'));
  readonly #diary = join(this.folder, 'diary');

  constructor() {
    for (const name of ['scripts', 'server', 'runtime']) mkdirSync(join(this.folder, name));
    for (const name of ['launch.mjs', 'launch'])
      cpSync(join('scripts', name), join(this.folder, 'scripts', name), { recursive: true });
    writeFileSync(join(this.folder, 'server', 'main.ts'), PROGRAM);
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
    this.lock('', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/d': { version: '1.0.0', dev: true } });
    const name = `node_modules/node-${process.platform}-${process.arch}`;
    this.lock('runtime', { [name]: { version: '26.0.0', optional: true } });
    writeFileSync(this.#diary, '');
  }

  lock(folder: string, packages: object): void {
    writeFileSync(
      join(this.folder, folder, 'package-lock.json'),
      JSON.stringify({ packages: { '': {}, ...packages } }),
    );
  }

  start({ file = 'server/main.ts', args = [], env = {}, pretend = 'none', shell = false, group }: Start): Running {
    const pretence = PRETENCES[pretend] === '' ? [] : ['--import', PRETENCES[pretend]];
    const command = [process.execPath, ...pretence, join(this.folder, 'scripts', 'launch.mjs'), file, ...args];
    const [program = '', ...rest] = shell ? ['sh', '-c', '"$@"; exit $?', 'sh', ...command] : command;
    const child = spawn(program, rest, {
      env: {
        PATH: process.env['PATH'],
        npm_execpath: join(import.meta.dirname, 'npm-cli.cjs'),
        NPM_DIARY: this.#diary,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: group ?? false,
    });
    const texts = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
    const end = new Promise<End>((done) => {
      child.once('close', (code, signal) => done({ code, signal, ...texts }));
    });
    return {
      child,
      end,
      async printed(text) {
        while (!texts.out.includes(text)) await once(child.stdout, 'data');
      },
    };
  }

  run(start: Start): Promise<End> {
    return this.start(start).end;
  }

  /** How often npm was called. */
  get installations(): number {
    return readFileSync(this.#diary, 'utf8').split('\n').length - 1;
  }

  /** Names of the packages that npm put into `node_modules`. */
  get packages(): readonly string[] {
    return this.names('node_modules').filter((name) => name !== '.cache');
  }

  /** Files and folders in `path`; none if there is no such folder. */
  names(path: string): readonly string[] {
    return existsSync(join(this.folder, path)) ? readdirSync(join(this.folder, path)) : [];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
