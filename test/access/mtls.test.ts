import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../server/bind.ts';
import { clientAuthorities } from '../../server/client-authorities.ts';
import { listen, type Listener } from '../../server/listen.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { jsonOf, stele } from '../support/stele.ts';
import { certificateMaker, type CertificateMaker, type Issued } from './client-certificates.ts';
import { bearer, openPrivateLog, type PrivateLog } from './private-log.ts';

const ENTRIES = '/api/v1/log/entries';
const CI = 'URI:spiffe://acme.example/ci';
const RULES = `
  rules:
    - when: certificate.uris.exists(u, u.startsWith("spiffe://acme.example/"))
      rights: [submit]
    - when: '"alice@acme.example" in certificate.emails'
      rights: [read, audit]
    - when: certificate.dns.exists(d, d.endsWith(".build.acme.example"))
      rights: [search]
`;
const access = (more = ''): string => `anonymous: []\ntokens: true\nmtls:\n  ca: [ca.pem]${more}${RULES}`;

let make: CertificateMaker;
let log: PrivateLog;
let listener: Listener;
let base: string;
let server: Issued;

beforeAll(async () => {
  make = certificateMaker();
  make.authority('ca');
  server = make.leaf('server', 'IP:127.0.0.1');
  const tls = ['--tls-cert', server.cert, '--tls-key', server.key];
  log = await openPrivateLog(access(), tls, make.folder);
  const settings = { listen: { host: '127.0.0.1', port: 0 }, tlsCert: server.cert, tlsKey: server.key };
  const authorities = await clientAuthorities({ access: log.file, tlsCert: server.cert });
  const limits = { maxConnections: 1000, maxConnectionsPerAddress: 1000 };
  listener = await listen({ ...settings, ...limits }, () => undefined, authorities);
  listener.serve(log.log.app);
  base = `https://${addressOf(listener.http)}`;
});
afterAll(async () => {
  await listener[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  make[Symbol.dispose]();
});

interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Asks over a connection of its own, with a certificate. @param chain - sent behind the certificate */
async function ask(
  who: Issued | undefined,
  path = `${ENTRIES}?logIndex=0`,
  { body, headers = {}, chain = [] }: Sent = {},
): Promise<Answered> {
  const cert = who && [who.cert, ...chain].map((file) => readFileSync(file, 'utf8')).join('');
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const options = {
    ca: make.pem(make.at('ca.pem')),
    agent: false,
    headers,
    method: body === undefined ? 'GET' : 'POST',
  };
  request(`${base}${path}`, { ...options, ...(who && { cert, key: readFileSync(who.key) }) }, (answer) => {
    text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, text: said }), reject);
  })
    .on('error', reject)
    .end(body);
  return promise;
}

interface Sent {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chain?: readonly string[];
}

const JSON_TYPE = { 'content-type': 'application/json' };
const submit = (who: Issued | undefined, words: string) =>
  ask(who, ENTRIES, { body: JSON.stringify(hashedrekord(words)), headers: JSON_TYPE });

describe('a client certificate', () => {
  it('has the rights of the rules that hold of its names, and no others', async () => {
    const [ci, alice, build] = [
      make.leaf('ci', CI),
      make.leaf('alice', 'email:alice@acme.example'),
      make.leaf('build', 'DNS:one.build.acme.example'),
    ];
    expect((await submit(ci, 'by certificate')).status).toBe(201);
    expect((await ask(alice)).status).toBe(200);
    const refused = await ask(ci);
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('certificate spiffe://acme.example/ci lacks the right read'),
    ]);
    expect((await submit(alice, 'who may read')).status).toBe(403);
    const found = await ask(build, '/api/v1/index/retrieve', {
      body: JSON.stringify({ hash: `sha256:${'0'.repeat(64)}` }),
      headers: JSON_TYPE,
    });
    expect([found.status, found.text.trim()]).toEqual([200, '[]']);
    expect((await ask(undefined)).status).toBe(401);
    expect((await ask(undefined, '/ping')).status).toBe(200);
  });

  it('is refused with 401 unless it is valid now, for clients, and below an authority of the log', async () => {
    const other = make.authority('other');
    const named = make.authority('ca-again', [], { cert: make.at('ca-again.pem'), key: make.at('ca-again.key') });
    const middle = make.leaf('middle', 'URI:spiffe://acme.example/middle');
    const cases: readonly (readonly [string, Issued, string])[] = [
      ['expired', make.leaf('expired', CI, { begins: 3, ends: -1 }), 'it has expired'],
      ['not yet', make.leaf('early', CI, { begins: -1, ends: 2 }), 'it is not valid yet'],
      ['another authority', make.leaf('stranger', CI, { by: other }), 'no chain leads'],
      ['signed by itself', named, 'it is of an authority'],
      [
        'an authority',
        make.authority('inner', ['subjectAltName=URI:spiffe://acme.example/inner'], {
          cert: make.at('ca.pem'),
          key: make.at('ca.key'),
        }),
        'it is of an authority',
      ],
      ['for servers', make.leaf('served', CI, { extensions: ['extendedKeyUsage=serverAuth'] }), 'not made for clients'],
      [
        'not for signing',
        make.leaf('sealed', CI, { extensions: ['keyUsage=keyEncipherment'] }),
        'not made for clients',
      ],
      ['issued by a leaf', make.leaf('below', CI, { by: middle }), 'no chain leads'],
      ['without a name', make.leaf('nameless', ''), 'it names nobody'],
    ];
    for (const [what, who, reason] of cases) {
      const chain = what === 'issued by a leaf' ? [middle.cert] : [];
      const answer = await ask(who, undefined, { chain });
      expect([what, answer.status, answer.text]).toEqual([what, 401, expect.stringContaining(reason)]);
      expect((await ask(who, '/ping')).status).toBe(200);
    }
    const good = make.leaf('good', CI, { extensions: ['extendedKeyUsage=clientAuth', 'keyUsage=digitalSignature'] });
    expect((await submit(good, 'for clients')).status).toBe(201);
  });

  it('may lead to its authority by others that it is sent with, unless these are for something else', async () => {
    const ca = { cert: make.at('ca.pem'), key: make.at('ca.key') };
    const issuing = make.authority('issuing', [], ca);
    const constrained = make.authority('constrained', ['nameConstraints=permitted;DNS:acme.example'], ca);
    const servers = make.authority('servers', ['extendedKeyUsage=serverAuth'], ca);
    const below = (name: string, by: Issued) => make.leaf(`of-${name}`, 'email:alice@acme.example', { by });
    const one = below('issuing', issuing);
    expect((await ask(one, undefined, { chain: [issuing.cert] })).status).toBe(200);
    expect((await ask(one)).status).toBe(401);
    for (const by of [constrained, servers])
      expect((await ask(below('unfit', by), undefined, { chain: [by.cert] })).status).toBe(401);
  });

  it('counts for nothing beside a token', async () => {
    const alice = make.leaf('alice-too', 'email:alice@acme.example');
    const token = await log.token('searcher', ['search']);
    expect((await ask(alice, undefined, { headers: bearer(token) })).status).toBe(403);
  });

  it('is sent by curl and by the commands of stele', async () => {
    const [alice, ci] = [make.leaf('curl', 'email:alice@acme.example'), make.leaf('cli', CI)];
    const words = ['-s', '--cacert', make.at('ca.pem'), '--cert', alice.cert, '--key', alice.key];
    const wanted = ['-o', '/dev/null', '-w', '%{http_code}', `${base}${ENTRIES}?logIndex=0`];
    expect((await promisify(execFile)('curl', [...words, ...wanted])).stdout).toBe('200');
    const env = { NODE_EXTRA_CA_CERTS: make.at('ca.pem'), STELE_STATE: make.at('state') };
    const client = (who: Issued) => ['--client-certificate', who.cert, '--client-key', who.key, '--output', 'json'];
    const got = await stele(['get', '0', '--server', base, ...client(alice)], { env });
    expect([got.code, got.err]).toEqual([0, expect.anything()]);
    expect(jsonOf(got)).toMatchObject({ entries: [{ logIndex: 0 }] });
    expect((await stele(['get', '0', '--server', base, ...client(ci)], { env })).code).not.toBe(0);
    const alone = await stele(['get', '0', '--server', base, '--client-key', ci.key], { env });
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('are given together')]);
  });
});

describe('the access file', () => {
  it('can be given other authorities, for connections that are open too', async () => {
    const alice = make.leaf('alice-moved', 'email:alice@acme.example');
    const kept = readFileSync(log.file, 'utf8');
    make.authority('next');
    writeFileSync(log.file, kept.replace('ca.pem', 'next.pem'));
    await log.log.reloadAccess();
    try {
      expect((await ask(alice)).status).toBe(401);
      const moved = make.leaf('moved', 'email:alice@acme.example', {
        by: { cert: make.at('next.pem'), key: make.at('next.key') },
      });
      expect((await ask(moved)).status).toBe(200);
    } finally {
      writeFileSync(log.file, kept);
      await log.log.reloadAccess();
    }
    expect((await ask(alice)).status).toBe(200);
  });

  it('is refused with all that is wrong in it', async () => {
    copyFileSync(make.leaf('leaf', CI).cert, make.at('leaf-only.pem'));
    const kept = readFileSync(log.file, 'utf8');
    writeFileSync(
      log.file,
      'mtls:\n  ca: [leaf-only.pem, none.pem]\n  header: x-other\n  rules:\n    - when: claims.a\n      rights: [read]\n',
    );
    try {
      await expect(log.log.reloadAccess()).rejects.toThrow(
        /:2: mtls.ca\[0\] is no certificate authority\n.*mtls.ca\[1\] cannot be read[^]*:3: mtls.header has to be one of[^]*:5: .*has a name claims that is none/,
      );
    } finally {
      writeFileSync(log.file, kept);
    }
  });
});
