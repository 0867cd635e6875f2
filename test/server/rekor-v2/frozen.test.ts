import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { auditLog, type Audited } from '../../support/audit.ts';
import { openCheckpoint } from '../../support/auditor.ts';
import { freezeLog } from '../freeze.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { mixedSubmissions, type Submission } from '../../support/mixed.ts';
import { hashedrekord, hashedrekordOf, newSubmitter } from '../../../testkit/proposals.ts';
import { directAdmission } from '../../support/admission.ts';
import { variantOf } from '../variants.ts';
import { entryOf, holds } from '../entry-answers.ts';
import { ENTRIES, statusText } from './answers.ts';

/** A log that has ended: rekor-v2 §1.9 and §10.2. */
const ENDED_AT_MS = Date.UTC(2026, 10, 3, 4, 5, 6) / 1000;
const signer = makeV2Signer();
const request = (artifact: string) => ({
  hashedRekordRequestV002: hashedRekordRequest(signer, keyVerifier(signer), artifact),
});
const submissions: readonly Submission[] = mixedSubmissions(6);

let folder: string;
let opened: TestLog;
let asking: Asking;
let vkey: string;
/** Answers from while the log grew. */
let before: { readonly audited: Audited; readonly checkpoint: string; readonly v1: string };

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'stele-frozen-')), 'data');
  const growing = await openTestLog([], folder);
  {
    await using grower = await askOf(growing.app);
    for (const { path, body } of submissions) await grower.post(path, body);
    vkey = (await grower.get('/vkey')).text;
    const [checkpoint, v1] = [await grower.get('/checkpoint'), await grower.get('/api/v1/log')];
    before = { audited: await auditLog(grower, '', vkey), checkpoint: checkpoint.text, v1: v1.text };
  }
  await growing.close();
  await freezeLog(folder, ENDED_AT_MS);
  opened = await openTestLog([], folder);
  asking = await askOf(opened.app);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

describe('rekor-v2 §1.9: a log that has ended, and who writes to it', () => {
  const FROZEN_ANSWER = [
    405,
    'text/plain; charset=utf-8',
    'This log has been frozen, please switch to the latest log.\n',
  ];
  const good = request('good');
  const { signature } = good.hashedRekordRequestV002;
  const late = { ...signature, content: request('else').hashedRekordRequestV002.signature.content };

  it.each([
    ['an entry', good],
    ['an entry that it holds already', submissions[1]?.body],
    ['an envelope', submissions[3]?.body],
    [
      'a signature that does not hold',
      { hashedRekordRequestV002: { ...good.hashedRekordRequestV002, signature: late } },
    ],
    ['a request for nothing', '{}'],
    ['nothing at all', ''],
  ])('v2: %s is answered with 405, in plain text: nothing is checked', async (_what, body) => {
    const { status, headers, text } = await asking.post(ENTRIES, body);
    expect([status, headers['content-type'], text]).toEqual(FROZEN_ANSWER);
  });

  it('v2: also one that is longer than an entry may be', async () => {
    await using narrow = await askOf(variantOf(opened.log, { admission: directAdmission({ maxBody: 10 }) }));
    const { status, headers, text } = await narrow.post(ENTRIES, request('long'));
    expect([status, headers['content-type'], text]).toEqual(FROZEN_ANSWER);
  });

  it.each([
    ['what is no JSON', '{"hashedRekordRequestV002":', 'unexpected EOF'],
    ['an unknown field', { x: 1 }, 'unknown field "x"'],
    ['what is no base64', { hashedRekordRequestV002: { digest: '*' } }, 'hashedRekordRequestV002.digest is not base64'],
  ])('v2: %s is answered with 400 all the same: rekor-v2 §1.3, rule 13', async (_what, body, message) => {
    const { status, text } = await asking.post(ENTRIES, body);
    expect([status, text]).toEqual([400, statusText(3, message)]);
  });

  const digest = { algorithm: 'sha256', value: 'ab'.repeat(32) };
  const forged = hashedrekordOf(digest, new Uint8Array(64), newSubmitter().pem);
  it.each([
    ['an entry', hashedrekord('late')],
    ['one that it holds already', submissions[0]?.body],
    ['one whose signature does not hold', forged],
    ['a kind that it never took', { kind: 'rpm', apiVersion: '0.0.1', spec: {} }],
  ])('v1: %s is answered with 501, as an operation that is switched off', async (_what, body) => {
    const { status, text } = await asking.post('/api/v1/log/entries', body);
    const message = 'Create Entry API not enabled in this Rekor instance';
    expect([status, text]).toEqual([501, `{"code":501,"message":"${message}"}\n`]);
  });

  it('nothing of all that became an entry, or an error of the server', () => {
    expect(opened.log.head().size).toBe(before.audited.checkpoint.size);
    expect(opened.errors).toEqual([]);
  });
});

describe('rekor-v2 §10.2: a log that has ended, and who reads it', () => {
  it('signs its last checkpoint once more, with the line that says when', async () => {
    const { text } = await asking.get('/checkpoint');
    const { size, root } = before.audited.checkpoint;
    expect(size).toBe(1 + submissions.length);
    expect(openCheckpoint(text, vkey)).toEqual({
      origin: 'rekor.test',
      size,
      root,
      extensions: ['Log frozen \u2014 Tue Nov  3 04:05:06 UTC 2026'],
      signatures: [{ name: 'rekor.test', keyId: expect.stringMatching(/^[0-9a-f]{8}$/) as string }],
    });
    expect(text).not.toBe(before.checkpoint);
    const again = await asking.get('/api/v2/checkpoint');
    expect([again.text, again.headers['cache-control']]).toEqual([text, 'no-cache']);
  });

  it('keeps the checkpoint from before among its heads, for who wants one without that line', async () => {
    const { heads } = JSON.parse((await asking.get('/api/v2/log/heads?limit=1')).text) as {
      readonly heads: readonly { readonly note: string }[];
    };
    expect(heads.map(({ note }) => note)).toEqual([before.checkpoint]);
  });

  it('serves every tile, entry and proof as before', async () => {
    for (const prefix of ['', '/api/v2']) {
      const { bodies, tiles } = await auditLog(asking, prefix, vkey);
      expect([bodies, tiles]).toEqual([before.audited.bodies, before.audited.tiles]);
    }
    const proof = await asking.get('/api/v2/log/proof/1');
    expect([proof.status, proof.text.endsWith(before.checkpoint)]).toEqual([200, true]);
  });

  it('answers v1 as before: head, key, entries by index and by search', async () => {
    expect((await asking.get('/api/v1/log')).text).toBe(before.v1);
    const pem = (await asking.get('/api/v1/log/publicKey')).text;
    for (const index of before.audited.bodies.keys()) {
      const [id, value] = entryOf((await asking.get(`/api/v1/log/entries?logIndex=${index}`)).text);
      expect(holds(id, value, pem)).toBe(true);
    }
    const hash = /"value":"([0-9a-f]{64})"/.exec(String(before.audited.bodies[1]))?.[1];
    expect(JSON.parse((await asking.post('/api/v1/index/retrieve', { hash })).text)).toHaveLength(1);
  });

  it('says so in its discovery document', async () => {
    const { shards } = JSON.parse((await asking.get('/.well-known/stele.json')).text) as {
      readonly shards: readonly { readonly frozen?: number; readonly treeSize: number }[];
    };
    expect(shards).toEqual([
      expect.objectContaining({ frozen: ENDED_AT_MS, treeSize: before.audited.checkpoint.size }),
    ]);
  });
});
