import type { IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toHex } from '../../../base/bytes.ts';
import { openRecordLog } from '../../../storage/engines/index.ts';
import { CredentialSource, regionOfProfile } from '../../../storage/engines/s3-records/credentials.ts';
import { type RecordLog, RecordLogRefused, RecordLogUnreachable } from '../../../storage/record-log.ts';
import { EMPTY_LIST } from '../../../storage/records/record.ts';
import { openAnswering } from './answering.ts';
import {
  delaying,
  halving,
  refusing,
  type S3StandIn,
  type StandInRules,
  startStandIn,
  swallowing,
} from '../../support/s3-stand-in.ts';
import { recordBehind } from './suite.ts';

/* Faults of an object store that a real one cannot be made to have. */

async function begin(rules?: StandInRules): Promise<S3StandIn> {
  const store = await startStandIn(rules);
  onTestFinished(() => store[Symbol.asyncDispose]());
  return store;
}

const open = (store: S3StandIn): Promise<RecordLog> =>
  openRecordLog('s3://log/some/prefix', { env: store.env, needsStandby: true });

const puts = ({ method, url = '' }: IncomingMessage): boolean => method === 'PUT' && url.includes('/records/');
const gets = ({ method, url = '' }: IncomingMessage): boolean => method === 'GET' && url.includes('/records/');
const all = (): boolean => true;

const mine = recordBehind(EMPTY_LIST);

describe('the probe', () => {
  it('refuses a store that takes every PUT, whatever its condition: s3rver 3.7.1 is one', async () => {
    const store = await begin({ ignoresConditions: true });
    await expect(open(store)).rejects.toThrow('answered created and created');
    await expect(open(store)).rejects.toBeInstanceOf(RecordLogRefused);
  });

  it('refuses a store that tells two at one time that they were first', async () => {
    const store = await begin();
    let asked = 0;
    store.fail(
      ({ method }) => method === 'PUT' && (asked += 1) > 3,
      (_request, response) => void response.writeHead(200).end(),
    );
    await expect(open(store)).rejects.toThrow('2 were told that they did');
  });

  it('leaves nothing behind', async () => {
    const store = await begin();
    await open(store);
    expect([...store.objects.keys()]).toStrictEqual([]);
  });
});

describe('an append to objects', () => {
  it('is sent a second time when its answer is late, and both are the same record', async () => {
    const store = await begin();
    const log = await open(store);
    store.fail(puts, delaying(2000));
    const before = performance.now();
    await log.append(0, mine.record);
    expect(store.seen.filter((line) => line.startsWith('PUT') && line.includes('/records/'))).toHaveLength(2);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(toHex((await log.read(0)) ?? Uint8Array.of())).toBe(toHex(mine.record));
  });

  it('is unknown at 409, 429, 500 and 503, and taken when it is sent again', async () => {
    const store = await begin();
    const log = await open(store);
    for (const [status, code] of [
      [409, 'ConditionalRequestConflict'],
      [429, 'SlowDown'],
      [500, 'InternalError'],
      [503, 'SlowDown'],
    ] as const) {
      store.fail(puts, refusing(status, code));
      await expect(log.append(0, mine.record)).rejects.toBeInstanceOf(RecordLogUnreachable);
    }
    await log.append(0, mine.record);
  });

  it('is found to be its own where the store took it and answered 412 or nothing', async () => {
    const store = await begin();
    const log = await open(store);
    store.fail(puts, swallowing);
    await expect(log.append(0, mine.record)).rejects.toBeInstanceOf(RecordLogUnreachable);
    await log.append(0, mine.record);
    expect(store.objects.size).toBe(1);
  });
});

describe('a read of an object', () => {
  it('gives no part of it', async () => {
    const store = await begin();
    const log = await open(store);
    await log.append(0, mine.record);
    store.fail(gets, halving);
    await expect(log.read(0)).rejects.toBeInstanceOf(RecordLogUnreachable);
  });

  it('takes no end of bytes from whoever sends them', async () => {
    const store = await begin();
    const log = await open(store);
    store.fail(
      ({ url = '' }) => url.includes('list-type'),
      (_request, response) => {
        response.writeHead(200);
        const more = (): void => void response.write(Buffer.alloc(1_000_000), (error) => (error ? undefined : more()));
        more();
      },
    );
    await expect(log.hint()).rejects.toThrow('an answer of more than 4194304 bytes');
  });
});

describe('an address that is no store for this log is named as what it is', () => {
  it.each([
    [
      'another region',
      refusing(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1' }),
      'Set AWS_REGION to eu-west-1',
    ],
    ['a redirect', refusing(307, 'TemporaryRedirect', { location: 'http://elsewhere.test/' }), 'sends elsewhere (307'],
    ['a clock that is wrong', refusing(403, 'RequestTimeTooSkewed'), 'too far apart'],
    ['a wrong secret', refusing(403, 'SignatureDoesNotMatch'), 'look at the secret key'],
    ['no right', refusing(403, 'AccessDenied'), 'may not do that'],
    ['no such bucket', refusing(404, 'NoSuchBucket'), 'make it'],
  ])('%s', async (_name, fault, said) => {
    const store = await begin();
    store.fail(all, fault);
    const outcome = await open(store).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(RecordLogRefused);
    expect(String(outcome)).toContain(said);
  });

  it('a web server', async () => {
    await using site = await openAnswering(200, '<html>welcome</html>');
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: site.base };
    const outcome = await openRecordLog('s3://log', { env, needsStandby: true }).catch((error: unknown) => error);
    expect(String(outcome)).toContain('does not create an object only where there is none');
  });

  it('a web server that has nothing', async () => {
    await using site = await openAnswering(404, 'not found');
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: site.base };
    const outcome = await openRecordLog('s3://log', { env, needsStandby: true }).catch((error: unknown) => error);
    expect(String(outcome)).toContain('this is no address of an object store');
  });

  it('nothing at all', async () => {
    await expect(openRecordLog('ftp://x/y', { env: {}, needsStandby: true })).rejects.toThrow('is neither s3://');
    await expect(openRecordLog('s3://log', { env: {}, needsStandby: true })).rejects.toThrow('no region is known');
  });
});

describe('credentials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stele-credentials-'));
  const file = join(folder, 'credentials');
  writeFileSync(
    file,
    '[default]\naws_access_key_id = A\naws_secret_access_key=B\n[other ]\naws_access_key_id=C\naws_secret_access_key=D=\naws_session_token = E\n',
  );
  const config = join(folder, 'config');
  writeFileSync(config, '[default]\nregion=here\n[profile  other]\nregion = there\n');
  const none = { AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_CONFIG_FILE: join(folder, 'none') };

  it('are those of the environment, of the profile, or there are none', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SHARED_CREDENTIALS_FILE: file };
    expect(await new CredentialSource(env).get()).toMatchObject({ accessKeyId: 'a' });
    const shared = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: config };
    expect(await new CredentialSource(shared).get()).toMatchObject({ accessKeyId: 'A', secretAccessKey: 'B' });
    const other = { ...shared, AWS_PROFILE: 'other' };
    expect(await new CredentialSource(other).get()).toMatchObject({
      accessKeyId: 'C',
      secretAccessKey: 'D=',
      sessionToken: 'E',
    });
    expect([await regionOfProfile(shared), await regionOfProfile(other)]).toStrictEqual(['here', 'there']);
    await expect(new CredentialSource(none).get()).rejects.toThrow('there are no credentials');
    rmSync(folder, { recursive: true });
  });

  it('of a container are asked for again before they end, and once the store takes them no more', async () => {
    let given = 0;
    let ends = '2999-01-01T00:00:00Z';
    await using agent = await openAnswering(200, () =>
      JSON.stringify({ AccessKeyId: `K${(given += 1)}`, SecretAccessKey: 's', Token: 't', Expiration: ends }),
    );
    const store = await begin();
    const env = { AWS_ENDPOINT_URL: store.base, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.base}/creds`, ...none };
    const log = await openRecordLog('s3://log/x', { env, needsStandby: true });
    expect(given).toBe(1);
    store.fail(puts, refusing(400, 'ExpiredToken'));
    await log.append(0, mine.record);
    expect(given).toBe(2);
    store.fail(gets, refusing(400, 'ExpiredToken'), refusing(400, 'ExpiredToken'));
    await expect(log.read(0)).rejects.toThrow('the credentials have expired');
    ends = new Date(Date.now() + 1000).toISOString();
    const source = new CredentialSource(env);
    await source.get();
    await source.get();
    expect(given).toBe(5);
  });

  it('are fetched without https from this machine and from agents alone', async () => {
    const env = { ...none, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://192.0.2.1/creds' };
    await expect(new CredentialSource(env).get()).rejects.toThrow('without https, only this machine');
  });
});
