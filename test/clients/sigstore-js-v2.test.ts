import type { Bundle, SerializedBundle } from '@sigstore/bundle';
import { SigningConfig } from '@sigstore/protobuf-specs';
import { bundleBuilderFromSigningConfig, InternalError } from '@sigstore/sign';
import * as sigstore from 'sigstore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint, readVkey } from '../support/auditor.ts';
import { type Changeable, flip, type Forgery, PROOF_FORGERIES } from './forging.ts';
import { identityToken } from './services.ts';
import { ARTIFACT, attest, certificateSigner, EMAIL, IN_TOTO, keySigner, openWorld } from './sigstore-js.ts';
import { repeatingSigner, signMessage, STATEMENT, throughFile, verify, type World } from './sigstore-js.ts';
import { signingConfigOf } from './trust.ts';
import { startTufMirror } from './tuf-mirror.ts';

const V2 = { majorApiVersion: 2 } as const;

let world: World;
let vkey: string;
beforeAll(async () => {
  world = await openWorld();
  vkey = await (await fetch(`${world.rekorURL}/vkey`)).text();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The one entry of a bundle, as it came out of a file. */
function entryOf({ verificationMaterial }: SerializedBundle) {
  const [entry, ...others] = verificationMaterial.tlogEntries;
  if (entry === undefined || others.length > 0) throw new Error('not one entry');
  return entry;
}

const kinds = [
  { sent: 'a message signature', kind: 'hashedrekord', make: signMessage },
  { sent: 'an envelope', kind: 'dsse', make: attest },
] as const;

describe('sigstore-js and Rekor v2: what @sigstore/sign sends, @sigstore/verify accepts', () => {
  for (const { sent, kind, make } of kinds) {
    it(`${sent}, signed with a certificate, is ${kind} 0.0.2, and has no promise and no time`, async () => {
      const bundle = throughFile(await make(world, certificateSigner(world), V2));
      const entry = entryOf(bundle);
      expect(entry.kindVersion).toEqual({ kind, version: '0.0.2' });
      expect([entry.inclusionPromise, entry.integratedTime ?? '0']).toEqual([undefined, '0']);
      expect(verify(world, bundle).identity?.subjectAlternativeName).toBe(EMAIL);
    });

    it(`${sent}, signed with a bare key, is ${kind} 0.0.2`, async () => {
      const signer = keySigner();
      const bundle = throughFile(await make(world, signer, V2));
      expect(entryOf(bundle).kindVersion).toEqual({ kind, version: '0.0.2' });
      expect(verify(world, bundle, signer).key).toBeDefined();
      expect(() => verify(world, bundle, keySigner())).toThrow(expect.objectContaining({ code: 'SIGNATURE_ERROR' }));
    });

    it(`${sent} that the log holds already is refused, and the client says where it is`, async () => {
      const signer = repeatingSigner();
      const { logIndex } = entryOf(throughFile(await make(world, signer, V2)));
      const failure: unknown = await make(world, signer, V2).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(InternalError);
      expect(String((failure as InternalError).cause)).toMatch(
        new RegExp(`\\(409\\) an equivalent entry already exists in the transparency log with index ${logIndex}$`),
      );
    });
  }

  it('the checkpoint in the bundle is that of the log, by its key and under its name', async () => {
    const entry = entryOf(throughFile(await signMessage(world, keySigner(), V2)));
    const checkpoint = openCheckpoint(entry.inclusionProof?.checkpoint?.envelope ?? '', vkey);
    expect(checkpoint).toMatchObject({ origin: 'rekor.test', size: world.server.log.head().size });
    expect(entry.logId.keyId).toBe(readVkey(vkey).longId.toString('base64'));
  });

  it('an entry that another log has signed for is not believed', async () => {
    await using other = await openWorld();
    const signer = keySigner();
    const bundle = throughFile(await signMessage(other, signer, V2));
    expect(() => verify(other, bundle, signer)).not.toThrow();
    const believing = {
      ...world,
      trustedRoot: { ...world.trustedRoot, timestampAuthorities: other.trustedRoot['timestampAuthorities'] },
    };
    expect(() => verify(believing, bundle, signer)).toThrow(
      expect.objectContaining({ code: 'TLOG_INCLUSION_PROOF_ERROR' }),
    );
  });

  it('--duplicates return gives the first entry to a client that has sent it before', async () => {
    await using returning = await openWorld(['--duplicates', 'return']);
    const signer = repeatingSigner();
    const first = entryOf(throughFile(await attest(returning, signer, V2)));
    await attest(returning, repeatingSigner(), V2);
    const again = throughFile(await attest(returning, signer, V2));
    expect(entryOf(again).logIndex).toBe(first.logIndex);
    expect([first, entryOf(again)].map(({ inclusionProof: proof }) => proof?.treeSize)).toEqual(['2', '3']);
    expect(() => verify(returning, again, signer)).not.toThrow();
  });
});

describe('sigstore-js and Rekor v2: with a signing config and a trusted root alone', () => {
  const build = (bundleType: 'messageSignature' | 'dsseEnvelope') => {
    const signingConfig = SigningConfig.fromJSON(signingConfigOf(world.rekorURL, world.fulcio, world.tsa));
    const identityProvider = { getToken: () => Promise.resolve(identityToken(EMAIL)) };
    return bundleBuilderFromSigningConfig({ signingConfig, identityProvider, bundleType });
  };
  const expectV2 = async (made: Bundle, kind: string, data?: Buffer): Promise<void> => {
    const bundle = throughFile(made);
    expect(entryOf(bundle).kindVersion).toEqual({ kind, version: '0.0.2' });
    expect(bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps).toHaveLength(1);
    await using mirror = await startTufMirror(world.trustedRoot);
    const { tufMirrorURL, tufRootPath, tufCachePath } = mirror;
    const options = { tufMirrorURL, tufRootPath, tufCachePath, certificateIdentityEmail: EMAIL };
    const verified = data ? sigstore.verify(bundle, data, options) : sigstore.verify(bundle, options);
    await expect(verified).resolves.toMatchObject({ identity: { subjectAlternativeName: EMAIL } });
    const other = { ...options, certificateIdentityEmail: 'bob@example.test' };
    await expect(data ? sigstore.verify(bundle, data, other) : sigstore.verify(bundle, other)).rejects.toThrow(/bob/);
  };

  it('a message: the API that began later is taken, and sigstore.verify accepts what it answers', async () => {
    const made = await build('messageSignature').create({ data: ARTIFACT });
    await expectV2(made, 'hashedrekord', ARTIFACT);
  });

  it('an envelope: the same', async () => {
    await expectV2(await build('dsseEnvelope').create({ data: STATEMENT, type: IN_TOTO }), 'dsse');
  });
});

const FORGERIES: readonly Forgery[] = [
  {
    forged: 'another body',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: (entry) => void (entry.canonicalizedBody = flip(entry.canonicalizedBody, -40)),
  },
  {
    forged: 'another version',
    code: 'TLOG_BODY_ERROR',
    forge: ({ kindVersion }) => void (kindVersion && (kindVersion.version = '0.0.1')),
  },
  ...PROOF_FORGERIES,
];

describe.each(kinds)('sigstore-js and Rekor v2: a bundle of $sent that was tampered with', ({ make }) => {
  const signer = keySigner();
  let bundle: SerializedBundle;
  beforeAll(async () => {
    while (world.server.log.head().size % 4 !== 3) await signMessage(world, keySigner(), V2);
    bundle = throughFile(await make(world, signer, V2));
  });

  it('is whole before', () => {
    expect(entryOf(bundle).inclusionProof?.hashes.length).toBeGreaterThan(1);
    expect(() => verify(world, bundle, signer)).not.toThrow();
  });

  it.each(FORGERIES)('$forged is refused', ({ code, forge }) => {
    const copy = structuredClone(bundle) as Changeable<SerializedBundle>;
    forge(entryOf(copy));
    expect(copy).not.toEqual(bundle);
    expect(() => verify(world, copy as SerializedBundle, signer)).toThrow(expect.objectContaining({ code }));
  });

  it('the entry of another signature is refused', async () => {
    const other = entryOf(throughFile(await make(world, keySigner(), V2)));
    const copy = structuredClone(bundle) as Changeable<SerializedBundle>;
    copy.verificationMaterial.tlogEntries = [other];
    expect(() => verify(world, copy as SerializedBundle, signer)).toThrow(
      expect.objectContaining({ code: 'TLOG_BODY_ERROR' }),
    );
  });

  it('nothing of all this was an error to the server', () => {
    expect(world.server.errors).toEqual([]);
  });
});
