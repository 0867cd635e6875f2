import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attest,
  certificateSigner,
  EMAIL,
  keySigner,
  knownOf,
  openWorld,
  signMessage,
  throughFile,
} from './sigstore-js.ts';
import { verify, type World } from './sigstore-js.ts';

describe('sigstore-js: what @sigstore/sign sends, @sigstore/verify accepts', () => {
  let world: World;
  beforeAll(async () => void (world = await openWorld()));
  afterAll(() => world[Symbol.asyncDispose]());

  const kinds = [
    { sent: 'a message signature', kind: 'hashedrekord', version: '0.0.1', make: signMessage, options: {} },
    { sent: 'an envelope', kind: 'dsse', version: '0.0.1', make: attest, options: {} },
    { sent: 'an envelope as dsse', kind: 'dsse', version: '0.0.1', make: attest, options: { entryType: 'dsse' } },
    { sent: 'an envelope as intoto', kind: 'intoto', version: '0.0.2', make: attest, options: { entryType: 'intoto' } },
  ] as const;

  for (const { sent, kind, version, make, options } of kinds) {
    it(`${sent}, signed with a certificate, is ${kind} ${version}`, async () => {
      const bundle = throughFile(await make(world, certificateSigner(world), options));
      expect(knownOf(bundle)).toMatchObject({ kind, version });
      expect(verify(world, bundle).identity?.subjectAlternativeName).toBe(EMAIL);
    });
    it(`${sent}, signed with a bare key, is ${kind} ${version}`, async () => {
      const signer = keySigner();
      const bundle = throughFile(await make(world, signer, options));
      expect(knownOf(bundle)).toMatchObject({ kind, version });
      expect(verify(world, bundle, signer).key).toBeDefined();
      expect(() => verify(world, bundle, keySigner())).toThrow(expect.objectContaining({ code: 'SIGNATURE_ERROR' }));
    });
  }

  it('an entry that another log has signed for is not believed', async () => {
    await using other = await openWorld();
    const signer = keySigner();
    const bundle = throughFile(await signMessage(other, signer));
    expect(() => verify(other, bundle, signer)).not.toThrow();
    expect(() => verify(world, bundle, signer)).toThrow(expect.objectContaining({ name: 'VerificationError' }));
  });

  it('the base URL may end in a slash', async () => {
    const signer = keySigner();
    const bundle = await signMessage(world, signer, { rekorBaseURL: `${world.rekorURL}/` });
    expect(() => verify(world, throughFile(bundle), signer)).not.toThrow();
  });

  it('nothing of all this was an error to the server', () => {
    expect(world.server.errors).toEqual([]);
  });
});
