import { createPrivateKey, hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dsse, hashedrekord, statement, type Submitter } from '../../testkit/proposals.ts';
import type { Asked } from '../support/ask.ts';
import { certificateVerifier, hashedRekordRequest, makeV2Signer } from '../support/v2-requests.ts';
import { certificateMaker, type CertificateMaker, type Issued } from './client-certificates.ts';
import { openPrivateLog, type PrivateLog } from './private-log.ts';

const ENTRIES = '/api/v1/log/entries';
const MINE = '{read: "principal.identities.exists(i, i in entry.identities)"}';
const FILE = `anonymous: []
tokens: true
mtls:
  ca: [ca.pem]
  header: x-ssl-client-cert
  rules:
    - when: certificate.emails.exists(e, e.endsWith("@acme.example"))
      rights: [submit, search, ${MINE}]
    - when: '"auditor@acme.example" in certificate.emails'
      rights: [audit]
    - when: '"reader@acme.example" in certificate.emails'
      rights: [read]
`;

const PEOPLE = ['alice', 'bob', 'auditor', 'reader'] as const;
type Person = (typeof PEOPLE)[number];

let make: CertificateMaker;
let log: PrivateLog;
const holders = new Map<Person, Issued>();

beforeAll(async () => {
  make = certificateMaker();
  make.authority('ca');
  for (const one of PEOPLE) holders.set(one, make.leaf(one, `email:${one}@acme.example`));
  log = await openPrivateLog(FILE, ['--trusted-proxies', 'loopback'], make.folder);
});
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  make[Symbol.dispose]();
});

const as = (one: Person): Record<string, string> => ({
  'x-ssl-client-cert': encodeURIComponent(make.pem(holders.get(one)?.cert ?? '')),
});

/** The certificate by which a person asks signs its entries, too. */
function signer(one: Person): Submitter {
  const { key, cert } = holders.get(one) ?? { key: '', cert: '' };
  return { key: createPrivateKey(readFileSync(key)), pem: make.pem(cert) };
}

interface Stored {
  readonly id: string;
  readonly index: number;
}

async function store(one: Person, proposal: object, path = ENTRIES): Promise<Stored> {
  const answer = await log.asking.post(path, proposal, as(one));
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  const [id = '', { logIndex: index = 0 } = {}] =
    Object.entries(JSON.parse(answer.text) as Record<string, { readonly logIndex: number }>)[0] ?? [];
  return { id, index };
}

const NOBODY = '0'.repeat(64);
/** Beyond the end of the log. */
const FAR = 1_000_000;

/** All of an answer but its name and its date. */
function whole({ status, text, headers }: Asked) {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, text, headers: rest };
}

const ways = {
  index: (one: Person, { index }: Stored) => log.asking.get(`${ENTRIES}?logIndex=${index}`, as(one)),
  'leaf hash': (one: Person, { id }: Stored) => log.asking.get(`${ENTRIES}/${id.slice(-64)}`, as(one)),
  'entry id': (one: Person, { id }: Stored) => log.asking.get(`${ENTRIES}/${id}`, as(one)),
  'retrieve by index': (one: Person, { index }: Stored) =>
    log.asking.post(`${ENTRIES}/retrieve`, { logIndexes: [index] }, as(one)),
  'retrieve by id': (one: Person, { id }: Stored) =>
    log.asking.post(`${ENTRIES}/retrieve`, { entryUUIDs: [id] }, as(one)),
} as const;

describe('an entry of somebody else', () => {
  it.each(Object.entries(ways))('is answered as one that is not there: by %s', async (_name, ask) => {
    const stored = await store('alice', hashedrekord('of alice', signer('alice')));
    const nothing = { id: stored.id.slice(0, 16) + NOBODY, index: FAR };
    const [own, other, none] = [await ask('alice', stored), await ask('bob', stored), await ask('bob', nothing)];
    expect(own.status).toBe(200);
    expect(own.text).toContain(stored.id);
    expect(whole(other)).toEqual(whole(none));
    expect(other.text).not.toContain(stored.id);
    expect((await ask('reader', stored)).text).toBe(own.text);
  });

  it('is answered as one that is not there: by its proposal', async () => {
    const proposal = dsse(statement('of alice'), signer('alice'));
    const stored = await store('alice', proposal);
    const ask = (one: Person) => log.asking.post(`${ENTRIES}/retrieve`, { entries: [proposal] }, as(one));
    expect((await ask('alice')).text).toContain(stored.id);
    expect((await ask('bob')).text.trim()).toBe('[]');
  });

  it('of Rekor v2 is told by its certificate, too', async () => {
    const v2 = makeV2Signer();
    writeFileSync(make.at('v2.key'), v2.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const hashedRekordRequestV002 = hashedRekordRequest(v2, certificateVerifier(certificateOf('alice', 'v2.key'), v2));
    const answer = await log.asking.post('/api/v2/log/entries', { hashedRekordRequestV002 }, as('alice'));
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    const { logIndex } = JSON.parse(answer.text) as { readonly logIndex: string };
    const ask = (one: Person) => log.asking.get(`${ENTRIES}?logIndex=${logIndex}`, as(one));
    expect([(await ask('alice')).status, (await ask('bob')).status]).toEqual([200, 404]);
  });
});

/** DER of a certificate of a person for a key that is there already. */
function certificateOf(one: Person, key: string): Uint8Array {
  const text = make.pem(make.leaf('again', `email:${one}@acme.example`, { key: make.at(key) }).cert);
  return Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

describe('a search', () => {
  const search = (one: Person, words: string, pages = '') =>
    log.asking.post(`/api/v1/index/retrieve${pages}`, { hash: `sha256:${hash('sha256', words)}` }, as(one));

  it('has no hit, no count, no page and no size of entries that may not be read', async () => {
    const words = 'signed by both';
    const own: string[] = [];
    for (const one of ['alice', 'bob', 'alice', 'alice', 'bob', 'alice'] as const) {
      const { id } = await store(one, hashedrekord(words, signer(one)));
      if (one === 'bob') own.push(id);
    }
    const all = JSON.parse((await search('reader', words)).text) as readonly string[];
    expect(all.length).toBe(6);
    const answer = await search('bob', words);
    expect(JSON.parse(answer.text)).toEqual(own);
    const [first, second] = [await search('bob', words, '?limit=1'), await search('bob', words, '?limit=2')];
    expect(JSON.parse(first.text)).toEqual(own.slice(0, 1));
    const next = first.headers['x-stele-next-after'];
    const last = await search('bob', words, `?limit=1&after=${next}`);
    expect([JSON.parse(last.text), last.headers['x-stele-next-after']]).toEqual([own.slice(1), undefined]);
    expect([JSON.parse(second.text), second.headers['x-stele-next-after']]).toEqual([own, undefined]);
    const before = answer.headers['x-stele-complete-to'];
    await store('alice', hashedrekord('one more', signer('alice')));
    expect((await search('bob', words)).headers['x-stele-complete-to']).toBe(before);
    const none = await search('bob', 'of nobody');
    await store('alice', hashedrekord('of alice alone', signer('alice')));
    expect(whole(await search('bob', 'of alice alone'))).toEqual(whole(none));
  });

  it('says no size of the log behind its end, nor on a page about one entry', async () => {
    const { index } = await store('bob', hashedrekord('one of bob', signer('bob')));
    await store('alice', hashedrekord('behind it', signer('alice')));
    const behind = await search('bob', 'one of bob', `?after=${FAR}`);
    expect([behind.text.trim(), behind.headers['x-stele-complete-to']]).toEqual(['[]', '0']);
    const page = async (one: Person, query: string) =>
      (await fetch(`${log.asking.base}/search?q=${query}`, { headers: { Accept: 'text/html', ...as(one) } })).text();
    expect(await page('bob', `one+of+bob&after=${FAR}`)).not.toContain('Complete through');
    for (const hidden of [index + 1, FAR]) {
      const text = await page('bob', String(hidden));
      expect(text).toContain('No entry matches.');
      expect(text).not.toContain('Complete through');
    }
    expect(await page('bob', String(index))).toContain(`Complete through entry ${index}.`);
    expect(await page('auditor', String(index))).toContain(`Complete through entry ${log.log.shards.size - 1}.`);
  });

  it('says to who may audit how large the log is', async () => {
    const { size } = log.log.shards;
    expect((await search('auditor', 'of nobody')).headers['x-stele-complete-to']).toBe(String(size));
    const behind = await search('auditor', 'of nobody', `?after=${FAR}`);
    expect(behind.headers['x-stele-complete-to']).toBe(String(size));
  });
});

describe('who reads some entries', () => {
  it('reads no bundle, whether it is there or not', async () => {
    for (const path of [
      '/tile/entries/000.p/1',
      '/api/v2/tile/entries/000.p/1',
      '/tile/entries/999',
      '/tile/entries/x',
    ]) {
      const answer = await log.asking.raw('GET', path, { Host: 'rekor.test', ...as('bob') });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.text).toContain('lacks the right read for all entries');
    }
    const open = await log.asking.raw('GET', '/tile/entries/000.p/1', { Host: 'rekor.test', ...as('reader') });
    expect(open.status).toBe(200);
  });

  it('is told of a duplicate of its own entry, and of no other', async () => {
    const [own, other] = [hashedrekord('twice', signer('bob')), hashedrekord('twice', signer('alice'))];
    await store('bob', own);
    expect((await log.asking.post(ENTRIES, own, as('bob'))).status).toBe(409);
    const { id } = await store('alice', other);
    const sent = await log.asking.post(ENTRIES, other, as('bob'));
    expect(sent.status).toBe(201);
    const again = Object.values(JSON.parse(sent.text) as Record<string, { readonly logIndex: number }>)[0];
    expect(again?.logIndex).toBe(log.log.shards.size - 1);
    expect(sent.text).toContain(id.slice(-64));
  });

  it('is no public', async () => {
    const answer = await log.asking.get(`${ENTRIES}?logIndex=0`, { Origin: 'https://elsewhere.test', ...as('bob') });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['cache-control']).toContain('no-store');
  });
});

it('a condition of everyone is kept by no cache, and holds beside the rights of a token', async () => {
  const rights = `[{read: 'entry.identities.exists(i, i.endsWith("@acme.example"))'}]`;
  await using some = await openPrivateLog(`anonymous: ${rights}\ntokens: true\n`, [], make.folder);
  const token = await some.token('writer', ['submit']);
  const headers = { Authorization: `Bearer ${token}` };
  const sent = [hashedrekord('a', signer('alice')), hashedrekord('b')];
  for (const one of sent) expect((await some.asking.post(ENTRIES, one, headers)).status).toBe(201);
  const { size } = some.log.shards;
  const ask = (index: number, from = {}) => some.asking.get(`${ENTRIES}?logIndex=${index}`, from);
  expect([(await ask(size - 2)).status, (await ask(size - 1)).status]).toEqual([200, 404]);
  expect([(await ask(size - 2, headers)).status, (await ask(size - 1, headers)).status]).toEqual([200, 404]);
  expect((await ask(size - 2)).headers['cache-control']).toContain('no-store');
});

it('a condition is refused with its line where it is none', async () => {
  const read = async (rights: string) => {
    await using _ = await openPrivateLog(`anonymous: ${rights}\n`, [], make.folder);
  };
  await expect(read('[{read: claims.a}]')).rejects.toThrow(/:1: anonymous\[0\].read has a name claims that is none/);
  await expect(read('[{audit: "true"}]')).rejects.toThrow(/audit is not known here/);
});
