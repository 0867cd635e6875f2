import { createPublicKey, hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIssuer } from '../../../testkit/certificate.ts';
import {
  certificateVerifier,
  derPart,
  dsseRequestOf,
  hashedRekordRequest,
  keyVerifier,
  makeV2Signer,
} from '../../support/v2-requests.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { auditLog } from '../../support/audit.ts';
import { leafHash } from '../../support/auditor.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { dsse, hashedrekord, intoto001, intoto002, newSubmitter, statement } from '../../../testkit/proposals.ts';
import { referenceConsistency } from '../../support/reference-tree.ts';
import { entryOf, holds } from '../entry-answers.ts';
import { ENTRIES as V2, openEntry } from './answers.ts';

/** In a log with two APIs an entry is read by both, whichever it came by: rekor-v2 §2.5. */
const V1 = '/api/v1/log/entries';
const SEARCH = '/api/v1/index/retrieve';

const signer = makeV2Signer();
const hashed = makeV2Signer('ed25519');
const submitter = newSubmitter();
const certificate = newIssuer().issue(createPublicKey(signer.pem));
const WORKFLOW =
  'https://github.com/example-organisation/example-repository/.github/workflows/release-and-publish.yml@refs/tags/v1.24.3';

let opened: TestLog;
let asking: Asking;
let vkey: string;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  vkey = (await asking.get('/vkey')).text;
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const search = async (question: unknown): Promise<readonly string[]> =>
  JSON.parse((await asking.post(SEARCH, question)).text) as readonly string[];
const x509 = (pem: string) => ({ publicKey: { format: 'x509', content: Buffer.from(pem).toString('base64') } });
const idOf = (body: Buffer): string =>
  BigInt(opened.log.shard.treeId).toString(16).padStart(16, '0') + leafHash(body).toString('hex');

/** A request of v2, and the keys that v1 finds it by. */
const KEYED_REQUEST = hashedRekordRequest(signer, keyVerifier(signer), 'keyed');
const HASHED_REQUEST = hashedRekordRequest(hashed, keyVerifier(hashed), 'hashed');
const CERTIFIED_REQUEST = hashedRekordRequest(signer, certificateVerifier(derPart(certificate), signer), 'certified');
const ATTESTED_REQUEST = dsseRequestOf([signer], statement('attested'));
const requests = [
  {
    kind: 'a hashedrekord with a key',
    request: { hashedRekordRequestV002: KEYED_REQUEST },
    questions: [{ hash: hash('sha256', 'keyed') }, { hash: `sha256:${hash('sha256', 'keyed')}` }, x509(signer.pem)],
  },
  {
    kind: 'a hashedrekord over SHA-512',
    request: { hashedRekordRequestV002: HASHED_REQUEST },
    questions: [{ hash: hash('sha512', 'hashed') }, x509(hashed.pem)],
  },
  {
    kind: 'a hashedrekord with a certificate',
    request: { hashedRekordRequestV002: CERTIFIED_REQUEST },
    questions: [{ hash: hash('sha256', 'certified') }, { subject: WORKFLOW }, x509(certificate)],
  },
  {
    kind: 'an envelope',
    request: { dsseRequestV002: ATTESTED_REQUEST },
    questions: [{ hash: hash('sha256', statement('attested')) }, { hash: hash('sha256', 'attested') }],
  },
] as const;

describe.each(requests)('v1 and $kind that came by v2', ({ request, questions }) => {
  let index: number;
  let body: Buffer;
  beforeAll(async () => {
    ({ index, body } = openEntry((await asking.post(V2, request)).text, vkey));
  });

  it('reads it by its index and by its id, with a promise and a proof that hold', async () => {
    const id = idOf(body);
    for (const path of [`${V1}?logIndex=${index}`, `${V1}/${id}`, `${V1}/${id.slice(16)}`]) {
      const { status, text } = await asking.get(path);
      const [seen, value] = entryOf(text);
      expect([status, seen, value.logIndex, value.body]).toEqual([200, id, index, body.toString('base64')]);
      expect(value.integratedTime).toBeGreaterThan(1_700_000_000);
      expect(holds(id, value, opened.log.shard.publicKey)).toBe(true);
    }
  });

  it('retrieves it by index, id and leaf hash', async () => {
    const id = idOf(body);
    const { text } = await asking.post(`${V1}/retrieve`, { entryUUIDs: [id, id.slice(16)], logIndexes: [index] });
    const found = JSON.parse(text) as readonly object[];
    expect(found.flatMap(Object.keys)).toEqual([id, id, id]);
  });

  it.each(questions)('finds it by %j', async (question) => {
    expect(await search(question)).toContain(idOf(body));
  });
});

describe.each([
  { kind: 'hashedrekord 0.0.1', proposal: hashedrekord('reverse', submitter) },
  { kind: 'dsse 0.0.1', proposal: dsse(statement('reverse dsse'), submitter) },
  { kind: 'intoto 0.0.1', proposal: intoto001(statement('reverse 1'), submitter) },
  { kind: 'intoto 0.0.2', proposal: intoto002(statement('reverse 2'), submitter) },
])('Rekor v2 and a $kind that came by v1', ({ proposal }) => {
  it('has it in the bundle, in the tile, and under a proof that stands on its own', async () => {
    const [id, { body: text, logIndex }] = entryOf((await asking.post(V1, proposal)).text);
    const body = Buffer.from(text, 'base64');
    const { bodies, leaves, checkpoint } = await auditLog(asking, '/api/v2', vkey);
    expect(bodies[logIndex]).toEqual(body);
    expect(id.endsWith(leaves[logIndex]?.toString('hex') ?? '')).toBe(true);
    const proof = await asking.get(`/api/v2/log/proof/${id.slice(16)}`);
    expect(proof.text).toContain(`\nindex ${logIndex}\n`);
    expect(proof.text).toContain(`rekor.test\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`);
  });
});

describe('one signature that comes by both APIs', () => {
  it('is two entries: each API has a form of its own, and search finds both, in order', async () => {
    const request = hashedRekordRequest(signer, keyVerifier(signer), 'both APIs');
    const { digest, signature } = request;
    const data = { hash: { algorithm: 'sha256', value: Buffer.from(digest, 'base64').toString('hex') } };
    const content = Buffer.from(signer.pem).toString('base64');
    const spec = { data, signature: { content: signature.content, publicKey: { content } } };
    const first = await asking.post(V1, { apiVersion: '0.0.1', kind: 'hashedrekord', spec });
    const second = await asking.post(V2, { hashedRekordRequestV002: request });
    expect([first.status, second.status]).toEqual([201, 201]);
    const ids = [entryOf(first.text)[0], idOf(openEntry(second.text, vkey).body)];
    expect(await search({ hash: data.hash.value })).toEqual(ids);
    expect(await search({ ...x509(signer.pem), hash: data.hash.value, operator: 'and' })).toEqual(ids);
    expect((await asking.post(V1, { apiVersion: '0.0.1', kind: 'hashedrekord', spec })).status).toBe(409);
    expect((await asking.post(V2, { hashedRekordRequestV002: request })).status).toBe(409);
  });

  it('has one order: indexes of both APIs count the same entries', async () => {
    const one = entryOf((await asking.post(V1, hashedrekord('order', submitter))).text)[1].logIndex;
    const two = openEntry((await asking.post(V2, { hashedRekordRequestV002: orderly('a') })).text, vkey).index;
    const three = entryOf((await asking.post(V1, hashedrekord('order again', submitter))).text)[1].logIndex;
    expect([two, three]).toEqual([one + 1, one + 2]);
  });

  it('is one history: v1 proves that heads between which entries came by v2 are consistent', async () => {
    const { size } = (await auditLog(asking, '', vkey)).checkpoint;
    await asking.post(V2, { hashedRekordRequestV002: orderly('b') });
    const { bodies, checkpoint } = await auditLog(asking, '', vkey);
    const { text } = await asking.get(`/api/v1/log/proof?firstSize=${size}&lastSize=${size + 1}`);
    expect(JSON.parse(text)).toEqual({
      hashes: referenceConsistency(bodies, size, size + 1),
      rootHash: checkpoint.root.toString('hex'),
    });
  });
});

const orderly = (artifact: string) => hashedRekordRequest(signer, keyVerifier(signer), artifact);

describe('what one API does not take from the other', () => {
  it('v1 creates no entry of v2, and does not look one up by its body', async () => {
    const { body } = openEntry((await asking.post(V2, { hashedRekordRequestV002: orderly('own') })).text, vkey);
    const proposal: unknown = JSON.parse(body.toString());
    const message =
      "hashedrekord implementation for version '0.0.2' not found: unable to locate entry for version 0.0.2";
    const created = await asking.post(V1, proposal);
    expect([created.status, JSON.parse(created.text)]).toEqual([
      400,
      { code: 400, message: `error processing entry: ${message}` },
    ]);
    const asked = await asking.post(`${V1}/retrieve`, { entries: [proposal] });
    expect([asked.status, JSON.parse(asked.text)]).toEqual([400, { code: 400, message }]);
  });

  it('v2 creates no entry of v1', async () => {
    const { status, text } = await asking.post(V2, hashedrekord('foreign', submitter));
    expect([status, JSON.parse(text)]).toEqual([400, { code: 3, message: 'unknown field "apiVersion"', details: [] }]);
  });
});
