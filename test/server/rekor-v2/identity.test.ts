import { createPublicKey, hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { openCheckpoint, openRekorCheckpoint, readVkey } from '../../support/auditor.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { hashedrekord } from '../../../testkit/proposals.ts';
import { type Variant, variantOf } from '../variants.ts';
import { ENTRIES, openEntry } from './answers.ts';

interface Discovery {
  readonly faces: readonly string[];
  readonly url?: string;
  readonly shards: readonly [
    {
      readonly v1: Readonly<Record<'origin' | 'treeID' | 'logID' | 'publicKey' | 'path', string>>;
      readonly v2: Readonly<Record<'origin' | 'vkey' | 'publicKey' | 'path' | 'tilePath', string>>;
      readonly offset: number;
      readonly treeSize: number;
    },
  ];
  readonly limits: Readonly<Record<'v1RequestBody' | 'v2RequestBody' | 'canonicalBody' | 'page', number>>;
  readonly witness?: unknown;
}

const DISCOVERY = '/.well-known/stele.json';
const LIMITS = ['--max-request-body', '3KiB', '--max-v2-request-body', '2KiB', '--max-canonical-body', '600'];
const signer = makeV2Signer();

let opened: TestLog;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog([...LIMITS, '--search-page', '5']);
  asking = await askOf(opened.app);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const discover = async (from = asking): Promise<Discovery> => JSON.parse((await from.get(DISCOVERY)).text) as Discovery;
const askVariant = (variant: Variant): Promise<Asking> => askOf(variantOf(opened.log, variant));
const request = (artifact: string): string =>
  JSON.stringify({ hashedRekordRequestV002: hashedRekordRequest(signer, keyVerifier(signer), artifact) });

describe('the key of checkpoints: /vkey, /api/v2/log/publicKey', () => {
  it('is one line that C2SP tools take, and the same key in PEM', async () => {
    const { headers, text } = await asking.get('/vkey');
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text).toMatch(/^rekor\.test\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}\n$/);
    const pem = await asking.get('/api/v2/log/publicKey');
    expect(pem.headers['content-type']).toBe('application/x-pem-file');
    expect(createPublicKey(pem.text).equals(readVkey(text).key)).toBe(true);
    expect(createPublicKey(pem.text).asymmetricKeyType).toBe('ed25519');
    expect((await asking.get('/checkpoint')).text).toBe((await asking.get('/api/v2/checkpoint')).text);
    expect(openCheckpoint((await asking.get('/checkpoint')).text, text).origin).toBe('rekor.test');
  });

  it('is not the key of v1', async () => {
    const [v1, v2] = [await asking.get('/api/v1/log/publicKey'), await asking.get('/api/v2/log/publicKey')];
    expect(createPublicKey(v1.text).equals(createPublicKey(v2.text))).toBe(false);
  });
});

describe('GET /.well-known/stele.json', () => {
  it('names both APIs, and their keys are those that sign', async () => {
    const { faces, shards, url, witness } = await discover();
    const [{ v1, v2, offset, treeSize }, ...others] = shards;
    expect([faces, others, url, witness, offset]).toEqual([['v1', 'v2'], [], undefined, undefined, 0]);
    expect(v2.vkey).toBe((await asking.get('/vkey')).text.trim());
    expect(v2.publicKey).toBe((await asking.get(`${v2.path}/log/publicKey`)).text);
    expect(v1.publicKey).toBe((await asking.get(`${v1.path}/log/publicKey`)).text);
    expect(v1.logID).toBe(hash('sha256', createPublicKey(v1.publicKey).export({ type: 'spki', format: 'der' })));
    const info = JSON.parse((await asking.get(`${v1.path}/log`)).text) as { signedTreeHead: string; treeID: string };
    expect(v1.treeID).toBe(info.treeID);
    expect(openRekorCheckpoint(info.signedTreeHead, v2.origin, v1.publicKey).origin).toBe(v1.origin);
    for (const prefix of [v2.path, v2.tilePath]) {
      const { origin, size } = openCheckpoint((await asking.get(`${prefix}/checkpoint`)).text, v2.vkey);
      expect([origin, size]).toEqual([v2.origin, treeSize]);
      expect((await asking.raw('GET', `${prefix}/tile/0/000.p/${size}`)).bytes.length).toBe(32 * size);
    }
  });

  it('says how large the log is now', async () => {
    const before = await discover();
    const { index } = openEntry((await asking.post(ENTRIES, request('grown'))).text, before.shards[0].v2.vkey);
    expect(before.shards[0].treeSize).toBe(index);
    expect((await discover()).shards[0].treeSize).toBe(index + 1);
  });

  it('says the limits that hold: a byte more is refused', async () => {
    const { limits } = await discover();
    expect(limits).toEqual({ v1RequestBody: 3072, v2RequestBody: 2048, canonicalBody: 600, page: 5 });
    const statusOf = async (path: string, body: string): Promise<number> => (await asking.post(path, body)).status;
    const v1 = JSON.stringify(hashedrekord('limit of v1'));
    expect(await statusOf('/api/v1/log/entries', v1.padEnd(limits.v1RequestBody))).toBe(201);
    expect(await statusOf('/api/v1/log/entries', v1.padEnd(limits.v1RequestBody + 1))).toBe(413);
    expect(await statusOf(ENTRIES, request('limit of v2').padEnd(limits.v2RequestBody))).toBe(201);
    expect(await statusOf(ENTRIES, request('beyond it').padEnd(limits.v2RequestBody + 1))).toBe(400);
    expect((await asking.get(`/api/v2/log/heads?limit=${limits.page}`)).status).toBe(200);
    expect((await asking.get(`/api/v2/log/heads?limit=${limits.page + 1}`)).status).toBe(400);
    const rsa = makeV2Signer('rsa');
    const long = await asking.post(ENTRIES, { hashedRekordRequestV002: hashedRekordRequest(rsa) });
    expect(long.text).toMatch(/"the canonical body is \d+ bytes, and the limit is 600"/);
  });

  it('says where the world finds the log, if somebody has said so', async () => {
    await using named = await askVariant({ settings: { publicUrl: 'https://log.example.org' } });
    expect((await discover(named)).url).toBe('https://log.example.org');
  });

  it('is read by pages of every origin, and asked for again each time', async () => {
    const { headers } = await asking.get(DISCOVERY, { Origin: 'https://monitor.example' });
    expect([headers['access-control-allow-origin'], headers['cache-control']]).toEqual(['*', 'no-cache']);
    expect((await asking.raw('HEAD', DISCOVERY)).status).toBe(200);
    const { status, text } = await asking.raw('POST', DISCOVERY);
    expect([status, text]).toEqual([405, 'POST is not allowed here\n']);
  });
});
