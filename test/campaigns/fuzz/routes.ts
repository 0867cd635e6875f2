import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashedrekord, intoto002, newSubmitter, statement } from '../../../testkit/proposals.ts';
import { type LogFolder, type ServerProcess, startServer } from '../../../testkit/server-process.ts';
import { randomFrom } from '../../backup/random.ts';
import { created, type Receipt, submissionOf, submit } from '../../crash/client.ts';
import { IndependentLog } from '../../support/independent-log.ts';
import { rawConnection } from '../../support/raw-connection.ts';
import { among, mutated } from './mutate.ts';

/* Requests made of good ones for every operation, to a real server: it answers each in time, with no 5xx, and does not grow. */

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** Status for a method that the server has nowhere: RFC 9110 §9.1. */
const NOT_IMPLEMENTED = 501;
const SENDERS = 8;
/** Milliseconds in which a request is answered, unless the machine has too much to do: the best of several tries counts. */
const LONGEST_ANSWER_MS = 1000;
const TRIES = 4;
/** Of all requests, those whose bytes are changed as they go over the wire. */
const RAW_SHARE = 0.1;
/** Bytes by which the process may grow after a quarter of the requests. */
const MOST_GROWN_BYTES = 128 * 2 ** 20;
const WARM_SHARE = 0.25;

export interface RoutesPlan {
  readonly inputs: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** @throws Error for a request that is answered by a 5xx, late or not at all, and for a server that grows or ends */
export async function fuzzRoutes(
  folder: LogFolder,
  { inputs, seed, say }: RoutesPlan,
): Promise<Readonly<Record<string, number>>> {
  await using server = await startServer(folder);
  const random = randomFrom(seed);
  const good = await goodRequests(server.base);
  const agent = new Agent({ keepAlive: true });
  const statuses = new Map<number, number>();
  let [begun, warmBytes, said] = [0, 0, performance.now()];
  const sender = async (): Promise<void> => {
    while (begun < inputs) {
      begun += 1;
      const next = changed(among(good, random), random);
      if (random() < RAW_SHARE) await sendRaw(server.base, next, random);
      else count(statuses, await requireAnswer(server, next, agent));
      if (warmBytes === 0 && begun > inputs * WARM_SHARE) warmBytes = residentBytes(server.pid);
      if (performance.now() - said < 10_000) continue;
      said = performance.now();
      say(`${begun} of ${inputs} requests`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  agent.destroy();
  const grown = residentBytes(server.pid) - warmBytes;
  if (grown > MOST_GROWN_BYTES) throw new Error(`the server has grown by ${grown} bytes`);
  const { code } = await server.stop();
  if (code !== 0) throw new Error(`the server ends with ${code}:\n${server.lines().slice(-3).join('\n')}`);
  return {
    requests: begun,
    grownBytesOfServer: grown,
    ...Object.fromEntries([...statuses].map(([status, n]) => [`status${status}`, n])),
  };
}

const count = (statuses: Map<number, number>, { status }: Answered): void =>
  void statuses.set(status, (statuses.get(status) ?? 0) + 1);

/** One for each operation, and for each form of it. */
async function goodRequests(base: string): Promise<readonly Request[]> {
  const receipts: Receipt[] = [];
  for (let turn = 0; turn < 8; turn += 1)
    receipts.push(created(await submit(base, submissionOf(`fuzzed ${turn}`, turn))));
  const { id = '' } = receipts[3] ?? {};
  const submitter = newSubmitter();
  const post = (path: string, body: unknown): Request => ({
    method: 'POST',
    path,
    headers: {
      'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
      accept: 'application/json',
    },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const reads = operationPaths().map((path) =>
    path
      .replace('{entryUUID}', id)
      .replace('{entry}', '3')
      .replace('{log}', 'ab'.repeat(32))
      .replace('{index}', '000.p/7'),
  );
  return [
    ...reads.map((path) => ({ method: 'GET', path, headers: { accept: 'application/json' }, body: Buffer.alloc(0) })),
    ...[...ID_PATHS, `/api/v1/log/entries/${id}`].map((path) => ({
      method: 'GET',
      path,
      headers: {},
      body: Buffer.alloc(0),
    })),
    post('/api/v1/log/entries', hashedrekord('new', submitter)),
    post('/api/v1/log/entries', intoto002(statement('new'), submitter)),
    post('/api/v2/log/entries', v2Request(submitter)),
    post('/api/v1/log/entries/retrieve', { logIndexes: [1, 2], entryUUIDs: [id] }),
    post('/api/v1/index/retrieve', { hash: submissionOf('fuzzed 1', 1).digest, operator: 'or' }),
    post('/api/v1/index/retrieve?limit=2&after=0', { email: 'a@b.example' }),
    post('/add-checkpoint', new IndependentLog('fuzzed.test').request({ old: 3, size: 7 })),
  ];
}

const ID_PATHS = [
  '/api/v1/log/entries?logIndex=3',
  '/api/v1/log/proof?firstSize=2&lastSize=7',
  '/api/v2/log/heads?below=7&limit=3',
  '/tile/entries/000.p/7',
  '/tile/0/000.p/7',
];

function v2Request({ pem }: ReturnType<typeof newSubmitter>): unknown {
  const rawBytes = pem.replaceAll(/-----[^-]+-----|\n/g, '');
  const verifier = { publicKey: { rawBytes }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
  const digest = Buffer.alloc(32).toString('base64');
  return { hashedRekordRequestV002: { digest, signature: { content: rawBytes, verifier } } };
}

function operationPaths(): readonly string[] {
  const file = new URL('../../../openapi/openapi.json', import.meta.url);
  return Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { readonly paths: object }).paths);
}

const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['accept', ['*/*', 'application/x-yaml', 'text/html;q=0.1, a/b', 'application/json;q=nan', '']],
  ['content-type', ['application/json; charset=utf-16', 'text/plain', 'multipart/form-data', 'x']],
  ['content-encoding', ['gzip', 'br', 'identity']],
  ['if-none-match', ['*', '"x"', 'W/"', '']],
  ['range', ['bytes=0-1', 'bytes=5-1', 'bytes=-']],
  ['accept-encoding', ['gzip;q=0', 'gzip', 'zstd, br']],
  ['x-request-id', ['a'.repeat(300), '\u00ff']],
  ['expect', ['100-continue']],
];

function changed(good: Request, random: () => number): Request {
  const part = among(['path', 'body', 'headers', 'method', 'all'] as const, random);
  const has = (one: typeof part): boolean => part === one || part === 'all';
  const [name, values] = among(HEADERS, random);
  return {
    method: part === 'method' ? among(METHODS, random) : good.method,
    path: has('path') || good.body.length === 0 ? changedPath(good.path, random) : good.path,
    headers: has('headers') ? { ...good.headers, [name]: among(values, random) } : good.headers,
    body: has('body') && good.body.length > 0 ? changedBytes(good.body, random) : good.body,
  };
}

const changedBytes = (bytes: Buffer, random: () => number): Buffer =>
  mutated(bytes, { random, corpus: [bytes], words: ['logIndex', '%00', '%2e%2e', 'publicKey', 'sha256:', 'spec'] });

/** No client lets other characters through; the raw requests have them. */
const changedPath = (path: string, random: () => number): string =>
  `/${changedBytes(Buffer.from(path.slice(1)), random)
    .toString('latin1')
    .replaceAll(/[^\u0021-\u007e]/g, '%')}`;

async function requireAnswer({ base, lines }: ServerProcess, asked: Request, agent: Agent): Promise<Answered> {
  let bestMs = Infinity;
  for (let left = TRIES; left > 0; left -= 1) {
    const { status, ms } = await send(base, asked, agent);
    if (status >= 500 && status !== NOT_IMPLEMENTED)
      throw new Error(`status ${status} for ${shown(asked)}:\n${lines().slice(-2).join('\n')}`);
    bestMs = Math.min(bestMs, ms);
    if (bestMs <= LONGEST_ANSWER_MS) return { status, ms };
  }
  throw new Error(`${bestMs} ms for ${shown(asked)}`);
}

const shown = ({ method, path, headers, body }: Request): string =>
  `${method} ${path} ${JSON.stringify(headers)} ${body.toString('base64')}`;

/** Status 0 where the connection was closed: a server may refuse the rest of what is no HTTP. */
function send(base: string, { method, path, headers, body }: Request, agent: Agent): Promise<Answered> {
  const begun = performance.now();
  const { promise, resolve } = Promise.withResolvers<Answered>();
  const done = (status: number): void => resolve({ status, ms: performance.now() - begun });
  const asked = request(
    base,
    { method, path, agent, headers: { ...headers, 'content-length': body.length } },
    (answer) => {
      answer.on('end', () => done(answer.statusCode ?? 0)).on('error', () => done(0));
      answer.resume();
    },
  );
  asked.on('error', () => done(0)).end(body);
  return promise;
}

const RAW_WAIT_MS = 200;

/** Sends changed bytes of a whole request, and asks for something good on a connection of its own: that has to be answered. */
async function sendRaw(base: string, { method, path, headers, body }: Request, random: () => number): Promise<void> {
  using connection = await rawConnection(base);
  const lines = Object.entries({ host: 'x', ...headers, 'content-length': String(body.length) });
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join(
    '\r\n',
  );
  connection.send(changedBytes(Buffer.concat([Buffer.from(head), body]), random));
  await Promise.race([connection.read(1), sleep(RAW_WAIT_MS)]);
}

function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) * 1024;
}
