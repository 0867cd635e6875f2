import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACT, attest, keySigner, openWorld, signMessage, STATEMENT } from '../clients/sigstore-js.ts';
import { throughFile, type World } from '../clients/sigstore-js.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { ROOT } from '../architecture/inspect.ts';

let world: World;
let scratch: string;
beforeAll(async () => {
  world = await openWorld();
  scratch = mkdtempSync(join(tmpdir(), 'stele-bundles-'));
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

function write(name: string, content: string): string {
  writeFileSync(join(scratch, name), content);
  return name;
}

const MADE = [
  ['a message', 1, signMessage],
  ['a message', 2, signMessage],
  ['an envelope', 1, attest],
  ['an envelope', 2, attest],
] as const;

describe('bundles that @sigstore/sign makes', () => {
  it.each(MADE)('%s with a key, logged by Rekor v%i, is verified offline', async (_what, majorApiVersion, make) => {
    const signer = keySigner();
    const bundle = throughFile(await make(world, signer, { majorApiVersion }));
    const name = `${make.name}-${majorApiVersion}.json`;
    const files = make === attest ? [] : ['artifact'];
    const words = [
      ...files,
      '--bundle',
      write(name, JSON.stringify(bundle)),
      '--key',
      write('signer.pub', signer.publicKey),
    ];
    const ran = await verify(...words);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(jsonOf(ran)).toMatchObject({ verified: true, offline: true });
    const other = keySigner();
    expect(await verify(...words.slice(0, -1), write('other.pub', other.publicKey))).toMatchObject({
      code: 1,
      out: '',
    });
    // An entry of the same log, and of another signature.
    const swapped = throughFile(await make(world, other, { majorApiVersion }));
    const mixed = { ...bundle, verificationMaterial: swapped.verificationMaterial };
    const refused = await verify(
      ...files,
      '--bundle',
      write('mixed.json', JSON.stringify(mixed)),
      '--key',
      'signer.pub',
    );
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(/is an entry of another signature/);
  });

  it('an attestation passes for a subject of its statement and for its own payload, and for no other artifact', async () => {
    const signer = keySigner();
    const bundle = throughFile(await attest(world, signer));
    write('attested.json', JSON.stringify(bundle));
    write('attester.pub', signer.publicKey);
    write('payload', STATEMENT.toString());
    const check = (...artifact: string[]) => verify(...artifact, '--bundle', 'attested.json', '--key', 'attester.pub');
    expect(await check('--digest', `sha256:${'ab'.repeat(32)}`)).toMatchObject({ code: 0, err: '' });
    expect(await check('payload')).toMatchObject({ code: 0, err: '' });
    for (const other of [['artifact'], ['--digest', `sha512:${'ab'.repeat(64)}`]]) {
      const refused = await check(...other);
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err).toMatch(/is not what the bundle attests: no subject of its statement has its digest/);
    }
  });

  it('a bundle is uploaded as it is, by each API', async () => {
    const signer = keySigner();
    const bundle = throughFile(await signMessage(world, signer));
    const { tlogEntries: _logged, ...material } = bundle.verificationMaterial;
    write('unlogged.json', JSON.stringify({ ...bundle, verificationMaterial: material }));
    write('signer-2.pub', signer.publicKey);
    for (const api of ['rekor-v1', 'rekor-v2']) {
      const words = [
        'upload',
        'unlogged.json',
        '--key',
        'signer-2.pub',
        '--server',
        world.rekorURL,
        '--api',
        api,
        '--quiet',
      ];
      const ran = await stele(words, { cwd: scratch, env: { STELE_STATE: join(scratch, api) } });
      expect(ran).toMatchObject({ code: 0, err: '' });
    }
    const words = [
      'verify',
      'artifact',
      '--bundle',
      'unlogged.json',
      '--key',
      'signer-2.pub',
      '--server',
      world.rekorURL,
    ];
    const ran = await stele(words, { cwd: scratch, env: { STELE_STATE: join(scratch, 'rekor-v1') } });
    expect(ran).toMatchObject({ code: 0, err: '' });
  });
});

/** The root of the public log, as the client of sigstore brings it. */
function publicRoot(): string {
  const seeds = JSON.parse(readFileSync(join(ROOT, 'node_modules/@sigstore/tuf/seeds.json'), 'utf8')) as Readonly<
    Record<string, { readonly targets: Readonly<Record<string, string>> }>
  >;
  const root = seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'] ?? '';
  return Buffer.from(root, 'base64').toString();
}

const PROVEN = ['inclusion proof', 'checkpoint', 'signed entry timestamp'];
const RELEASE = identified(
  'https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main',
  'https://token.actions.githubusercontent.com',
);

describe('bundles of the public log of Sigstore, made by its own clients', () => {
  it.each([
    ['bundle-provenance', ['signed entry timestamp'], RELEASE],
    ['dsse', ['signed entry timestamp'], identified('brian@dehamer.com', 'https://github.com/login/oauth')],
    ['oci-attestation', PROVEN, identified('cody@soyland.com', 'https://github.com/login/oauth')],
    ['sigstore-js-provenance', PROVEN, RELEASE],
  ])('%s is verified with the public trusted root', async (name, checked, identity) => {
    write('public.json', publicRoot());
    const file = [`${name}.json`, `${name}.sigstore.json`].map((one) => join(ROOT, 'test/vectors/rekor/bundles', one));
    const text = file.flatMap((one) => readIfThere(one)).join('');
    const words = [
      'verify',
      '--bundle',
      write(`${name}.json`, text),
      '--trusted-root',
      'public.json',
      ...identity,
      '--output',
      'json',
    ];
    const run = () => stele(words, { cwd: scratch, env: { STELE_STATE: join(scratch, 'state') } });
    expect(jsonOf(await run())).toMatchObject({
      verified: true,
      checked: ['signature', ...checked, 'certificate', 'identity'],
    });
    write(`${name}.json`, text.replace(/"integratedTime": ?"(\d+)\d"/, '"integratedTime":"$10"'));
    expect(await run()).toMatchObject({ code: text.includes('"integratedTime"') ? 1 : 0 });
  });
});

function readIfThere(file: string): readonly string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
