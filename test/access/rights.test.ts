import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newToken } from '../../host/access/token-text.ts';
import { tokenFile } from '../../host/access/token-file.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { basic, bearer, openPrivateLog, type PrivateLog } from './private-log.ts';

const indexIn = (text: string): number =>
  Object.values(JSON.parse(text) as Record<string, { readonly logIndex: number }>)[0]?.logIndex ?? Number.NaN;

const ENTRIES = '/api/v1/log/entries';

let open: PrivateLog;
beforeAll(async () => {
  open = await openPrivateLog('anonymous: [audit]\ntokens: true\n');
});
afterAll(() => open[Symbol.asyncDispose]());

/** A question of each right, of both APIs and of the files. */
const QUESTIONS = {
  submit: [
    ['POST', ENTRIES, hashedrekord('a question')],
    ['POST', '/api/v2/log/entries', {}],
  ],
  read: [
    ['GET', `${ENTRIES}?logIndex=0`],
    ['GET', `${ENTRIES}/${'0'.repeat(64)}`],
    ['POST', `${ENTRIES}/retrieve`, { logIndexes: [0] }],
    ['GET', '/tile/entries/000.p/1'],
    ['GET', '/api/v2/tile/entries/000.p/1'],
  ],
  search: [['POST', '/api/v1/index/retrieve', { hash: `sha256:${'0'.repeat(64)}` }]],
  audit: [
    ['GET', '/api/v1/log'],
    ['GET', '/api/v1/log/proof?lastSize=1'],
    ['GET', '/checkpoint'],
    ['GET', '/api/v2/checkpoint'],
    ['GET', '/tile/0/000.p/1'],
    ['GET', '/api/v2/log/heads'],
    ['GET', '/api/v2/log/proof/0'],
    ['GET', '/'],
  ],
} as const;

const ask = (question: readonly unknown[], headers: Record<string, string> = {}) => {
  const [method, path, body] = question as readonly [string, string, unknown];
  return method === 'POST'
    ? open.asking.post(path, body, headers)
    : path.includes('tile/')
      ? open.asking.raw('GET', path, { Host: 'rekor.test', ...headers })
      : open.asking.get(path, headers);
};

describe('a log that everyone may audit', () => {
  it('refuses each question that needs another right with 401, and names the right', async () => {
    for (const right of ['submit', 'read', 'search'] as const)
      for (const question of QUESTIONS[right]) {
        const answer = await ask(question);
        expect([question[1], answer.status]).toEqual([question[1], 401]);
        expect(answer.text).toContain(right);
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="stele", Basic realm="stele", charset="UTF-8"');
        expect(answer.headers['cache-control']).toContain('no-store');
      }
  });

  it('answers an auditor without a credential as a public log does', async () => {
    for (const question of QUESTIONS.audit)
      expect([question[1], (await ask(question)).status]).toEqual([question[1], 200]);
    const tile = await open.asking.get('/checkpoint', { Origin: 'https://elsewhere.test' });
    expect(tile.headers['access-control-allow-origin']).toBe('*');
  });

  it('answers whom it gave the right, and refuses others with 403', async () => {
    const reader = bearer(await open.token('reader', ['read', 'search']));
    const writer = basic(await open.token('writer', ['submit']));
    for (const question of [...QUESTIONS.read, ...QUESTIONS.search]) {
      expect([200, 404]).toContain((await ask(question, reader)).status);
      const refused = await ask(question, writer);
      expect([question[1], refused.status]).toEqual([question[1], 403]);
      expect(refused.text).toMatch(/token writer lacks the right (read|search)/);
    }
    const stored = await ask(QUESTIONS.submit[0], writer);
    expect(stored.status).toBe(201);
    expect((await ask(QUESTIONS.submit[0], reader)).status).toBe(403);
  });

  it('gives what not everyone may read to no cache and to no page of another site', async () => {
    const reader = bearer(await open.token('private', ['read']));
    for (const question of QUESTIONS.read) {
      const { headers } = await ask(question, { ...reader, Origin: 'https://elsewhere.test' });
      expect(headers['cache-control']).toContain('no-store');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const asked = { Origin: 'https://elsewhere.test', 'Access-Control-Request-Method': 'GET' };
    const preflight = await open.asking.send('OPTIONS', `${ENTRIES}?logIndex=0`, asked);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
    for (const page of ['/search', '/entry/0', '/entry/0/bundle.sigstore.json', '/operator']) {
      const answer = await fetch(`${open.asking.base}${page}`, { method: 'OPTIONS', headers: asked });
      expect([page, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([page, 204, null]);
    }
    const allowed = await open.asking.send('OPTIONS', '/checkpoint', asked);
    expect(allowed.headers['access-control-allow-origin']).toBe('*');
  });

  it('answers probes and keys whatever comes with the question', async () => {
    for (const path of ['/ping', '/healthz', '/readyz', '/api/v1/log/publicKey', '/vkey'])
      expect((await open.asking.get(path, bearer('nonsense'))).status).toBe(200);
  });
});

describe('a credential', () => {
  const read = (headers: Record<string, string>) => open.asking.get(`${ENTRIES}?logIndex=0`, headers);

  it('is refused with the reason where it is none, unknown, expired or of another scheme', async () => {
    const expired = await open.token('old', ['read'], Date.now() - 1000);
    const good = await open.token('good', ['read']);
    const cases = [
      [bearer(expired), 'the token has expired'],
      [bearer(newToken()), 'the token is not known, or was revoked'],
      [bearer(good.slice(0, -1)), 'cut or mistyped'],
      [bearer(`${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`), 'cut or mistyped'],
      [bearer(good.toLowerCase()), 'cut or mistyped'],
      [{ Authorization: good }, 'the Authorization header has to be'],
      [{ Authorization: `Digest ${good}` }, 'the Authorization header has to be'],
      [{ Authorization: `Basic ${Buffer.from(good).toString('base64')}` }, 'have to be user:password'],
    ] as const;
    for (const [headers, reason] of cases) {
      const answer = await read(headers);
      expect([reason, answer.status]).toEqual([reason, 401]);
      expect(answer.text).toContain(reason);
      expect(answer.text).not.toContain(good);
    }
    expect((await read(bearer(good))).status).toBe(200);
    expect((await read(basic(good))).status).toBe(200);
  });

  it('that is not taken is refused also where none is needed', async () => {
    expect((await open.asking.get('/checkpoint', bearer(newToken()))).status).toBe(401);
  });

  it('is in force with the next request, and out of force with the next request after it is revoked', async () => {
    const headers = bearer(await open.token('short', ['read']));
    expect((await read(headers)).status).toBe(200);
    await open.revoke('short');
    expect((await read(headers)).status).toBe(401);
  });

  it('gives nobody a right while the file of tokens cannot be read', async () => {
    const headers = bearer(await open.token('unlucky', ['read']));
    appendFileSync(tokenFile(open.log.folder), 'damage');
    const answer = await read(headers);
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('tokens cannot be checked now');
    expect((await open.asking.get('/checkpoint')).status).toBe(200);
    writeFileSync(tokenFile(open.log.folder), '{"version":1,"tokens":[]}');
    expect((await read(headers)).status).toBe(401);
  });
});

describe('somebody who may only submit', () => {
  it('is answered alike whether the log had the entry or not', async () => {
    const writer = bearer(await open.token('ci', ['submit']));
    const proposal = hashedrekord('sent twice');
    const [first, second, third] = [
      await open.asking.post(ENTRIES, proposal, writer),
      await open.asking.post(ENTRIES, proposal, writer),
      await open.asking.post(ENTRIES, hashedrekord('sent once'), writer),
    ];
    expect([first.status, second.status, third.status]).toEqual([201, 201, 201]);
    const index = indexIn(first.text);
    expect([second, third].map(({ text }) => indexIn(text))).toEqual([index + 1, index + 2]);
    const both = bearer(await open.token('both', ['submit', 'read']));
    expect((await open.asking.post(ENTRIES, proposal, both)).status).toBe(409);
  });
});
