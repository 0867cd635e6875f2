import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InternalError } from '@sigstore/sign';
import { attest, openWorld, repeatingSigner, signMessage, throughFile, verify, type World } from './sigstore-js.ts';

const makers = [
  { entry: 'hashedrekord', make: signMessage, options: {} },
  { entry: 'dsse', make: attest, options: {} },
  { entry: 'intoto', make: attest, options: { entryType: 'intoto' } },
] as const;

describe('sigstore-js: an entry that the log holds already', () => {
  let world: World;
  beforeAll(async () => void (world = await openWorld()));
  afterAll(() => world[Symbol.asyncDispose]());

  for (const { entry, make, options } of makers) {
    it(`${entry}: with fetchOnConflict the entry that stands there is fetched and verifies`, async () => {
      const signer = repeatingSigner();
      const first = throughFile(await make(world, signer, options));
      const again = throughFile(await make(world, signer, { ...options, fetchOnConflict: true }));
      expect(again.verificationMaterial.tlogEntries[0]).toMatchObject({
        logIndex: first.verificationMaterial.tlogEntries[0]?.logIndex,
        inclusionPromise: first.verificationMaterial.tlogEntries[0]?.inclusionPromise,
      });
      expect(() => verify(world, again, signer)).not.toThrow();
    });

    it(`${entry}: without it the client says what the server said`, async () => {
      const signer = repeatingSigner();
      await make(world, signer, options);
      const failure: unknown = await make(world, signer, { ...options, fetchOnConflict: false }).catch(
        (e: unknown) => e,
      );
      expect(failure).toBeInstanceOf(InternalError);
      expect(failure).toMatchObject({ code: 'TLOG_CREATE_ENTRY_ERROR' });
      expect(String((failure as InternalError).cause)).toMatch(
        /\(409\) an equivalent entry already exists in the transparency log with UUID [0-9a-f]{80}$/,
      );
    });
  }

  it('a retry that failed a release does not grow the log', async () => {
    const signer = repeatingSigner();
    await signMessage(world, signer);
    const { size } = world.server.log.head();
    await signMessage(world, signer, { fetchOnConflict: true });
    expect(world.server.log.head().size).toBe(size);
  });
});

describe('sigstore-js: --duplicates return', () => {
  it('gives the first entry to a client that does not fetch on conflict', async () => {
    await using world = await openWorld(['--duplicates', 'return']);
    const signer = repeatingSigner();
    const first = throughFile(await signMessage(world, signer, { fetchOnConflict: false }));
    await signMessage(world, repeatingSigner());
    const again = throughFile(await signMessage(world, signer, { fetchOnConflict: false }));

    const [before, after] = [first, again].map(({ verificationMaterial }) => verificationMaterial.tlogEntries[0]);
    expect(after?.logIndex).toBe(before?.logIndex);
    expect(after?.inclusionPromise).toEqual(before?.inclusionPromise);
    const sizes = [before, after].map((entry) => Number(entry?.inclusionProof?.treeSize));
    expect(sizes[1]).toBe(Number(sizes[0]) + 1);
    expect(() => verify(world, again, signer)).not.toThrow();
  });
});
