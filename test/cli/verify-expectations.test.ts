import { describe, expect, it } from 'vitest';
import { ARTIFACT, keySigner, openWorld, signMessage, throughFile } from '../clients/sigstore-js.ts';
import { useForAllTests } from './use-fixture.ts';

/* All that the command line says has to hold: nothing of it is left out where something else holds. */

const { run, write, signed, uploaded } = useForAllTests();

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('stele verify: what is expected', () => {
  it('is the entry of --index and --uuid, also by a proof file', async () => {
    const words = signed('expected');
    const { logIndex, uuid } = await uploaded(...words);
    await run('proof', String(logIndex), '--into', 'expected.proof');
    const proven = ['verify', ...words, '--proof', 'expected.proof'];
    for (const right of [
      ['--index', String(logIndex)],
      ['--uuid', uuid],
      ['--uuid', uuid.toUpperCase()],
    ])
      expect(await run(...proven, ...right)).toMatchObject({ code: 0, err: '' });
    for (const wrong of [
      ['--index', '0'],
      ['--uuid', 'ab'.repeat(32)],
    ]) {
      const ran = await run(...proven, ...wrong);
      expect([ran.code, ran.out]).toEqual([1, '']);
      expect(ran.err).toContain(`and not of ${wrong.join(' ')}`);
    }
  });

  it('is the entry of --index and --uuid, also in a bundle', async () => {
    await using world = await openWorld();
    const signer = keySigner();
    const bundle = throughFile(await signMessage(world, signer));
    const logged = Number(bundle.verificationMaterial.tlogEntries[0]?.logIndex);
    const words = [
      write('bundled', ARTIFACT),
      '--bundle',
      write('bundled.json', JSON.stringify(bundle)),
      '--key',
      write('bundled.pub', signer.publicKey),
      '--trusted-root',
      write('bundled-root.json', JSON.stringify(world.trustedRoot)),
    ];
    expect(await run('verify', ...words, '--index', String(logged))).toMatchObject({ code: 0, err: '' });
    const ran = await run('verify', ...words, '--index', String(logged + 1));
    expect([ran.code, ran.out]).toEqual([1, '']);
  });

  it('is refused where a part of it would be left out', async () => {
    const words = signed('said-twice');
    for (const [said, says] of [
      [[...words, '--digest', DIGEST], /give FILE or --digest, and not both/],
      [[...words, '--bundle', 'expected.sig'], /give --signature or --bundle, and not both/],
      [['--index', '0', '--key', 'said-twice.pub'], /--key says who has to have signed/],
      [['--index', '0', '--certificate-identity', 'ann'], /--certificate-identity says who/],
      [[...words, '--index', '0', '--uuid', 'ab'.repeat(32)], /give --index or --uuid, and not both/],
    ] as const) {
      const ran = await run('verify', ...said);
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toMatch(says);
    }
  });
});
