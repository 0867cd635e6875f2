import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIssuer } from '../../testkit/certificate.ts';
import { dsse, hashedrekord, newSubmitter, statement } from '../../testkit/proposals.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { answersOfFiles, openLiar } from '../support/liar.ts';
import { type Ran, stele } from '../support/stele.ts';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../support/v2-requests.ts';
import { leavesNamed, newTileLog } from '../support/tile-log.ts';

const WORKFLOW =
  'https://github.com/example-organisation/example-repository/.github/workflows/release-and-publish.yml@refs/tags/v1.24.3';
const ISSUER = 'https://token.actions.githubusercontent.com';

let scratch: string;
let folder: LogFolder;
let server: ServerProcess;
/** Index 1 is of a certificate, 3 of `plain`, 5 an envelope of `plain`, 7 of Rekor v2; those between are of others. */
const plain = newSubmitter();
const workflow = newSubmitter();
const certificate = newIssuer().issue(createPublicKey(workflow.pem));

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-watch-'));
  folder = temporaryFolder();
  server = await startServer(folder, { flags: ['--origin', 'watch.test', '--genesis', 'off'] });
  const v2 = makeV2Signer();
  await post('v1', hashedrekord('other 0'));
  await post('v1', hashedrekord('by a workflow', { ...workflow, pem: certificate }));
  await post('v1', hashedrekord('other 2'));
  await post('v1', hashedrekord('by a key', plain));
  await post('v1', hashedrekord('other 4'));
  await post('v1', dsse(statement('enveloped'), plain));
  await post('v1', hashedrekord('other 6'));
  await post('v2', { hashedRekordRequestV002: hashedRekordRequest(v2, keyVerifier(v2), 'of v2') });
});
afterAll(async () => {
  await server.stop();
  folder[Symbol.dispose]();
  rmSync(scratch, { recursive: true, force: true });
});

async function post(api: 'v1' | 'v2', body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.base}/api/${api}/log/entries`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  await answer.arrayBuffer();
}

let made = 0;
const newPath = (name: string): string => join(scratch, `${name}-${(made += 1)}`);
function fileOf(content: string | Uint8Array): string {
  const file = newPath('file');
  writeFileSync(file, content);
  return file;
}
const watch = (words: readonly string[], state = newPath('state')): Promise<Ran> =>
  stele(['watch', server.base, '--once', '--state', state, ...words]);

interface Told {
  readonly logIndex: number;
  readonly type: string;
  readonly matches?: readonly Readonly<Record<string, string>>[];
}
const toldIn = ({ out }: Ran): readonly Told[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told);
const found = async (...words: string[]): Promise<readonly number[]> => {
  const ran = await watch([...words, '--from', '0', '--output', 'json']);
  expect(ran.code).toBe(0);
  return toldIn(ran).map(({ logIndex }) => logIndex);
};
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('stele watch finds entries', () => {
  it('by the identity in a certificate and its issuer, both regular expressions', async () => {
    const identity = ['--identity', 'github\\.com/example-organisation/.*@refs/tags/v1'];
    expect(await found(...identity)).toEqual([1]);
    expect(await found(...identity, '--issuer', '^https://token\\.actions\\.')).toEqual([1]);
    expect(await found(...identity, '--issuer', '^https://accounts')).toEqual([]);
    expect(await found('--issuer', 'githubusercontent')).toEqual([1]);
    expect(await found('--identity', '^github\\.com')).toEqual([]);
    expect(await found('--subject', '(?i)EXAMPLE-ORGANISATION')).toEqual([1]);
  });

  it('by a key, whatever kind of entry it has signed, and by its fingerprint', async () => {
    const der = createPublicKey(plain.pem).export({ type: 'spki', format: 'der' });
    expect(await found('--key', fileOf(plain.pem))).toEqual([3, 5]);
    expect(await found('--fingerprint', sha256(der).toUpperCase())).toEqual([3, 5]);
    expect(await found('--key', fileOf(certificate))).toEqual([1]);
    expect(await found('--fingerprint', sha256(new X509Certificate(certificate).raw))).toEqual([1]);
  });

  it('by a hash of an artifact or a payload, of both APIs', async () => {
    expect(await found('--hash', `sha256:${sha256('by a key')}`)).toEqual([3]);
    expect(await found('--hash', sha256(statement('enveloped')))).toEqual([5]);
    expect(await found('--hash', sha256('of v2'))).toEqual([7]);
  });

  it('by the file of rekor-monitor', async () => {
    const config = fileOf(`
startIndex: 0
logInfoFile: checkpoint.txt
monitoredValues:
  certIdentities:
    - certSubject: user@domain\\.com
    - certSubject: https://github\\.com/example-organisation/.*
      issuers:
        - https://accounts\\.google\\.com
        - https://token\\.actions\\.githubusercontent\\.com
  subjects:
    - subject@domain\\.com
  fingerprints:
    - ${sha256(createPublicKey(plain.pem).export({ type: 'spki', format: 'der' }))}
  oidMatchers:
    fulcioExtensions:
      build-config-uri: ['${WORKFLOW}']
    oidExtensions:
      - objectIdentifier: [1, 3, 6, 1, 4, 1, 57264, 1, 1]
        extensionValues: ['${ISSUER}']
    customExtensions:
      - objectIdentifier: 1.3.6.1.4.1.57264.1.11
        extensionValues: [self-hosted]
`);
    const ran = await watch(['--config', config, '--output', 'json']);
    expect(ran.err).toMatch(/--config: logInfoFile mean nothing to stele watch/);
    const [first, ...others] = toldIn(ran);
    expect(first).toMatchObject({
      version: 1,
      type: 'match',
      logIndex: 1,
      id: 'watch.test#1',
      kind: 'hashedrekord:0.0.1',
    });
    expect(first?.matches).toEqual([
      { type: 'certIdentity', certSubject: WORKFLOW, issuer: ISSUER },
      { type: 'oidExtension', oid: '1.3.6.1.4.1.57264.1.18', extensionValue: WORKFLOW },
      { type: 'oidExtension', oid: '1.3.6.1.4.1.57264.1.1', extensionValue: ISSUER },
    ]);
    expect(others.map(({ logIndex }) => logIndex)).toEqual([3, 5]);
  });

  it('by the API of Rekor v1 as well as from tiles', async () => {
    expect(await found('--key', fileOf(plain.pem), '--api', 'rekor-v1')).toEqual([3, 5]);
    const all = await found('--subject', '.', '--issuer', '.', '--api', 'rekor-v1');
    expect(all).toEqual([1]);
  });

  it('prints a line for each, with index, leaf hash, kind and what matched', async () => {
    const ran = await watch(['--key', fileOf(plain.pem), '--from', '4']);
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('pinned') as string });
    expect(ran.out).toMatch(/^5 [0-9a-f]{64} dsse:0\.0\.1 fingerprint [0-9a-f]{64}\n$/);
  });
});

describe('the cursor of stele watch', () => {
  it('begins behind the newest entry, and goes on from where it was', async () => {
    const [state, words] = [newPath('state'), ['--key', fileOf(plain.pem)]];
    const first = await watch(words, state);
    expect(first).toMatchObject({ code: 0, out: '' });
    expect(first.err).toMatch(/a new watch of watch\.test: it begins at entry \d+\n/);
    await post('v1', hashedrekord('later', plain));
    expect((await watch(words, state)).out).toMatch(/^\d+ [0-9a-f]{64} hashedrekord/);
    expect(await watch(words, state)).toMatchObject({ code: 0, out: '', err: '' });
    expect((await watch([...words, '--from', '0'], state)).err).toMatch(/--from is for a new one/);
    expect((await watch(['--subject', 'x'], state)).err).toMatch(/other things are watched for from entry \d+ on/);
    const named = await watch([...words, '--from', '0', '--name', 'second'], state);
    expect(named.out.split('\n').length).toBeGreaterThan(3);
  });

  it('is that of one log, and of one run at a time', async () => {
    const [state, words] = [newPath('state'), ['--subject', 'x']];
    await watch(words, state);
    const [name = ''] = readdirSync(join(state, 'watches'));
    const file = join(state, 'watches', name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('watch.test', 'other.test'));
    expect(await watch(words, state)).toMatchObject({ code: 2, out: '' });
    writeFileSync(file, '{');
    expect(await watch(words, state)).toMatchObject({ code: 2, err: expect.stringMatching(/is damaged/) as string });
    writeFileSync(file, text);
    const { hostname } = await import('node:os');
    writeFileSync(`${file}.lock`, `${process.pid} ${hostname()}\n`);
    expect(await watch(words, state)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/another stele works/) as string,
    });
  });
});

describe('stele watch of entries that cannot be read', () => {
  it('reports each of them, and finds those behind', async () => {
    const log = newTileLog('odd.test');
    const entry = (spec: object): Buffer =>
      Buffer.from(JSON.stringify({ apiVersion: '0.0.1', kind: 'hashedrekord', spec }));
    const base64 = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');
    const signedBy = (content: string): Buffer => entry({ signature: { publicKey: { content } } });
    const broken = new X509Certificate(certificate).raw.subarray(0, -10);
    const leaves = [
      Buffer.from([0xff, 0xfe]),
      Buffer.from('[1]'),
      Buffer.from('{"kind":"x"}'),
      Buffer.from(`${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`),
      signedBy('not base64!'),
      signedBy(base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')),
      signedBy(base64(broken)),
      signedBy(base64('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxxxx\n-----END PGP PUBLIC KEY BLOCK-----\n')),
      signedBy(base64(certificate)),
      ...leavesNamed('other', 300),
    ];
    await using files = await openLiar(answersOfFiles(log.files(leaves)));
    const words = ['watch', files.base, '--once', '--from', '0', '--log-key', log.vkey, '--state', newPath('state')];
    const ran = await stele([...words, '--identity', 'example-organisation', '--output', 'json']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const told = toldIn(ran);
    expect(told.filter(({ type }) => type === 'match').map(({ logIndex }) => logIndex)).toEqual([8]);
    const unreadable = told.filter(({ type }) => type === 'unreadable').map(({ logIndex }) => logIndex);
    expect(unreadable.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
