import { createPublicKey, hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SigningConfig, TrustedRoot } from '@sigstore/protobuf-specs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ed25519Spki } from '../../checkpoint/spki.ts';
import { LogShards } from '../../log/shards.ts';
import { admitted, EXPECTED_IDENTITY, openLogFixture, type LogFixture } from '../log/log-fixture.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { readVkey } from '../support/auditor.ts';
import { instead, variantOf } from './variants.ts';

/* Two shards, the first of which has ended. */

const ENDED_AT = 2_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'stele-trust-'));
let fixtures: readonly LogFixture[];
let asking: Asking;

beforeAll(async () => {
  const open = async (origin: string, treeId: string): Promise<LogFixture> => {
    const expected = { ...EXPECTED_IDENTITY, origin };
    const fixture = await openLogFixture(join(folder, origin), { expected, newTreeId: () => treeId });
    await fixture.log.addFirst(admitted(origin));
    return fixture;
  };
  fixtures = [await open('ended.test', '1'), await open('growing.test', '2')];
  asking = await askOf(appOf());
});
afterAll(async () => {
  for (const each of [asking, ...fixtures]) await each[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function appOf(settings: Parameters<typeof variantOf>[1] = {}) {
  const [ended, growing] = fixtures.map(({ log }) => log) as [LogFixture['log'], LogFixture['log']];
  const shards = new LogShards([instead(ended, { frozenAt: ENDED_AT }), growing]);
  return variantOf(growing, { shards, ...settings });
}

const startOf = async (i: number): Promise<number> => {
  const entry = await (fixtures[i] as LogFixture).log.byIndex(0);
  return (entry?.integratedTime ?? 0) - 3600;
};
const secondsOf = (date: Date | undefined): number | undefined => date && date.getTime() / 1000;
const rootFrom = async (from: Asking): Promise<TrustedRoot> =>
  TrustedRoot.fromJSON(JSON.parse((await from.get('/trusted_root.json')).text));
const configFrom = async (from: Asking): Promise<SigningConfig> =>
  SigningConfig.fromJSON(JSON.parse((await from.get('/signing_config.json')).text));

describe('clients §2.2: GET /trusted_root.json', () => {
  it('has both keys of every shard under the name and the id that clients look for', async () => {
    const { tlogs } = await rootFrom(asking);
    expect(tlogs.map(({ baseUrl }) => baseUrl)).toEqual([
      'https://ended.test',
      'https://ended.test',
      'https://growing.test',
      'https://growing.test',
    ]);
    for (const [i, { log }] of fixtures.entries()) {
      const { logId, publicKey, c2spKey } = log.shard;
      const spki = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
      const c2sp = Buffer.from(ed25519Spki(c2spKey.material));
      expect(tlogs.slice(2 * i, 2 * i + 2)).toMatchObject([
        { publicKey: { rawBytes: spki, keyDetails: 5 }, logId: { keyId: Buffer.from(logId, 'hex') } },
        { publicKey: { rawBytes: c2sp, keyDetails: 7 } },
      ]);
      expect(hash('sha256', spki)).toBe(logId);
    }
    await using growing = await askOf(variantOf((fixtures[1] as LogFixture).log));
    expect(tlogs[3]?.logId?.keyId).toEqual(readVkey((await growing.get('/vkey')).text).longId);
  });

  it('says since when and until when each key signs', async () => {
    const { tlogs } = await rootFrom(asking);
    const periods = tlogs.map(({ publicKey }) => [
      secondsOf(publicKey?.validFor?.start),
      secondsOf(publicKey?.validFor?.end),
    ]);
    const [ended, growing] = [await startOf(0), await startOf(1)];
    expect(periods).toEqual([
      [ended, ENDED_AT],
      [ended, ENDED_AT],
      [growing, undefined],
      [growing, undefined],
    ]);
  });

  it('leaves out the keys of an API that is closed', async () => {
    await using closed = await askOf(appOf({ settings: { apis: ['rekor-v2'] } }));
    expect((await rootFrom(closed)).tlogs.map(({ publicKey }) => publicKey?.keyDetails)).toEqual([7, 7]);
    expect((await configFrom(closed)).rekorTlogUrls.map(({ majorApiVersion }) => majorApiVersion)).toEqual([2]);
  });

  it('is an indented file that pages of every origin may read, for HEAD as well', async () => {
    const { text, headers } = await asking.get('/trusted_root.json', { Origin: 'https://elsewhere.test' });
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
    expect([headers['access-control-allow-origin'], headers['cache-control']]).toEqual(['*', 'no-cache']);
    expect((await asking.raw('HEAD', '/trusted_root.json')).status).toBe(200);
  });
});

describe('clients §2.3: GET /signing_config.json', () => {
  it('names the shard that grows, with both APIs, where the request found it', async () => {
    const { rekorTlogUrls, rekorTlogConfig, tsaConfig } = await configFrom(asking);
    const { text } = await asking.raw('GET', '/signing_config.json', { Host: 'found.test:81' });
    expect(text).toContain('"url": "http://found.test:81"');
    const validFor = { start: new Date((await startOf(1)) * 1000), end: undefined };
    expect(rekorTlogUrls).toMatchObject([
      { majorApiVersion: 1, validFor, operator: 'growing.test' },
      { majorApiVersion: 2, validFor, operator: 'growing.test' },
    ]);
    expect([rekorTlogConfig?.selector, tsaConfig]).toEqual([2, undefined]);
  });

  it('names the address that the operator says', async () => {
    await using known = await askOf(appOf({ settings: { publicUrl: 'https://log.example/stele' } }));
    const { rekorTlogUrls } = await configFrom(known);
    expect(rekorTlogUrls.map(({ url }) => url)).toEqual(['https://log.example/stele', 'https://log.example/stele']);
  });
});

describe('GET /.well-known/stele.json', () => {
  it('names both documents, and says since when each shard is there', async () => {
    const { trustedRoot, signingConfig, shards } = JSON.parse((await asking.get('/.well-known/stele.json')).text) as {
      readonly trustedRoot: string;
      readonly signingConfig: string;
      readonly shards: readonly { readonly begins: number }[];
    };
    expect([trustedRoot, signingConfig]).toEqual(['/trusted_root.json', '/signing_config.json']);
    expect(shards.map(({ begins }) => begins)).toEqual([await startOf(0), await startOf(1)]);
  });
});
