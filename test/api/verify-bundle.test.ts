import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type SerializedBundle } from '@sigstore/bundle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyBundle } from '../../api/verify.ts';
import {
  ARTIFACT,
  attest,
  certificateSigner,
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
      expect.stringMatching(/neither an inclusion proof nor a promise/),
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

  it('a certificate in place of a key is refused, and said not to be checked', async () => {
    const bundle = throughFile(await signMessage(world, certificateSigner(world), options));
    expect(verifyBundle(bundle, { key: signer.publicKey, artifact: ARTIFACT, logKeys })).toEqual({
      holds: false,
      reason: 'it is signed with a certificate, which is not checked here',
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

  it('of RSA are refused, and named', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signer = signerOf(publicKey, (data) => sign('sha256', data, privateKey));
    const bundle = throughFile(await signMessage(world, signer));
    const key = publicKey.export({ type: 'spki', format: 'der' });
    expect(verifyBundle(bundle, { key, artifact: ARTIFACT, logKeys })).toMatchObject({
      holds: false,
      reason: expect.stringMatching(/others are not checked here/) as string,
    });
  });
});
