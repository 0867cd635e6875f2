import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, type Issuer, startIssuer } from './oidc-issuer.ts';
import { basic, bearer, openPrivateLog, type PrivateLog } from './private-log.ts';

const accessOf = (issuer: string, more = ''): string => `
anonymous: []
issuers:
  - issuer: ${issuer}
    audience: ${AUDIENCE}
    algorithms: [RS256]
    rules:
      - when: claims.client_id == "ci" || claims.repository_owner == "acme" && claims.ref.startsWith("refs/heads/")
        rights: [read]
${more}`;

let issuer: Issuer;
let open: PrivateLog;
beforeAll(async () => {
  issuer = await startIssuer();
  open = await openPrivateLog(accessOf(issuer.url));
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const ACME = { repository_owner: 'acme', ref: 'refs/heads/main' };
const read = (headers: Record<string, string>) => open.asking.get('/api/v1/log/entries?logIndex=0', headers);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an ID token', () => {
  it('of a real OpenID provider is taken, as Bearer and as a Basic password', async () => {
    const token = await issuer.grant();
    expect((await read(bearer(token))).status).toBe(200);
    expect((await read(basic(token))).status).toBe(200);
  });

  it('has the rights of the rules that hold of its claims, and no others', async () => {
    expect((await read(bearer(await issuer.sign(ACME)))).status).toBe(200);
    for (const claims of [
      {},
      { ...ACME, ref: 'refs/tags/v1' },
      { ...ACME, repository_owner: 'acme2' },
      { ref: ACME.ref },
    ]) {
      const refused = await read(bearer(await issuer.sign(claims)));
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('lacks the right read');
    }
    const search = { hash: `sha256:${'0'.repeat(64)}` };
    expect((await open.asking.post('/api/v1/index/retrieve', search, bearer(await issuer.sign(ACME)))).status).toBe(
      403,
    );
  });

  it('is refused for each way in which it does not fit', async () => {
    const now = Math.floor(Date.now() / 1000);
    const other = (await generateKeyPair('RS256')).privateKey;
    const spki = await exportSPKI(issuer.publicKey);
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'job 1', iat: now, exp: now + 300, ...ACME };
    const unsigned = `${encoded({ alg: 'HS256', kid: 'one' })}.${encoded(claims)}`;
    const cases: readonly (readonly [string, string])[] = [
      ['alg: none', `${encoded({ alg: 'none' })}.${encoded(claims)}.`],
      ['alg: none, with a signature', `${encoded({ alg: 'none' })}.${encoded(claims)}.AAAA`],
      [
        'a secret made of the public key',
        `${unsigned}.${createHmac('sha256', spki).update(unsigned).digest('base64url')}`,
      ],
      ['another audience', await issuer.sign({ ...ACME, aud: 'https://other.test' })],
      ['no audience', await issuer.sign({ ...ACME, aud: [] })],
      ['an issuer that begins alike', await issuer.sign({ ...ACME, iss: `${issuer.url}.evil.test` })],
      ['an issuer with a slash more', await issuer.sign({ ...ACME, iss: `${issuer.url}/` })],
      ['expired', await issuer.sign({ ...ACME, iat: now - 900, exp: now - 600 })],
      ['not yet valid', await issuer.sign({ ...ACME, nbf: now + 600 })],
      ['no end', await issuer.sign({ ...ACME, exp: undefined as unknown as number })],
      ['another key', await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(other)],
      ['another algorithm', await issuer.sign(ACME, { alg: 'PS256' }).catch(() => 'a.b.c')],
      ['no JWT', 'a.b.c'],
      [
        'other claims under the signature',
        (await issuer.sign(ACME)).replace(/\.[^.]+\./, `.${encoded({ ...claims, sub: 'x' })}.`),
      ],
    ];
    for (const [what, token] of cases) {
      const answer = await read(bearer(token));
      expect([what, answer.status]).toEqual([what, 401]);
      expect(answer.text).not.toContain(token.slice(0, 30));
    }
  });

  it('with an unknown key has the issuer asked once, however many come', async () => {
    const asked = issuer.keyRequests();
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => issuer.sign(ACME, { kid: `unknown ${i}` })));
    for (const token of tokens) expect((await read(bearer(token))).status).toBe(401);
    expect(issuer.keyRequests() - asked).toBeLessThanOrEqual(1);
  });
});

describe('the keys of an issuer', () => {
  it('stay in use while it is away, and a document of another issuer gives none', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key: JWK = { ...(await exportJWK(privateKey)), kid: 'k', use: 'sig', alg: 'RS256' };
    let says: string | undefined;
    const server = createServer((request, response) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      if (says === 'away') return void response.writeHead(500).end();
      const { kty, n, e, kid, use, alg } = key;
      const body =
        request.url === '/keys'
          ? { keys: [{ kty, n, e, kid, use, alg }] }
          : { issuer: says ?? url, jwks_uri: `${url}/keys` };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const now = Math.floor(Date.now() / 1000);
    const sign = (sub: string) =>
      new SignJWT({ iss: url, aud: AUDIENCE, sub, exp: now + 300, ...ACME })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .sign(privateKey);
    const statusOf = async (log: PrivateLog, sub: string) =>
      (await log.asking.get('/api/v1/log/entries?logIndex=0', bearer(await sign(sub)))).status;
    await using steady = await openPrivateLog(accessOf(url));
    expect(await statusOf(steady, 'first')).toBe(200);
    says = 'away';
    expect(await statusOf(steady, 'second')).toBe(200);
    says = 'https://another.test';
    await using deceived = await openPrivateLog(accessOf(url));
    expect(await statusOf(deceived, 'third')).toBe(401);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
});

describe('the section issuers of the access file', () => {
  it('is refused with every fault at once, each with its line', async () => {
    const wrong = `anonymous: [admin]
issuers:
  - issuer: http://issuer.example
    audience: a
    algorithms: [HS256]
    rules:
      - when: claim.sub == "x"
        rights: [reed]
      - when: claims.sub ==
        rights: [read]
      - when: claims.a.exists(x, claims.a.exists(y, x == y))
        rights: [read]
      - rights: [read]
  - issuer: https://issuer.example
    rules: []
`;
    const said = await openPrivateLog(wrong).then(() => 'it was taken', String);
    for (const fault of [
      ':1: anonymous cannot have admin',
      ':3: issuers[0].issuer has to be an https URL',
      ':5: issuers[0].algorithms[0] has to be one of RS256',
      ':7: issuers[0].rules[0].when has a name claim that is none: there are claims',
      ':8: issuers[0].rules[0].rights[0] has to be one of',
      ':9: issuers[0].rules[1].when is no CEL',
      ':11: issuers[0].rules[2].when has a loop in a loop',
      ':13: issuers[0].rules[3] lacks when',
      ':14: issuers[1] lacks audience',
    ])
      expect(said).toContain(fault);
  });
});
