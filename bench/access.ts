import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { tokenFile } from '../host/access/token-file.ts';
import { newToken, tokenHash } from '../host/access/token-text.ts';
import { type ServerProcess, temporaryFolder } from '../testkit/server-process.ts';
import type { LoopResult } from './closed-loop.ts';
import { Generator } from './load.ts';
import { cpuSeconds } from './machine.ts';
import { portOf, startMeasured, stopped } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { type PolicyRow, policyRows } from './policy.ts';

/*
 * The cost of knowing who asks. Three servers run at the same time, one without an access file, one with tokens, one with an
 * OIDC issuer, and take turns of a quarter of a second: what else the machine does, it does to all of them.
 */

export interface AccessRow {
  readonly bench: string;
  /** Answers a second. */
  readonly perSecond: number;
  /** Processor time of the server for an answer, in microseconds. */
  readonly serverMicroseconds: number;
  /** Both over those of the server without an access file. */
  readonly rateOfPublic: number;
  readonly timeOfPublic: number;
}

interface Contender extends AsyncDisposable {
  readonly name: string;
  readonly server: ServerProcess;
  /** Line of a request's head with its credential. */
  readonly headers: string;
}

const AUDIENCE = 'https://bench.test';

/** Seconds of a turn. */
const TURN_S = 0.25;

/** The most that all servers may take in a second of the loads together. */
const MOST_A_SECOND = 4000;

/** A load: sends for some seconds to one server, with its credential. */
type Load = (contender: Contender, seconds: number) => Promise<LoopResult>;

export async function accessRows(options: BenchOptions): Promise<readonly (AccessRow | PolicyRow)[]> {
  const { connections, kind } = options;
  using generator = new Generator();
  await using cleanup = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const start of [openToAll, withTokens, withIssuer]) contenders.push(cleanup.use(await start(options)));
  await generator.make(kind, MOST_A_SECOND * contenders.length * (options.warmUp + options.seconds));
  const submit: Load = ({ server, headers }, seconds) =>
    generator.submit({ port: portOf(server), connections, seconds, headers });
  const ask: Load = ({ server, headers }, seconds) =>
    generator.ask({ port: portOf(server), connections, seconds }, [{ path: '/api/v1/log', headers }]);
  const rows = [
    ...(await inTurns(contenders, submit, `submit ${kind} x${connections}`, options)),
    ...(await inTurns(contenders, ask, `log info x${connections}`, options)),
  ];
  for (const { server } of contenders) await stopped(server);
  return [...rows, ...(await policyRows())];
}

/** Sums of the turns of one contender. */
interface Sums {
  done: number;
  seconds: number;
  cpuSeconds: number;
}

async function inTurns(
  contenders: readonly Contender[],
  load: Load,
  name: string,
  { seconds, warmUp }: BenchOptions,
): Promise<readonly AccessRow[]> {
  const sums = contenders.map((): Sums => ({ done: 0, seconds: 0, cpuSeconds: 0 }));
  for (const contender of contenders) await load(contender, warmUp);
  for (let round = 0; round < seconds / TURN_S; round += 1)
    for (const place of contenders.keys()) {
      const at = (place + round) % contenders.length; // nobody is always the first
      const [contender, sum] = [contenders[at], sums[at]];
      if (contender !== undefined && sum !== undefined) await turn(contender, load, sum);
    }
  const figures = sums.map((sum) => ({
    perSecond: sum.done / sum.seconds,
    serverMicroseconds: (sum.cpuSeconds * 1e6) / sum.done,
  }));
  return figures.map((own, i) => ({
    bench: `${name}, ${contenders[i]?.name}`,
    ...own,
    rateOfPublic: own.perSecond / (figures[0]?.perSecond ?? Number.NaN),
    timeOfPublic: own.serverMicroseconds / (figures[0]?.serverMicroseconds ?? Number.NaN),
  }));
}

async function turn(contender: Contender, load: Load, sum: Sums): Promise<void> {
  const before = cpuSeconds(contender.server.pid);
  const { done, refused, seconds } = await load(contender, TURN_S);
  if (Object.keys(refused).length > 0) throw new Error(`${contender.name} refused: ${JSON.stringify(refused)}`);
  sum.done += done;
  sum.seconds += seconds;
  sum.cpuSeconds += cpuSeconds(contender.server.pid) - before;
}

async function openToAll(options: BenchOptions): Promise<Contender> {
  return startContender('no access file', options, {});
}

async function withTokens(options: BenchOptions): Promise<Contender> {
  const token = newToken();
  const record = { name: 'bench', hash: tokenHash(token), rights: ['submit', 'read', 'audit'], created: Date.now() };
  const tokens = { version: 1, tokens: [record] };
  return startContender('a token', options, { access: 'anonymous: []\ntokens: true\n', tokens, token });
}

/** The issuer answers from this process, twice in all. */
async function withIssuer(options: BenchOptions): Promise<Contender> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }];
  const issuer = createServer(({ url }, response) =>
    response.end(JSON.stringify(url === '/keys' ? { keys } : { issuer: address, jwks_uri: `${address}/keys` })),
  );
  await new Promise<void>((listening) => issuer.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const claims = { iss: address, aud: AUDIENCE, sub: 'repo:acme/tool:ref:refs/heads/main', repository_owner: 'acme' };
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuedAt()
    .setExpirationTime('1h');
  const rule = `{when: 'claims.repository_owner == "acme"', rights: [submit, read, audit]}`;
  const access = `anonymous: []\nissuers:\n  - {issuer: "${address}", audience: "${AUDIENCE}", rules: [${rule}]}\n`;
  const opened = await startContender('an ID token', options, { access, token: await jwt.sign(privateKey) });
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      issuer.close();
    },
  };
}

interface Access {
  readonly access?: string;
  readonly tokens?: object;
  readonly token?: string;
}

async function startContender(
  name: string,
  options: BenchOptions,
  { access, tokens, token }: Access,
): Promise<Contender> {
  const folder = temporaryFolder();
  const file = join(folder.parent, 'access.yaml');
  if (access !== undefined) writeFileSync(file, access);
  if (tokens !== undefined) {
    mkdirSync(dirname(tokenFile(folder.data)), { recursive: true });
    writeFileSync(tokenFile(folder.data), JSON.stringify(tokens));
  }
  const server = await startMeasured(folder, options, access === undefined ? [] : ['--access', file]);
  const headers = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  };
  return { name, server, headers, [Symbol.asyncDispose]: dispose };
}
