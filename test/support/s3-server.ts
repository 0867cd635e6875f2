import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** Release of the object store that tests run on. */
const RELEASE = 'v1.8.0';

/** The program of a real object store on the path, or kept from an earlier build; undefined where there is none. */
export const VERSITYGW: string | undefined = findProgram();

/** Looked for once: where Go is there and the program is not, `STELE_TEST_BUILD_S3=1` has it built, in minutes, and kept. */
function findProgram(): string | undefined {
  const kept = join(homedir(), '.cache', 'stele-tests', `versitygw-${RELEASE}`);
  const folders = [...(process.env['PATH'] ?? '').split(':'), kept];
  const found = folders.map((folder) => join(folder, 'versitygw')).find((file) => existsSync(file));
  if (found !== undefined || process.env['STELE_TEST_BUILD_S3'] !== '1') return found;
  const source = `github.com/versity/versitygw/cmd/versitygw@${RELEASE}`;
  const built = spawnSync('nice', ['-n', '15', 'go', 'install', source], { env: { ...process.env, GOBIN: kept } });
  return built.status === 0 ? join(kept, 'versitygw') : undefined;
}

/** A real object store with one bucket, ended and removed once disposed of. */
export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  readonly bucket: string;
  /** Variables by which a client finds it. */
  readonly env: Readonly<Record<string, string>>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

const SECRETS = { AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'a secret for tests' } as const;

export async function startVersitygw(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'stele-s3-'));
  mkdirSync(join(folder, 'log'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const start = async (): Promise<void> => {
    const env = {
      ...process.env,
      ROOT_ACCESS_KEY: SECRETS.AWS_ACCESS_KEY_ID,
      ROOT_SECRET_KEY: SECRETS.AWS_SECRET_ACCESS_KEY,
    };
    child = spawn(VERSITYGW ?? '', ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder], {
      env,
      stdio: 'ignore',
    });
    ended = once(child, 'exit');
    for (let tries = 0; ; tries += 1) {
      const answered = await fetch(base).then(
        async (response) => (await response.arrayBuffer()) !== undefined,
        () => false,
      );
      if (answered) return;
      if (tries > 200 || child.exitCode !== null) throw new Error('versitygw did not start');
      await sleep(50);
    }
  };
  const kill = async (): Promise<void> => {
    child?.kill('SIGKILL');
    await ended;
  };
  await start();
  const env = { ...SECRETS, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: base };
  return {
    base,
    bucket: 'log',
    env,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
