import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileCondition } from '../../host/access/condition.ts';
import type { IssuerRules } from '../../host/access/issuers.ts';
import { Unauthenticated } from '../../server/access/failures.ts';
import { isAddressOfKeys } from '../../server/access/issuer-keys.ts';
import { OidcTokens } from '../../server/access/oidc-tokens.ts';

/*
 * Attacks by whoever sends ID tokens, and by an issuer itself. Each was seen to succeed with its check taken out: the change
 * stands beside the test.
 */

const AUDIENCE = 'https://log.test';
const MINUTE = 60_000;

interface KeyWithId {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

async function newKey(kid: string): Promise<KeyWithId> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } };
}

/** An issuer whose answers can be anything, and the tokens of a log that goes by it. */
let server: Server;
let url: string;
let keys: readonly JWK[];
let document: Readonly<Record<string, unknown>>;
let keyRequests: number;
let failures: string[];
let now: number;
let oidc: OidcTokens;
let key: KeyWithId;

const rulesOf = (issuer: string): IssuerRules => {
  const when = compileCondition('claims.team == "acme"', ['claims']);
  if (typeof when === 'string') throw new Error(when);
  return {
    issuer,
    audiences: [AUDIENCE],
    algorithms: ['RS256', 'ES256'],
    rules: [{ when, grants: { rights: new Set(['read']), readsIf: [] } }],
  };
};

beforeEach(async () => {
  server = createServer((request, response) => {
    keyRequests += request.url === '/keys' ? 1 : 0;
    response.end(JSON.stringify(request.url === '/keys' ? { keys } : document));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  key = await newKey('one');
  [keys, document, keyRequests, failures, now] = [
    [key.jwk],
    { issuer: url, jwks_uri: `${url}/keys` },
    0,
    [],
    1_000_000,
  ];
  oidc = new OidcTokens({ now: () => now, time: () => Date.now(), failed: (sentence) => failures.push(sentence) });
  oidc.use([rulesOf(url)]);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const claimsOf = (more: JWTPayload = {}): JWTPayload => {
  const at = Math.floor(Date.now() / 1000);
  return { iss: url, aud: AUDIENCE, sub: 'job', iat: at, exp: at + 3600, team: 'acme', ...more };
};
const signed = ({ privateKey, jwk }: KeyWithId, claims = claimsOf(), header: object = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: jwk.kid ?? '', ...header }).sign(privateKey);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function isTaken(text: string): Promise<boolean> {
  try {
    return (await oidc.find(text)).rights.has('read');
  } catch (error) {
    if (error instanceof Unauthenticated) return false;
    throw error;
  }
}

describe('a forged ID token', () => {
  // Red without `algorithms` of jwtVerify in OidcTokens.#checked and with the key given as bytes.
  it('that is signed with a public key as if it were a secret is refused: HS/RS confusion', async () => {
    const publicKey = await importJWK(key.jwk, 'RS256');
    const spki = await exportSPKI(publicKey as CryptoKey);
    for (const secret of [spki, spki.trim(), JSON.stringify(key.jwk), Buffer.from(key.jwk.n ?? '', 'base64url')])
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const text = `${encoded({ alg, kid: 'one' })}.${encoded(claimsOf())}`;
        const hmac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(text)
          .digest('base64url');
        expect([alg, await isTaken(`${text}.${hmac}`)]).toEqual([alg, false]);
      }
  });

  // Red where #checked returns decodeJwt(text) for a header whose alg is none.
  it('without a signature is refused, however none is spelt', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined])
      for (const end of ['', 'AAAA', (await signed(key)).split('.')[2]])
        expect(await isTaken(`${encoded({ alg, kid: 'one' })}.${encoded(claimsOf())}.${end}`)).toBe(false);
  });

  // Red with a key function for jwtVerify that believes the header.
  it('that brings its own key, or says where it is, is refused', async () => {
    const evil = await newKey('one');
    for (const header of [
      { jwk: evil.jwk },
      { jku: `${url}/keys` },
      { x5u: `${url}/keys` },
      { kid: '../../dev/null' },
      { kid: undefined },
    ])
      expect(await isTaken(await signed(evil, claimsOf(), header))).toBe(false);
    expect(await isTaken(await signed(key))).toBe(true);
  });

  // Red without `issuer` and `audience` of jwtVerify, and with issuers found by startsWith.
  it('of another issuer or for another audience is refused, however alike', async () => {
    for (const iss of [`${url}.evil.test`, `${url}/`, url.slice(0, -1), url.toUpperCase(), `${url}#`, [url], { url }])
      expect([iss, await isTaken(await signed(key, claimsOf({ iss: iss as string })))]).toEqual([iss, false]);
    for (const aud of [
      `${AUDIENCE}/`,
      `${AUDIENCE}.evil.test`,
      'https://log.tes',
      '',
      [],
      ['https://other.test'],
      undefined,
    ])
      expect([aud, await isTaken(await signed(key, claimsOf({ aud: aud as string })))]).toEqual([aud, false]);
    expect(await isTaken(await signed(key, claimsOf({ aud: ['https://other.test', AUDIENCE] })))).toBe(true);
  });

  // Red with a clock tolerance of a day, and without `exp` among the required claims.
  it('that expired, is not valid yet, has no end, or asks for an extension is refused', async () => {
    const at = Math.floor(Date.now() / 1000);
    for (const claims of [
      { exp: at - 120 },
      { nbf: at + 120 },
      { exp: undefined },
      { sub: undefined },
      { exp: 'never' as unknown as number },
    ])
      expect([claims, await isTaken(await signed(key, claimsOf(claims as JWTPayload)))]).toEqual([claims, false]);
    const text = `${encoded({ alg: 'RS256', kid: 'one', crit: ['b64'], b64: false })}.${encoded(claimsOf())}.AAAA`;
    expect(await isTaken(text)).toBe(false);
  });
});

describe('the keys of an issuer', () => {
  // Red where `known.by` is not compared in OidcTokens.find: a token that was taken once was taken until it expired.
  it('that it has taken away verify no token more, not even one that was taken before', async () => {
    const text = await signed(key);
    expect(await isTaken(text)).toBe(true);
    const next = await newKey('two');
    keys = [next.jwk];
    now += 11 * MINUTE;
    await isTaken(text); // has the keys asked for, and does not wait
    await expect.poll(() => keyRequests).toBe(2);
    await expect.poll(() => isTaken(text)).toBe(false);
    expect(await isTaken(await signed(next))).toBe(true);
  });

  // Red without COOLDOWN_MS in IssuerKeys.refresh.
  it('are asked for once in 30 seconds at most, however many tokens name unknown ones', async () => {
    expect(await isTaken(await signed(key))).toBe(true);
    now += 31_000;
    const flood = Array.from({ length: 200 }, (_, i) => signed(key, claimsOf(), { kid: `unknown ${i}` }));
    for (const text of flood) expect(await isTaken(await text)).toBe(false);
    expect(keyRequests).toBe(2);
  });

  // Red without MAX_ANSWER_BYTES in getJson, and with keys that are replaced by what cannot be read.
  it('stay as they are through an answer that is endless, empty, or of another issuer', async () => {
    expect(await isTaken(await signed(key))).toBe(true);
    const evil = await newKey('one');
    const bad: readonly (() => void)[] = [
      () => (keys = [{ ...key.jwk, x5u: 'x'.repeat(2_000_000) }]),
      () => (keys = []),
      () => ([keys, document] = [[evil.jwk], { issuer: `${url}.evil.test`, jwks_uri: `${url}/keys` }]),
      () => ([keys, document] = [[evil.jwk], { issuer: url, jwks_uri: 'http://169.254.169.254/keys' }]),
      () => ([keys, document] = [[evil.jwk], { issuer: url, jwks_uri: 'file:///etc/passwd' }]),
    ];
    for (const [i, be] of bad.entries()) {
      be();
      now += 11 * MINUTE;
      await isTaken(await signed(key, claimsOf({ jti: `${i}` })));
      await expect.poll(() => failures.length).toBe(i + 1);
      expect(await isTaken(await signed(key, claimsOf({ jti: `again ${i}` })))).toBe(true);
      expect(await isTaken(await signed(evil))).toBe(false);
    }
    expect(failures.every((sentence) => sentence.includes('the keys of before stay in use'))).toBe(true);
  });
});

// Red where isAddressOfKeys is isSafeAddress alone.
it('an issuer elsewhere cannot have the log ask services on its own machine', () => {
  const elsewhere = 'https://issuer.test';
  for (const address of [
    'http://127.0.0.1:9/keys',
    'https://localhost/keys',
    'http://[::1]/keys',
    'http://issuer.test/keys',
  ])
    expect([address, isAddressOfKeys(address, elsewhere)]).toEqual([address, false]);
  expect(isAddressOfKeys('https://keys.issuer.test/keys', elsewhere)).toBe(true);
  expect(isAddressOfKeys('http://127.0.0.1:9/keys', 'http://127.0.0.1:8')).toBe(true);
});
