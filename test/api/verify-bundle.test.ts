import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type SerializedBundle } from '@sigstore/bundle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyBundle } from '../../api/verify.ts';
import {
  ARTIFACT,
  attest,
  certificateSigner,
  EMAIL,
  HINT,
  IN_TOTO,
  keySigner,
  type KeySigner,
  openWorld,
  signMessage,
  STATEMENT,
  throughFile,
  type World,
} from '../clients/sigstore-js.ts';
import { intoto001, newSubmitter } from '../../testkit/proposals.ts';
import { entryOfV1 } from './certificate-bundle.ts';

let world: World;
let logKeys: readonly string[];
let trustedRoot: unknown;
beforeAll(async () => {
  world = await openWorld();
  const read = async (path: string): Promise<string> => (await fetch(`${world.rekorURL}${path}`)).text();
  logKeys = [await read('/api/v1/log/publicKey'), await read('/vkey')];
  trustedRoot = JSON.parse(await read('/trusted_root.json'));
});
afterAll(() => world[Symbol.asyncDispose]());

type Mutable = { -readonly [Name in keyof SerializedBundle]: SerializedBundle[Name] };
const changed = (bundle: SerializedBundle, change: (copy: Mutable & Record<string, unknown>) => void): unknown => {
  const copy = structuredClone(bundle) as unknown as Mutable & Record<string, unknown>;
  change(copy);
  return copy;
};

describe.each([1, 2] as const)('verifyBundle: bundles that sigstore-js made with Rekor v%i', (majorApiVersion) => {
  const options = { majorApiVersion };
  let signer: KeySigner;
  let message: SerializedBundle;
  let envelope: SerializedBundle;
  beforeAll(async () => {
    signer = keySigner();
    message = throughFile(await signMessage(world, signer, options));
    envelope = throughFile(await attest(world, signer, options));
  });

  it('a message signature holds, by keys and by a trusted root', () => {
    for (const trust of [{ logKeys }, { trustedRoot }]) {
      const verdict = verifyBundle(message, { key: signer.publicKey, artifact: ARTIFACT, ...trust });
      expect(verdict).toMatchObject({
        holds: true,
        payload: undefined,
        entries: [{ head: { size: expect.any(Number) as number } }],
      });
    }
  });

  it('an envelope holds, and gives its payload', () => {
    const verdict = verifyBundle(envelope, { key: signer.publicKey, logKeys });
    expect(verdict.holds ? '' : verdict.reason).toBe('');
    expect(verdict).toMatchObject({ payloadType: IN_TOTO, payload: Uint8Array.from(STATEMENT) });
  });

  it('nothing holds by absence', () => {
    const good = { key: signer.publicKey, artifact: ARTIFACT, logKeys };
    const without = (change: Parameters<typeof changed>[1]): unknown => changed(message, change);
    const reasons = [
      verifyBundle(message, { ...good, logKeys: [] }),
      verifyBundle(message, { key: signer.publicKey, logKeys }),
      verifyBundle(
        without(({ verificationMaterial }) => void (verificationMaterial.tlogEntries.length = 0)),
        good,
      ),
      verifyBundle(
        without(({ verificationMaterial: { tlogEntries } }) => {
          for (const entry of tlogEntries) Object.assign(entry, { inclusionPromise: null, inclusionProof: null });
        }),
        good,
      ),
      verifyBundle(
        without((copy) => delete (copy as { messageSignature?: unknown }).messageSignature),
        good,
      ),
      verifyBundle({}, good),
      verifyBundle(undefined, good),
    ].map((verdict) => (verdict.holds ? 'holds' : verdict.reason));
    expect(reasons).toEqual([
      expect.stringMatching(/no key of a log is trusted/),
      expect.stringMatching(/artifact is missing/),
      expect.stringMatching(/no entry of a log/),
      expect.stringMatching(/tlogEntries\.0 has no inclusionProof/),
      expect.stringMatching(/messageSignature is no object/),
      expect.stringMatching(/mediaType/),
      expect.stringMatching(/no object/),
    ]);
  });

  it('another artifact, key, log or entry does not hold', async () => {
    const good = { key: signer.publicKey, artifact: ARTIFACT, logKeys };
    await using other = await openWorld();
    const elsewhere = throughFile(await signMessage(other, signer, options));
    const another = throughFile(await signMessage(world, keySigner(), options));
    const foreign = changed(message, (copy) =>
      Object.assign(copy.verificationMaterial, { tlogEntries: another.verificationMaterial.tlogEntries }),
    );
    const verdicts = [
      verifyBundle(message, { ...good, artifact: Buffer.from('another') }),
      verifyBundle(message, { ...good, key: keySigner().publicKey }),
      verifyBundle(elsewhere, good),
      verifyBundle(foreign, good),
      verifyBundle(envelope, good),
    ];
    expect(verdicts.map(({ holds }) => holds)).toEqual([false, false, false, false, false]);
    expect(verdicts.map((verdict) => (verdict.holds ? '' : verdict.reason))).toEqual([
      'the bundle is of another artifact',
      'the signature is not by the key over this artifact',
      expect.stringMatching(/^tlogEntries\.0: /),
      'tlogEntries.0: the entry is of another signature',
      expect.stringMatching(/compare its payload/),
    ]);
  });

  it.each([
    ['a message', signMessage],
    ['an envelope', attest],
  ] as const)('%s with a certificate holds for its holder, and for nobody else', async (_what, make) => {
    const bundle = throughFile(await make(world, certificateSigner(world), options));
    const expected = { ...(make === signMessage && { artifact: ARTIFACT }), trustedRoot: world.trustedRoot };
    const identity = { subject: EMAIL, issuer: 'https://issuer.test' };
    const verdict = verifyBundle(bundle, { ...expected, identity });
    expect(verdict.holds ? '' : verdict.reason).toBe('');
    expect(verdict).toMatchObject({ signer: { subjects: [EMAIL] }, times: [expect.any(Number)] });
    const other = verifyBundle(bundle, { ...expected, identity: { ...identity, subject: 'bob@example.test' } });
    expect(other).toMatchObject({ reason: expect.stringMatching(/is of ann@example\.test, and not of bob/) as string });
    expect(verifyBundle(bundle, { ...expected, key: signer.publicKey })).toEqual({
      holds: false,
      reason: 'it is signed with a certificate: give identity and trustedRoot, and no key',
    });
  });
});

describe('verifyBundle: entries of intoto', () => {
  it('of version 0.0.2 hold, with a key and with a certificate', async () => {
    const signer = keySigner();
    const witness = { entryType: 'intoto' } as const;
    const byKey = throughFile(await attest(world, signer, witness));
    expect(byKey.verificationMaterial.tlogEntries[0]?.kindVersion).toEqual({ kind: 'intoto', version: '0.0.2' });
    expect(verifyBundle(byKey, { key: signer.publicKey, logKeys })).toMatchObject({ holds: true });
    const certified = throughFile(await attest(world, certificateSigner(world), witness));
    const identity = { subject: EMAIL, issuer: 'https://issuer.test' };
    expect(verifyBundle(certified, { identity, trustedRoot: world.trustedRoot })).toMatchObject({ holds: true });
    const another = throughFile(await attest(world, keySigner(), witness));
    const mixed = { ...byKey, verificationMaterial: another.verificationMaterial };
    expect(verifyBundle(mixed, { key: signer.publicKey, logKeys })).toMatchObject({
      reason: 'tlogEntries.0: the entry is of another signature',
    });
  });

  it('of version 0.0.1 hold for the very envelope that was logged', async () => {
    const signer = newSubmitter();
    const proposal = intoto001(STATEMENT.toString(), signer);
    const envelope = (proposal.spec as { readonly content: { readonly envelope: string } }).content.envelope;
    const answer = await fetch(`${world.rekorURL}/api/v1/log/entries`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(proposal),
    });
    const entry = entryOfV1(await answer.json(), { kind: 'intoto', version: '0.0.1' });
    const bundle = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: HINT }, tlogEntries: [entry] },
      dsseEnvelope: JSON.parse(envelope) as Readonly<Record<string, unknown>>,
    };
    const verdict = verifyBundle(bundle, { key: signer.pem, logKeys });
    expect(verdict.holds ? '' : verdict.reason).toBe('');
    const [one] = bundle.dsseEnvelope['signatures'] as readonly object[];
    const renamed = { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [{ ...one, keyid: 'another' }] } };
    expect(verifyBundle(renamed, { key: signer.pem, logKeys })).toMatchObject({
      reason: 'tlogEntries.0: the entry is of another artifact',
    });
  });
});

describe('verifyBundle: keys of signers', () => {
  const signerOf = (publicKey: KeyObject, signed: (data: Buffer) => Buffer): KeySigner => {
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    return {
      publicKey: pem,
      sign: (data) =>
        Promise.resolve({ key: { $case: 'publicKey', publicKey: pem, hint: HINT }, signature: signed(data) }),
    };
  };

  it('may be of RSA', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signer = signerOf(publicKey, (data) => sign('sha256', data, privateKey));
    const bundle = throughFile(await signMessage(world, signer));
    const key = publicKey.export({ type: 'spki', format: 'der' });
    expect(verifyBundle(bundle, { key, artifact: ARTIFACT, logKeys })).toMatchObject({ holds: true });
    expect(verifyBundle(bundle, { key, artifact: Buffer.from('another'), logKeys }).holds).toBe(false);
  });
});
