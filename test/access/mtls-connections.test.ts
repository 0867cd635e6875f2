import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf } from '../../server/bind.ts';
import { clientAuthorities } from '../../server/client-authorities.ts';
import { listen, type Listener } from '../../server/listen.ts';
import { certificateMaker, type CertificateMaker, type Issued } from './client-certificates.ts';
import { openPrivateLog, type PrivateLog } from './private-log.ts';

const ENTRIES = '/api/v1/log/entries';
const ACCESS_FILE = `anonymous: []
mtls:
  ca: [ca.pem]
  rules:
    - when: certificate.emails.size() > 0
      rights: [read, submit, audit]
`;

let make: CertificateMaker;
let log: PrivateLog;
let listener: Listener;
let alice: Issued;
let below: Issued;
let issuing: Issued;

beforeAll(async () => {
  make = certificateMaker();
  const ca = make.authority('ca');
  const server = make.leaf('server', 'IP:127.0.0.1');
  alice = make.leaf('alice', 'email:alice@acme.example');
  issuing = make.authority('issuing', [], ca);
  below = make.leaf('below', 'email:bob@acme.example', { by: issuing });
  log = await openPrivateLog(ACCESS_FILE, ['--tls-cert', server.cert, '--tls-key', server.key], make.folder);
  const settings = { listen: { host: '127.0.0.1', port: 0 }, tlsCert: server.cert, tlsKey: server.key };
  const authorities = await clientAuthorities({ access: log.file, tlsCert: server.cert });
  const limits = { maxConnections: 1000, maxConnectionsPerAddress: 1000 };
  listener = await listen({ ...settings, ...limits }, () => undefined, authorities);
  listener.serve(log.log.app);
});
afterAll(async () => {
  await listener[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  make[Symbol.dispose]();
});

const portOf = (): number => Number(addressOf(listener.http).split(':').at(-1));
const identity = (who: Issued, chain: readonly Issued[] = []) => ({
  ca: make.pem(make.at('ca.pem')),
  cert: [who, ...chain].map(({ cert }) => make.pem(cert)).join(''),
  key: readFileSync(who.key),
});

/** Status of a read over the connections of an agent. */
async function read(agent: Agent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const at = { host: '127.0.0.1', port: portOf(), path: `${ENTRIES}?logIndex=0`, agent };
  request(at, (answer) => {
    text(answer).then(() => resolve(answer.statusCode ?? 0), reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

it('a connection that is open loses its rights with the authority that is taken out of the file', async () => {
  const agent = new Agent({ ...identity(alice), keepAlive: true, maxSockets: 1 });
  expect(await read(agent)).toBe(200);
  const sockets = Object.values(agent.freeSockets).flatMap((list) => list ?? []);
  make.authority('next');
  writeFileSync(log.file, ACCESS_FILE.replace('ca.pem', 'next.pem'));
  await log.log.reloadAccess();
  try {
    expect(await read(agent)).toBe(401);
    expect(Object.values(agent.freeSockets).flatMap((list) => list ?? [])).toEqual(sockets);
  } finally {
    writeFileSync(log.file, ACCESS_FILE);
    await log.log.reloadAccess();
  }
  expect(await read(agent)).toBe(200);
  agent.destroy();
});

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a connection of %s that would be resumed shows its certificates anew',
  async (version) => {
    const options = { ...identity(below, [issuing]), minVersion: version, maxVersion: version } as const;
    const open = async (session?: Buffer): Promise<{ readonly isResumed: boolean; readonly answer: string }> => {
      const socket = connect({ ...options, host: '127.0.0.1', port: portOf(), ...(session && { session }) });
      socket.on('session', (fresh: Buffer) => sessions.push(fresh));
      socket.write(`GET ${ENTRIES}?logIndex=0 HTTP/1.1\r\nHost: log.test\r\nConnection: close\r\n\r\n`);
      let isResumed = true;
      socket.once('secureConnect', () => (isResumed = socket.isSessionReused()));
      const answer = await text(socket);
      return { isResumed, answer };
    };
    const sessions: Buffer[] = [];
    expect((await open()).answer).toMatch(/^HTTP\/1.1 200/);
    const again = await open(sessions[0]);
    expect(again.answer).toMatch(/^HTTP\/1.1 200/);
    expect(again.isResumed).toBe(false);
  },
);
