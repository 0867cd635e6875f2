import { describe, expect, it } from 'vitest';
import { keySigner, knownOf, openWorld, signMessage, throughFile, verify } from './sigstore-js.ts';

describe('sigstore-js: the first entry of a user', () => {
  it('has index 1, which its bundle keeps, because the log has written entry 0 itself', async () => {
    await using world = await openWorld();
    const signer = keySigner();
    const bundle = throughFile(await signMessage(world, signer));
    expect(knownOf(bundle)).toEqual({ logIndex: '1', kind: 'hashedrekord', version: '0.0.1' });
    expect(bundle.verificationMaterial.tlogEntries[0]?.inclusionProof?.logIndex).toBe('1');
    expect(() => verify(world, bundle, signer)).not.toThrow();
  });
  it('has index 0 in a log without genesis, which its bundle loses', async () => {
    await using world = await openWorld(['--genesis', 'off']);
    const bundle = throughFile(await signMessage(world, keySigner()));
    expect(world.server.log.head().size).toBe(1);
    expect(knownOf(bundle)).toEqual({ kind: 'hashedrekord', version: '0.0.1' });
  });
});
