import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISSUER, SUBJECT } from '../api/authority.ts';
import { bundleOf, realmOf, signerOf } from '../api/certificate-bundle.ts';
import {
  ARTIFACT,
  attest,
  certificateSigner,
  EMAIL,
  openWorld,
  signMessage,
  throughFile,
  type World,
} from '../clients/sigstore-js.ts';
import { newP256 } from '../entries/pki/certificates.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

let world: World;
let scratch: string;
beforeAll(async () => {
  world = await openWorld();
  scratch = mkdtempSync(join(tmpdir(), 'stele-certificates-'));
  writeFileSync(join(scratch, 'artifact'), ARTIFACT);
  writeFileSync(join(scratch, 'root.json'), JSON.stringify(world.trustedRoot));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

/** Asks nobody: no server is named. */
const verify = (...words: readonly string[]): Promise<Ran> =>
  stele(['verify', ...words, '--trusted-root', 'root.json', '--output', 'json'], {
    cwd: scratch,
    env: { STELE_STATE: join(scratch, 'state') },
  });

const identified = (subject: string, issuer: string): readonly string[] => [
  '--certificate-identity',
  subject,
  '--certificate-oidc-issuer',
  issuer,
];

const logKey = async (): Promise<string> => (await fetch(`${world.rekorURL}/api/v1/log/publicKey`)).text();

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(scratch, name), content);
  return name;
}

const MADE = [
  ['a message', 1, signMessage],
  ['a message', 2, signMessage],
  ['an envelope', 1, attest],
  ['an envelope', 2, attest],
] as const;

describe('stele verify: bundles with a certificate', () => {
  it.each(MADE)(
    '%s with a certificate, logged by Rekor v%i, is verified for its holder',
    async (_what, version, make) => {
      const bundle = throughFile(await make(world, certificateSigner(world), { majorApiVersion: version }));
      const file = write(`certified-${make.name}-${version}.json`, JSON.stringify(bundle));
      const of = (subject: string, issuer: string, ...more: readonly string[]) =>
        verify(...(make === attest ? [] : ['artifact']), '--bundle', file, ...identified(subject, issuer), ...more);
      const ran = await of(EMAIL, 'https://issuer.test');
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(jsonOf(ran)).toMatchObject({
        offline: true,
        signer: { subjects: [EMAIL], issuer: 'https://issuer.test' },
        checked: expect.arrayContaining([
          'certificate',
          'identity',
          ...(version === 2 ? ['timestamp'] : []),
        ]) as string[],
      });
      expect(await of('ann', 'https://issuer.test')).toMatchObject({ code: 1, out: '' });
      const refused = await of(EMAIL, 'https://issuer');
      expect([refused.code, refused.out]).toEqual([1, '']);
      expect(refused.err).toMatch(/is vouched for by https:\/\/issuer\.test, and not by https:\/\/issuer"/);
    },
  );

  it('a bundle with a certificate asks whose it has to be, by whom, and for the authorities', async () => {
    const bundle = throughFile(await signMessage(world, certificateSigner(world)));
    const words = ['artifact', '--bundle', write('certified.json', JSON.stringify(bundle))];
    const expressions = ['--certificate-identity-regexp', '^ann@', '--certificate-oidc-issuer-regexp', 'test$'];
    expect(await verify(...words, ...expressions)).toMatchObject({ code: 0, err: '' });
    const { certificate, x509CertificateChain: chain } = bundle.verificationMaterial;
    const found = certificate ?? chain?.certificates[0];
    write('certificate.der', Buffer.from(found?.rawBytes ?? '', 'base64'));
    expect(await verify(...words, '--certificate', 'certificate.der')).toMatchObject({ code: 0, err: '' });
    for (const [more, says] of [
      [[], /say whose it has to be, with --certificate-identity/],
      [['--certificate-identity', EMAIL], /--certificate-oidc-issuer is missing/],
      [['--certificate-identity', EMAIL, ...expressions], /give --certificate-identity or/],
      [['--certificate-identity-regexp', '(', '--certificate-oidc-issuer', 'x'], /is no regular expression/],
      [['--certificate-identity-regexp', '', '--certificate-oidc-issuer', 'x'], /--certificate-identity is empty/],
      [['--certificate', 'certificate.der', ...expressions], /without --key and --certificate/],
    ] as const) {
      const refused = await verify(...words, ...more);
      expect([refused.code, refused.out]).toEqual([2, '']);
      expect(refused.err).toMatch(says);
    }
    const rootless = await stele(['verify', ...words, ...expressions, '--log-key', await logKey()], {
      cwd: scratch,
      env: { STELE_STATE: join(scratch, 'state') },
    });
    expect(rootless).toMatchObject({ code: 2, out: '' });
    expect(rootless.err).toMatch(/--trusted-root is needed/);
    write('another', 'another artifact');
    expect(await verify('another', ...words.slice(1), ...expressions)).toMatchObject({ code: 1, out: '' });
  });

  it('a bundle that says two things, or less than its version asks for, is none', async () => {
    const bundle = await bundleOf(world, 1, signerOf(realmOf(world)));
    const { verificationMaterial: material } = bundle;
    const [{ inclusionProof: _proof, ...promised } = {}] = material.tlogEntries;
    for (const [change, says] of [
      [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json' }, /of version 0\.1, 0\.2 or 0\.3/],
      [{ dsseEnvelope: {} }, /both messageSignature and dsseEnvelope/],
      [{ verificationMaterial: { ...material, tlogEntries: [promised] } }, /tlogEntries\.0 has no inclusionProof/],
      [{ verificationMaterial: { ...material, certificate: { rawBytes: 7 } } }, /rawBytes of the bundle is no base64/],
    ] as const) {
      const ran = await verify(
        'artifact',
        '--bundle',
        write('formless.json', JSON.stringify({ ...bundle, ...change })),
        ...identified(SUBJECT, ISSUER),
      );
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toMatch(says);
    }
  });

  it('an entry of the same envelope that names another certificate of the same key does not pass', async () => {
    const realm = realmOf(world);
    write('realm.json', JSON.stringify(realm.trustedRoot));
    const keys = newP256();
    const bundle = await bundleOf(world, 1, signerOf(realm, {}, keys), signerOf(realm, {}, keys));
    const ran = await stele(
      [
        'verify',
        'artifact',
        '--bundle',
        write('other-certificate.json', JSON.stringify(bundle)),
        '--trusted-root',
        'realm.json',
        ...identified(SUBJECT, ISSUER),
      ],
      { cwd: scratch, env: { STELE_STATE: join(scratch, 'state') } },
    );
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/is an entry of another signature/);
  });

  it('a certificate that no certificate log has promised to hold passes only where that is asked for', async () => {
    const realm = realmOf(world);
    const root = write('unpromised-root.json', JSON.stringify(realm.trustedRoot));
    const bundle = await bundleOf(world, 1, signerOf(realm, { timestamps: () => [] }));
    const words = ['verify', 'artifact', '--bundle', write('unpromised.json', JSON.stringify(bundle))];
    const run = (...more: readonly string[]) =>
      stele([...words, '--trusted-root', root, ...identified(SUBJECT, ISSUER), ...more], {
        cwd: scratch,
        env: { STELE_STATE: join(scratch, 'state') },
      });
    const refused = await run();
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(/no signed certificate timestamp \(SCT\)/);
    expect(await run('--insecure-ignore-sct')).toMatchObject({ code: 0, err: '' });
  });
});
