import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SerializedBundle } from '@sigstore/bundle';
import { type Changeable, flip, type Forgery, PROOF_FORGERIES } from './forging.ts';
import { keySigner, openWorld, signMessage, throughFile, verify, type World } from './sigstore-js.ts';

const FORGERIES: readonly Forgery[] = [
  {
    forged: 'another body',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: (entry) => void (entry.canonicalizedBody = flip(entry.canonicalizedBody, -40)),
  },
  {
    forged: 'another signed entry timestamp',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: ({ inclusionPromise: promise }) =>
      void (promise && (promise.signedEntryTimestamp = flip(promise.signedEntryTimestamp, -1))),
  },
  {
    forged: 'another time',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: (entry) => void (entry.integratedTime = String(Number(entry.integratedTime) - 1)),
  },
  {
    forged: 'another log index',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: (entry) => void (entry.logIndex = '2'),
  },
  ...PROOF_FORGERIES,
];

describe('sigstore-js: a bundle that was tampered with', () => {
  const signer = keySigner();
  let world: World;
  let bundle: SerializedBundle;
  beforeAll(async () => {
    world = await openWorld();
    await signMessage(world, keySigner());
    await signMessage(world, keySigner());
    bundle = throughFile(await signMessage(world, signer));
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('is whole before', () => {
    expect(bundle.verificationMaterial.tlogEntries[0]?.inclusionProof?.hashes.length).toBeGreaterThan(1);
    expect(() => verify(world, bundle, signer)).not.toThrow();
  });

  for (const { forged, code, forge } of FORGERIES) {
    it(`${forged} is refused`, () => {
      const copy = structuredClone(bundle) as Changeable<SerializedBundle>;
      const [entry] = copy.verificationMaterial.tlogEntries;
      if (entry) forge(entry);
      expect(copy).not.toEqual(bundle);
      expect(() => verify(world, copy as SerializedBundle, signer)).toThrow(expect.objectContaining({ code }));
    });
  }

  it('another artifact is refused', () => {
    const copy = structuredClone(bundle) as Changeable<SerializedBundle>;
    const { messageSignature } = copy;
    if (messageSignature) messageSignature.signature = flip(messageSignature.signature, -1);
    expect(() => verify(world, copy as SerializedBundle, signer)).toThrow(
      expect.objectContaining({ name: 'VerificationError' }),
    );
  });
});
