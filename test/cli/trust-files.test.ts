import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SigningConfig, TrustedRoot } from '@sigstore/protobuf-specs';
import { bundleBuilderFromSigningConfig } from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { bundleFromJSON, type SerializedBundle } from '@sigstore/bundle';
import * as sigstore from 'sigstore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityToken, listenOn } from '../clients/services.ts';
import { ARTIFACT, EMAIL, openWorld, throughFile, type World } from '../clients/sigstore-js.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

let world: World;
let scratch: string;
beforeAll(async () => {
  world = await openWorld();
  scratch = mkdtempSync(join(tmpdir(), 'stele-trust-files-'));
  const pem = (label: string, ders: readonly Uint8Array[]): string =>
    ders
      .map((der) => `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`)
      .join('');
  writeFileSync(file('fulcio.pem'), pem('CERTIFICATE', [world.fulcio.rootCertificate]));
  writeFileSync(file('ctlog.pub'), pem('PUBLIC KEY', [world.fulcio.ctLog.publicKey]));
  writeFileSync(file('tsa.pem'), pem('CERTIFICATE', world.tsa.certificates));
  writeFileSync(file('reversed.pem'), pem('CERTIFICATE', world.tsa.certificates.toReversed()));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const file = (name: string): string => join(scratch, name);
const run = (words: readonly string[], more: readonly string[] = []): Promise<Ran> =>
  stele([...words, '--server', world.rekorURL, ...more], { env: { STELE_STATE: file('state') } });
const json = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));
const authorities = () => ['--fulcio', file('fulcio.pem'), '--ctlog', file('ctlog.pub'), '--tsa', file('tsa.pem')];
const services = () => ['--fulcio-url', world.fulcio.url, '--tsa-url', `${world.tsa.url}/`];

/** Signs as sigstore-js does with nothing but a signing config. */
async function signed(config: string): Promise<SerializedBundle> {
  const signingConfig = SigningConfig.fromJSON(json(config));
  const identityProvider = { getToken: () => Promise.resolve(identityToken(EMAIL)) };
  const builder = bundleBuilderFromSigningConfig({ signingConfig, identityProvider, bundleType: 'messageSignature' });
  return throughFile(await builder.create({ data: ARTIFACT }));
}

/** Verifies as sigstore-js does with nothing but a trusted root. @throws VerificationError */
function verified(bundle: SerializedBundle, root: string) {
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(json(root))));
  return verifier.verify(toSignedEntity(bundleFromJSON(bundle), ARTIFACT)).identity?.subjectAlternativeName;
}

function expectRefusal({ code, err }: Ran, message: RegExp): void {
  expect(err).toMatch(message);
  expect(code).toBe(2);
}

const versionOf = ({ verificationMaterial }: SerializedBundle): string | undefined =>
  verificationMaterial.tlogEntries[0]?.kindVersion?.version;

describe('stele trust-root and stele signing-config: sigstore-js signs and verifies with the files alone', () => {
  it('Rekor v2 with a timestamp authority', async () => {
    expect(await run(['trust-root', '--into', file('root.json'), ...authorities()])).toMatchObject({ code: 0 });
    expect(await run(['signing-config', '--into', file('config.json'), ...services()])).toMatchObject({
      code: 0,
      out: `log       ${world.rekorURL}, Rekor v2\nlog       ${world.rekorURL}, Rekor v1\nwritten   ${file('config.json')}\n`,
    });
    const bundle = await signed('config.json');
    expect([versionOf(bundle), verified(bundle, 'root.json')]).toEqual(['0.0.2', EMAIL]);
    const without = await run(['trust-root', '--into', file('without.json'), '--fulcio', file('fulcio.pem')]);
    expect(without.code).toBe(0);
    expect(() => verified(bundle, 'without.json')).toThrow(expect.objectContaining({ code: 'TIMESTAMP_ERROR' }));
  });

  it('Rekor v1 where nothing but the log says the time', async () => {
    const ran = await run(['signing-config', '--into', file('v1.json'), '--fulcio-url', world.fulcio.url]);
    expect(ran).toMatchObject({ code: 0 });
    const bundle = await signed('v1.json');
    expect(versionOf(bundle)).toBe('0.0.1');
    await run([
      'trust-root',
      '--into',
      file('no-tsa.json'),
      '--fulcio',
      file('fulcio.pem'),
      '--ctlog',
      file('ctlog.pub'),
    ]);
    expect(verified(bundle, 'no-tsa.json')).toBe(EMAIL);
  });

  it('the trusted root is the one that the log serves, if no authority is given', async () => {
    const ran = await run(['trust-root']);
    expect(ran.out).toBe(await (await fetch(`${world.rekorURL}/trusted_root.json`)).text());
    const config = await run(['signing-config']);
    expect(config.out).toBe(await (await fetch(`${world.rekorURL}/signing_config.json`)).text());
  });

  it('--api and --url choose what is written', async () => {
    const ran = await run(['signing-config', '--api', 'rekor-v1', '--url', 'https://log.example/', '--output', 'json']);
    expect(jsonOf(ran)).toMatchObject({
      version: 1,
      signingConfig: { rekorTlogUrls: [{ url: 'https://log.example', majorApiVersion: 1 }] },
    });
  });

  it('trust-config is both in one', async () => {
    const ran = await run(['trust-config', ...authorities(), ...services(), '--output', 'json']);
    const { trustConfig } = jsonOf(ran) as { trustConfig: { trustedRoot: object; signingConfig: object } };
    expect(trustConfig.trustedRoot).toMatchObject({ timestampAuthorities: [{ subject: { commonName: 'tsa' } }] });
    expect(trustConfig.signingConfig).toMatchObject({ tsaUrls: [{ url: `${world.tsa.url}/api/v1/timestamp` }] });
  });
});

describe('stele trust-root: keys that are not trusted', () => {
  it('are left out, and named', async () => {
    const vkey = (await (await fetch(`${world.rekorURL}/vkey`)).text()).trim();
    const ran = await run(['trust-root', '--output', 'json'], ['--log-key', vkey]);
    expect(jsonOf(ran)).toMatchObject({ trustedRoot: { tlogs: [{ publicKey: { keyDetails: 'PKIX_ED25519' } }] } });
    expect(ran.err).toMatch(/^stele: left out: the key [0-9a-f]{64} that the log names for rekor\.test/);
  });

  it('alone make no file', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const ran = await run(['trust-root', '--into', file('none.json')], ['--log-key', pem]);
    expect([ran.code, existsSync(file('none.json'))]).toEqual([1, false]);
  });
});

describe('stele trust-root --tuf', () => {
  const tuf = (): string[] => ['trust-root', '--tuf', file('tuf'), ...authorities(), ...services()];
  const withKey = (): string[] => ['--tuf-key', file('tuf.pem')];

  it('makes a repository by which sigstore.verify knows the log, and makes it fresh', async () => {
    const made = await run([...tuf(), ...withKey(), '--output', 'json']);
    expect(jsonOf(made)).toMatchObject({ tuf: { version: 1, rootVersion: 1 } });
    expect(statSync(file('tuf.pem')).mode % 0o1000).toBe(0o600);
    await run(['signing-config', '--into', file('tuf-config.json'), ...services()]);
    const bundle = await signed('tuf-config.json');
    await using server = await listenOn(({ url = '' }, response) => {
      const path = join(file('tuf'), url);
      response.writeHead(existsSync(path) ? 200 : 404).end(existsSync(path) ? readFileSync(path) : '');
    });
    const options = {
      tufMirrorURL: server.url,
      tufRootPath: file('tuf/root.json'),
      tufCachePath: file('tuf-cache'),
      certificateIdentityEmail: EMAIL,
    };
    await expect(sigstore.verify(bundle, ARTIFACT, options)).resolves.toBeDefined();
    const again = await run([...tuf(), ...withKey(), '--output', 'json']);
    expect(jsonOf(again)).toMatchObject({ tuf: { version: 2, rootVersion: 1 } });
    await expect(sigstore.verify(bundle, ARTIFACT, options)).resolves.toBeDefined();
    const longer = await run([...tuf(), ...withKey(), '--tuf-days', '1000', '--output', 'json']);
    expect(jsonOf(longer)).toMatchObject({ tuf: { version: 3, rootVersion: 2 } });
    await expect(sigstore.verify(bundle, ARTIFACT, options)).resolves.toBeDefined();
  });

  it('refuses another key, no key, a key that would be published, and a changed file', async () => {
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(file('other.pem'), key);
    const timestamp = readFileSync(file('tuf/timestamp.json'), 'utf8');
    expectRefusal(await run([...tuf(), '--tuf-key', file('other.pem')]), /is signed with another key/);
    expectRefusal(await run([...tuf(), '--tuf-key', file('missing.pem')]), /signed with a key already/);
    expectRefusal(await run(tuf()), /needs --tuf-key/);
    expectRefusal(await run([...tuf(), '--tuf-key', file('tuf/key.pem')]), /everyone is to read/);
    expect(readFileSync(file('tuf/timestamp.json'), 'utf8')).toBe(timestamp);
    writeFileSync(file('tuf/timestamp.json'), timestamp.replace('"version": 3', '"version": 9'));
    expectRefusal(await run([...tuf(), ...withKey()]), /not signed as/);
  });
});

describe('stele trust-root: files that are not what they should be', () => {
  it.each([
    ['a folder', () => ['--fulcio', scratch], /it is a folder/],
    ['a missing file', () => ['--tsa', file('missing.pem')], /missing\.pem: .*no such file/i],
    ['no PEM', () => ['--fulcio', file('root.json')], /it is no PEM/],
    ['a key for a certificate', () => ['--fulcio', file('ctlog.pub')], /no certificate/],
    ['a certificate for a key', () => ['--ctlog', file('fulcio.pem')], /no PUBLIC KEY/],
    [
      'a chain that begins with its root',
      () => ['--tsa', file('reversed.pem')],
      /certificate 1 is not issued by number 2/,
    ],
    ['an address that is none', () => ['--fulcio-url', 'ca.example'], /no http or https URL/],
    ['a time that is none', () => ['--start', 'yesterday'], /no time such as 2026-01-31/],
  ] as const)('%s is refused in one line with exit code 2', async (_, words, message) => {
    const ran = await run(['trust-root', ...words()]);
    expectRefusal(ran, message);
    expect(ran.out).toBe('');
    expect(ran.err.trimEnd()).not.toContain('\n');
  });
});

it('stele trust-root --start dates the keys of a log that does not say it', async () => {
  const log = await (await fetch(`${world.rekorURL}/api/v1/log`)).text();
  const pem = await (await fetch(`${world.rekorURL}/api/v1/log/publicKey`)).text();
  await using genuine = await listenOn(({ url = '' }, response) => {
    const known = new Map([
      ['/api/v1/log', log],
      ['/api/v1/log/publicKey', pem],
    ]);
    response.writeHead(known.has(url) ? 200 : 404).end(known.get(url));
  });
  const words = ['trust-root', '--server', genuine.url, '--start', '2026-01-31', '--output', 'json'];
  const ran = await stele(words, { env: { STELE_STATE: file('genuine-state') } });
  expect(ran.code).toBe(0);
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64');
  expect(jsonOf(ran)).toMatchObject({
    trustedRoot: {
      tlogs: [
        {
          baseUrl: 'https://rekor.test',
          publicKey: { rawBytes: spki, validFor: { start: '2026-01-31T00:00:00Z' } },
        },
      ],
    },
  });
});
