import { createPublicKey, hash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Entry } from '@sigstore/protobuf-specs/rekor/v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { auditLog } from '../../support/audit.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { hashedrekord } from '../../../testkit/proposals.ts';
import { SETTINGS, variantOf } from '../variants.ts';
import { ENTRIES, openEntry, statusText } from './answers.ts';

const V1 = ['/api/v1/log', '/api/v1/log/publicKey', '/api/v1/log/proof?lastSize=1', '/api/v1/log/entries?logIndex=0'];
const V2 = ['/api/v2/checkpoint', '/api/v2/tile/0/000.p/1', '/api/v2/tile/entries/000.p/1', '/api/v2/log/publicKey'];
const MORE_V2 = ['/api/v2/log/heads', '/api/v2/log/proof/0'];
const FILES = ['/checkpoint', '/tile/0/000.p/1', '/tile/entries/000.p/1', '/vkey'];
const SERVICE = [
  '/',
  '/ping',
  '/healthz',
  '/readyz',
  '/.well-known/stele.json',
  '/trusted_root.json',
  '/signing_config.json',
  '/openapi.json',
  '/docs',
];

const signer = makeV2Signer();
const request = (artifact: string) => ({
  hashedRekordRequestV002: hashedRekordRequest(signer, keyVerifier(signer), artifact),
});

describe('a log whose APIs are both open', () => {
  let opened: TestLog;
  beforeAll(async () => void (opened = await openTestLog()));
  afterAll(() => opened.close());

  it.each([
    { apis: ['rekor-v1', 'rekor-v2'], open: [...V1, ...V2, ...MORE_V2, ...FILES, ...SERVICE], closed: [] },
    { apis: ['rekor-v1'], open: [...V1, ...SERVICE], closed: [...V2, ...MORE_V2, ...FILES] },
    { apis: ['rekor-v2'], open: [...V2, ...MORE_V2, ...FILES, ...SERVICE], closed: V1 },
  ] as const)('or one of them: $apis', async ({ apis, open, closed }) => {
    const asking = await askOf(variantOf(opened.log, { settings: { apis } }));
    try {
      for (const path of open) expect([path, (await asking.raw('GET', path)).status]).toEqual([path, 200]);
      for (const path of closed)
        await expectClosed(asking, 'GET', path, undefined, apis.length === 1 && apis[0] === 'rekor-v2' ? 'v2' : 'v1');
      const { shards, limits, faces } = JSON.parse((await asking.get('/.well-known/stele.json')).text) as {
        readonly faces: readonly string[];
        readonly shards: readonly object[];
        readonly limits: object;
      };
      expect(faces.map((face) => `rekor-${face}`)).toEqual(apis);
      for (const face of ['v1', 'v2'] as const) {
        expect(face in (shards[0] ?? {})).toBe(apis.some((name) => name === `rekor-${face}`));
        expect(`${face}RequestBody` in limits).toBe(apis.some((name) => name === `rekor-${face}`));
      }
    } finally {
      await asking[Symbol.asyncDispose]();
    }
  });

  it('an API that is closed has no operation, whatever the method', async () => {
    await using onlyV1 = await askOf(variantOf(opened.log, { settings: { apis: ['rekor-v1'] } }));
    await using onlyV2 = await askOf(variantOf(opened.log, { settings: { apis: ['rekor-v2'] } }));
    const { size } = opened.log.head();
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      await expectClosed(onlyV1, method, ENTRIES);
      await expectClosed(onlyV2, method, '/api/v1/log/entries', undefined, 'v2');
    }
    await expectClosed(onlyV1, 'POST', ENTRIES, request('v1'));
    await expectClosed(onlyV2, 'POST', '/api/v1/log/entries', hashedrekord('v2'), 'v2');
    expect(opened.log.head().size).toBe(size);
  });

  it('does not write where the operator has switched the writing operation off: rekor-v2 §1.9', async () => {
    const operations = SETTINGS.operations.filter((id) => id !== 'createEntry');
    await using readOnly = await askOf(variantOf(opened.log, { settings: { operations } }));
    const { status, headers, text } = await readOnly.post(ENTRIES, request('read-only'));
    expect([status, headers['content-type'], text]).toEqual([
      405,
      'text/plain; charset=utf-8',
      'This log has been frozen, please switch to the latest log.\n',
    ]);
    expect((await readOnly.post('/api/v1/log/entries', hashedrekord('still open'))).status).toBe(201);
  });
});

/** Of an API that is closed the document says nothing, so it is not asked. */
async function expectClosed(
  { base }: Asking,
  method: string,
  path: string,
  sent?: object,
  api: 'v1' | 'v2' = 'v1',
): Promise<void> {
  const answer = await fetch(`${base}${path}`, { method, ...(sent && { body: JSON.stringify(sent) }) });
  const [status, text] = [answer.status, await answer.text()];
  const [bare] = path.split('?');
  const v1 = JSON.stringify({ code: 404, message: `path ${bare} was not found` });
  const body = api === 'v2' || path.startsWith('/api/v2') ? statusText(5, 'Not Found') : v1;
  expect([status, text]).toEqual([404, method === 'HEAD' ? '' : body]);
}

describe('a log of v2 alone', () => {
  let opened: TestLog;
  let asking: Asking;
  beforeAll(async () => {
    opened = await openTestLog(['--apis', 'v2']);
    asking = await askOf(opened.app);
  });
  afterAll(async () => {
    await asking[Symbol.asyncDispose]();
    await opened.close();
  });

  it('begins with an entry of v2: a hashedrekord over its genesis document, signed with its own key', async () => {
    const vkey = (await asking.get('/vkey')).text;
    const { bodies } = await auditLog(asking, '', vkey);
    const { kind, apiVersion, spec } = Entry.fromJSON(JSON.parse(String(bodies[0])));
    expect([kind, apiVersion, bodies.length]).toEqual(['hashedrekord', '0.0.2', 1]);
    const { data, signature } =
      spec?.spec?.$case === 'hashedRekordV002' ? spec.spec.hashedRekordV002 : { data: undefined, signature: undefined };
    const document = readFileSync(join(opened.folder, 'birth.json'));
    const { keys, origin } = JSON.parse(document.toString()) as { keys: { v1: string; tile: string }; origin: string };
    expect([origin, keys.tile]).toEqual(['rekor.test', (await asking.get('/api/v2/log/publicKey')).text]);
    expect(data?.digest.toString('hex')).toBe(hash('sha256', document));
    expect(verify('sha256', document, createPublicKey(keys.v1), signature?.content ?? Buffer.of())).toBe(true);
  });

  it('gives the first entry of a user index 1, and holds no body that a monitor of v2 cannot read', async () => {
    const vkey = (await asking.get('/vkey')).text;
    const { status, text } = await asking.post(ENTRIES, request('first'));
    expect([status, openEntry(text, vkey).index]).toEqual([201, 1]);
    const { bodies } = await auditLog(asking, '/api/v2', vkey);
    const versions = bodies.map((body) => Entry.fromJSON(JSON.parse(body.toString())).spec?.spec?.$case);
    expect(versions).toEqual(['hashedRekordV002', 'hashedRekordV002']);
  });
});
