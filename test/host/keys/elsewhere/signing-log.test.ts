import { createPublicKey } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashedrekord } from '../../../../testkit/proposals.ts';
import {
  type LogFolder,
  runServer,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../../../testkit/server-process.ts';
import {
  newSignerKeys,
  type SignerKeys,
  type SocketSigner,
  startSocketSigner,
} from '../../../support/socket-signer.ts';

const ENTRIES = '/api/v1/log/entries';

let folder: LogFolder;
let keys: SignerKeys;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  keys = newSignerKeys();
  path = join(folder.parent, 'signer.sock');
});
afterEach(() => folder[Symbol.dispose]());

const flagsOf = (place: string): string[] => ['--rekor-key', place, '--c2sp-key', place];

/** The command line of the first start: the keys exist already. */
const begin = (signer: SocketSigner) => startServer(folder, { flags: [...flagsOf(signer.place), '--begin'] });
const goOn = (place = `signer:unix:${path}`) => startServer(folder, { flags: flagsOf(place) });

async function submit({ base }: ServerProcess, artifact: string) {
  const body = JSON.stringify(hashedrekord(artifact));
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${base}${ENTRIES}`, { method: 'POST', body, headers });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text() };
}

async function sizeOf({ base }: ServerProcess): Promise<number> {
  return ((await (await fetch(`${base}/api/v1/log`)).json()) as { readonly treeSize: number }).treeSize;
}

async function readiness({ base }: ServerProcess) {
  const answer = await fetch(`${base}/readyz`);
  const { checks } = (await answer.json()) as { readonly checks: Readonly<Record<string, string>> };
  return [answer.status, checks['entries']];
}

async function untilStatus(server: ServerProcess, status: number, artifact: string): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if ((await submit(server, `${artifact} ${i}`)).status === status) return;
    await sleep(100);
  }
  throw new Error(`no answer ${status} came`);
}

describe('a log whose keys are with a signer', () => {
  it('begins, signs with them, and goes on after a restart, and no key is in its folder', async () => {
    await using signer = await startSocketSigner(path, keys);
    await using first = await begin(signer);
    expect((await submit(first, 'a')).status).toBe(201);
    const pem = createPublicKey(keys.rekor).export({ type: 'spki', format: 'pem' });
    expect(await (await fetch(`${first.base}/api/v1/log/publicKey`)).text()).toBe(pem);
    await first.stop();
    await using second = await goOn();
    expect((await submit(second, 'b')).status).toBe(201);
    expect(existsSync(join(folder.data, 'keys', 'rekor-v1.pem'))).toBe(false);
    expect(await sizeOf(second)).toBe(3);
  });

  it('takes entries of many at a time, in batches', async () => {
    await using signer = await startSocketSigner(path, keys);
    await using server = await begin(signer);
    signer.delayMs = 2;
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => submit(server, `entry ${i}`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(signer.mostAtOnce()).toBeGreaterThan(8);
  });

  it('is not begun without the flag, nor while the signer is away', async () => {
    const away = await runServer(folder, { flags: [...flagsOf(`signer:unix:${path}`), '--begin'] });
    expect(away.code).toBe(1);
    expect(away.said).toContain(`the signer of the rekor key (signer:unix:${path}) cannot be used`);
    expect(existsSync(folder.data)).toBe(false);
    await using signer = await startSocketSigner(path, keys);
    const unsure = await runServer(folder, { flags: flagsOf(signer.place) });
    expect(unsure.code).toBe(1);
    expect(unsure.said).toContain('start once with --begin');
  });

  it('refuses to start with a signer that has another key', async () => {
    {
      await using signer = await startSocketSigner(path, keys);
      await using server = await begin(signer);
      await server.stop();
    }
    await using other = await startSocketSigner(path, newSignerKeys());
    const refused = await runServer(folder, { flags: flagsOf(other.place) });
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('the rekor key is not the one this log has signed with since it began');
  });
});

describe('a signer that goes away', () => {
  it('has entries refused with 503, reads and probes go on, and entries are taken when it is back', async () => {
    let signer = await startSocketSigner(path, keys);
    await using server = await begin(signer);
    expect((await submit(server, 'before')).status).toBe(201);
    await signer[Symbol.asyncDispose]();

    const refused = await submit(server, 'meanwhile');
    expect([refused.status, refused.retryAfter]).toEqual([503, '1']);
    expect(refused.text).toContain('the signer of the log does not sign');
    expect(refused.text).not.toContain(path);
    expect(await sizeOf(server)).toBe(2);
    expect((await fetch(`${server.base}${ENTRIES}?logIndex=1`)).status).toBe(200);
    expect(await readiness(server)).toEqual([503, 'the signer of the log does not sign']);
    expect(
      server.lines().filter((line) => line.includes(`no entry is taken: the signer of the rekor key (${signer.place})`))
        .length,
    ).toBe(1);

    signer = await startSocketSigner(path, keys);
    await untilStatus(server, 201, 'after');
    expect(await readiness(server)).toEqual([200, 'ok']);
    expect(await sizeOf(server)).toBe(3);
    await server.stop();
    await signer[Symbol.asyncDispose]();
  });

  it('before a start leaves the log to be read, and entries are taken when it comes', async () => {
    {
      await using signer = await startSocketSigner(path, keys);
      await using server = await begin(signer);
      await server.stop();
    }
    await using server = await goOn();
    expect(await readiness(server)).toEqual([503, 'the signer of the log does not sign']);
    expect((await submit(server, 'too early')).status).toBe(503);
    expect(await sizeOf(server)).toBe(1);
    {
      await using other = await startSocketSigner(path, newSignerKeys());
      await sleep(1500);
      expect(other.requests).toContain('key ecdsa-p256-sha256'); // and its answer is not believed
      expect((await submit(server, 'of another')).status).toBe(503);
    }
    await using signer = await startSocketSigner(path, keys);
    await untilStatus(server, 201, 'in time');
    expect(signer.requests.some((request) => request.startsWith('sign ed25519 '))).toBe(true);
  });

  it('in the middle of a batch, or signs what does not verify: nothing is written', async () => {
    await using signer = await startSocketSigner(path, keys);
    await using server = await begin(signer);
    signer.spoil = (answer, request) =>
      request.startsWith('sign ecdsa') ? answer.replace(/ok .*/, 'ok AAAA') : answer;
    expect((await submit(server, 'forged')).status).toBe(503);
    expect(await sizeOf(server)).toBe(1);
    signer.spoil = (answer, request) => (request.startsWith('sign ed25519') ? undefined : answer);
    expect((await submit(server, 'half signed')).status).toBe(503);
    expect(await sizeOf(server)).toBe(1);
    signer.spoil = (answer) => answer;
    await untilStatus(server, 201, 'whole');
    expect(await sizeOf(server)).toBe(2);
  }, 30_000);
});

describe('a command that signs', () => {
  it('is started again when it died, and ends with the log', async () => {
    const [script, pids] = [join(folder.parent, 'signer.sh'), join(folder.parent, 'pids')];
    await using signer = await startSocketSigner(path, keys);
    const relay = `const net = require('net'); const s = net.connect(${JSON.stringify(path)}); process.stdin.pipe(s); s.pipe(process.stdout);`;
    writeFileSync(
      script,
      `#!/bin/sh\necho $$ >> ${pids}\nexec ${process.execPath} -e "${relay.replaceAll('"', '\\"')}"\n`,
    );
    chmodSync(script, 0o700);
    const running = (): readonly number[] =>
      readFileSync(pids, 'utf8')
        .trim()
        .split('\n')
        .map(Number)
        .filter((pid) => existsSync(`/proc/${pid}`));
    await using server = await startServer(folder, { flags: [...flagsOf(`signer:exec:${script}`), '--begin'] });
    expect((await submit(server, 'a')).status).toBe(201);
    const before = running();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await untilStatus(server, 201, 'b');
    const after = running();
    expect(before.filter((pid) => after.includes(pid))).toEqual([]);
    expect(after.length).toBeGreaterThan(0);
    await server.stop();
    for (let i = 0; running().length > 0 && i < 100; i += 1) await sleep(50);
    expect(running()).toEqual([]);
    expect(signer.requests.length).toBeGreaterThan(4);
  });
});
