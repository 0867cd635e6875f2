import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { openRelay, type Relay } from '../support/relay.ts';
import { type Api, APIS, submissionFor } from '../support/submissions.ts';
import { type Posted, post, type ProxyProcess, startProxy, V1, V2 } from './proxy-process.ts';

let scratch: string;
let folder: LogFolder;
let relay: Relay;
let server: ServerProcess;
const start = async (): Promise<void> => {
  server = await startServer(folder, { flags: ['--origin', 'outbox.test'] });
  relay.leadTo(server.base);
};
beforeAll(async () => {
  [scratch, folder, relay] = [mkdtempSync(join(tmpdir(), 'stele-outbox-')), temporaryFolder(), await openRelay()];
  await start();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const send = (proxy: ProxyProcess, api: Api, body: unknown): Promise<Posted> =>
  post(proxy.base, api === 'v1' ? V1 : V2, body);
const sizeOf = async (): Promise<number> =>
  ((await (await fetch(`${server.base}/api/v1/log`)).json()) as { treeSize: number }).treeSize;
const waitingIn = (outbox: string): number =>
  readdirSync(join(outbox, 'waiting')).filter((name) => name.endsWith('.json')).length;
/** Resolves once the outbox has nothing to send. */
async function drained(outbox: string): Promise<void> {
  for (let i = 0; i < 1000 && waitingIn(outbox) > 0; i += 1) await sleep(20);
  expect(waitingIn(outbox)).toBe(0);
}

let proxies = 0;
async function openProxy(patience: string, outbox = join(scratch, `outbox-${(proxies += 1)}`), ...more: string[]) {
  const words = ['--outbox', outbox, '--patience', patience, ...more];
  const proxy = await startProxy({ to: relay.base, state: join(scratch, 'state'), words });
  return { proxy, outbox };
}

describe('stele proxy while the log is away', () => {
  it('keeps submissions, sends them once it is back, and answers who asks again with that entry: none twice', async () => {
    const { proxy, outbox } = await openProxy('1');
    await using _ = proxy;
    const known = await send(proxy, 'v1', submissionFor('v1', 'so that it knows the log').body);
    expect(known.status).toBe(201);
    await server.kill();
    const sent = APIS.map((api) => ({ api, body: submissionFor(api, `sent to nobody by ${api}`).body }));
    const kept = await Promise.all(sent.map(({ api, body }) => send(proxy, api, body)));
    for (const { status, headers, text } of kept) {
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect((JSON.parse(text) as { message: string }).message).toMatch(
        /The entry is kept, and sent when the log answers/,
      );
    }
    expect(waitingIn(outbox)).toBe(2);
    await start();
    await drained(outbox);
    const size = await sizeOf();
    for (const { api, body } of sent) {
      const [first, again] = [await send(proxy, api, body), await send(proxy, api, body)];
      expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    }
    expect(await sizeOf()).toBe(size);
  });

  it('a client that waits has its 201 when the log comes back before its patience is over', async () => {
    const { proxy } = await openProxy('60');
    await using _ = proxy;
    await server.kill();
    const answers = APIS.map((api) => send(proxy, api, submissionFor(api, `waits by ${api}`).body));
    await start();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([201, 201]);
  });

  it('a proxy that is killed with a full outbox, and began while the log was away, loses none and sends none twice', async () => {
    const before = await sizeOf();
    await server.kill();
    const { proxy, outbox } = await openProxy('1', undefined, '--outbox-entries', '40');
    const bodies = Array.from({ length: 40 }, (_, i) => submissionFor('v1', `kept ${i}`).body);
    await Promise.all(bodies.map((body) => send(proxy, 'v1', body)));
    const beyond = await send(proxy, 'v1', submissionFor('v1', 'one too many').body);
    expect([beyond.status, beyond.text]).toEqual([503, expect.stringContaining('the outbox is full')]);
    await proxy.kill();
    expect(waitingIn(outbox)).toBe(40);
    const { proxy: next } = await openProxy('60', outbox, '--concurrency', '2');
    expect(next.waiting).toBe(40);
    await start();
    for (let i = 0; i < 1000 && waitingIn(outbox) > 20; i += 1) await sleep(5);
    await next.kill(); // in the middle of sending
    const { proxy: last } = await openProxy('60', outbox);
    await using _ = last;
    await drained(outbox);
    expect(await sizeOf()).toBe(before + 40);
    const answers = await Promise.all(bodies.map((body) => send(last, 'v1', body)));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(await sizeOf()).toBe(before + 40);
  });

  it('a second proxy on the same outbox is refused, and later one that is for another log', async () => {
    const { proxy, outbox } = await openProxy('1');
    await expect(openProxy('1', outbox)).rejects.toThrow(/another stele works with this state/);
    await proxy.kill();
    const other = startProxy({ to: server.base, state: join(scratch, 'state'), words: ['--outbox', outbox] });
    await expect(other).rejects.toThrow(/this is the outbox of http.*: give another --outbox/);
  });

  it('ends when it is asked to, and what is kept stays kept', async () => {
    const { proxy, outbox } = await openProxy('1');
    await server.kill();
    await send(proxy, 'v1', submissionFor('v1', 'kept at the end').body);
    await proxy.kill('SIGTERM');
    expect(waitingIn(outbox)).toBe(1);
    await start();
  });
});
