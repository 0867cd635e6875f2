import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '../../../base/sha256.ts';
import { utf8 } from '../../../base/bytes.ts';
import { Unreachable } from '../../../client/http/failures.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { timeoutMs } from '../../log/open-log.ts';
import { stateFolder } from '../../log/state-folder.ts';
import type { proxy } from './about.ts';
import { readCredentials } from './credentials.ts';
import { Outbox } from './outbox.ts';
import { Sender } from './sender.ts';
import { proxyServer } from './server.ts';
import { submitter } from './submit.ts';
import { logFinder } from './trusted-log.ts';
import { openUpstream } from './upstream.ts';

type Asked = Run<(typeof proxy)['options']>;

const DEFAULTS = { listen: '127.0.0.1:3001', entries: 10_000, mebibytes: 1024, patience: 20, concurrency: 16 };
const MEBIBYTE = 1024 * 1024;
/** Milliseconds that requests which have begun may take when the proxy is ended. */
const LAST_MS = 5000;

export const run: CommandModule<(typeof proxy)['options']>['run'] = async (asked) => {
  const { options, globals, output } = asked;
  const to = options.to ?? globals.server;
  if (to === undefined) throw new UsageFault('proxy needs the log: give --to URL');
  const { host, port } = addressOf(options.listen ?? DEFAULTS.listen);
  const upstream = openUpstream(to, readCredentials(globals), timeoutMs(globals));
  const finder = logFinder(asked, upstream.transport);
  const remark = (sentence: string): void => output.remark(sentence);
  await finder.find().catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error;
    remark(`${error.message}. It is asked again when it is needed`);
  });
  using outbox = await openOutbox(asked, upstream.transport.base);
  const sender = new Sender(outbox, {
    send: submitter(finder, upstream.transport, remark),
    concurrency: options.concurrency ?? DEFAULTS.concurrency,
    patience: (options.patience ?? DEFAULTS.patience) * 1000,
    remark,
  });
  const isLoopback = isLocal(host);
  if (!isLoopback) remark(`everyone who reaches ${host} asks the log in the name of this proxy`);
  const server = proxyServer({ finder, upstream, sender, timeout: timeoutMs(globals), isLoopback, remark });
  const listening = await listen(server, host, port);
  const [server_, waiting] = [upstream.transport.base, outbox.waiting.length];
  output.result(
    { listening, server: server_, waiting },
    `${listening} is a proxy of ${server_}, ${waiting} entries wait\n`,
  );
  await ending();
  await end(server, sender);
  return 0;
};

/** In the state folder there is one for each log. @throws StateRefused if another proxy has it, or it is another log's */
function openOutbox({ options, ...asked }: Asked, base: string): Promise<Outbox> {
  const name = new URL(base).host.replaceAll(/[^a-z0-9.-]+/gi, '_');
  const own = join(stateFolder(asked), 'outbox', `${name}-${sha256Hex(utf8(base)).slice(0, 8)}`);
  return Outbox.open(options.outbox ?? own, base, {
    entries: options['outbox-entries'] ?? DEFAULTS.entries,
    bytes: (options['outbox-mib'] ?? DEFAULTS.mebibytes) * MEBIBYTE,
  });
}

/** @throws UsageFault */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const [host, port] = [bracketed ?? plain ?? '', Number(digits)];
  if ((isIP(host) > 0 || host === 'localhost') && port <= 65_535) return { host, port };
  throw new UsageFault(`--listen is an address and a port, such as 127.0.0.1:3001, not ${JSON.stringify(text)}`);
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** @returns the address as a URL @throws UsageFault */
async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageFault(`--listen ${host}:${port}: ${reason}`);
  });
  const { address, port: taken, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

/** Lets what has begun come to its end, for a while. */
async function end(server: Server, sender: Sender): Promise<void> {
  const late = new AbortController();
  server.close();
  server.closeIdleConnections();
  await Promise.race([
    Promise.all([sender.stop(), once(server, 'close')]),
    sleep(LAST_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  server.closeAllConnections();
}

/** Resolves when the program is asked to end. */
async function ending(): Promise<void> {
  const over = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.resolve());
  return over.promise;
}
