import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sigstore from 'sigstore';
import { identityToken } from './services.ts';
import { ARTIFACT, EMAIL, IN_TOTO, openWorld, STATEMENT, type World } from './sigstore-js.ts';
import { startTufMirror, type TufMirror } from './tuf-mirror.ts';

describe('sigstore: sign, attest and verify of the package that most projects use', () => {
  let world: World;
  let mirror: TufMirror;
  beforeAll(async () => {
    world = await openWorld();
    mirror = await startTufMirror(world.trustedRoot);
  });
  afterAll(async () => {
    await mirror[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  const signing = () => ({
    rekorURL: world.rekorURL,
    fulcioURL: world.fulcio.url,
    identityToken: identityToken(EMAIL),
  });
  const verifying = () => ({
    tufMirrorURL: mirror.tufMirrorURL,
    tufRootPath: mirror.tufRootPath,
    tufCachePath: mirror.tufCachePath,
    certificateIdentityEmail: EMAIL,
    certificateIssuer: 'https://issuer.test',
  });

  it('sign, then verify: hashedrekord', async () => {
    const bundle = await sigstore.sign(ARTIFACT, signing());
    await expect(sigstore.verify(bundle, ARTIFACT, verifying())).resolves.toMatchObject({
      identity: { subjectAlternativeName: EMAIL },
    });
    await expect(sigstore.verify(bundle, Buffer.from('another'), verifying())).rejects.toMatchObject({
      code: 'SIGNATURE_ERROR',
    });
  });

  for (const legacyCompatibility of [false, true]) {
    it(`attest, then verify: ${legacyCompatibility ? 'intoto' : 'dsse'}`, async () => {
      const bundle = await sigstore.attest(STATEMENT, IN_TOTO, { ...signing(), legacyCompatibility });
      const [entry] = bundle.verificationMaterial.tlogEntries;
      expect(entry?.kindVersion?.kind).toBe(legacyCompatibility ? 'intoto' : 'dsse');
      await expect(sigstore.verify(bundle, verifying())).resolves.toMatchObject({
        identity: { subjectAlternativeName: EMAIL },
      });
    });
  }

  it('another identity than the one that signed is refused', async () => {
    const bundle = await sigstore.sign(ARTIFACT, signing());
    const options = { ...verifying(), certificateIdentityEmail: 'bob@example.test' };
    await expect(sigstore.verify(bundle, ARTIFACT, options)).rejects.toThrow(/bob@example\.test/);
  });
});
