import { describe, expect, it } from 'vitest';
import { sequence } from '../../testkit/der.ts';
import { extension } from '../entries/pki/certificates.ts';
import { reasonOf } from '../support/verdicts.ts';
import { authority, critical, ISSUER, MINUTE, SUBJECT, timeStamp, usage } from './authority.ts';
import { bundleOf, ENDED_PERIOD, member, newRsa, realmOf, signatureIn, signerOf } from './certificate-bundle.ts';
import { refuses, useScene, type Wrong } from './certificate-scene.ts';

/* Certificates as sigstore-js and sigstore-go check them: each way to be wrong is refused, and named. */

const scene = useScene();

describe('verifyBundle with a certificate', () => {
  it('holds by a signed entry timestamp, and names the holder and the time', async () => {
    const bundle = await scene.version1();
    expect(scene.isTakenByTheirs({ bundle })).toBe(true);
    const verdict = scene.judge({ bundle });
    expect(reasonOf(verdict)).toBeUndefined();
    expect(verdict).toMatchObject({ signer: { subjects: [SUBJECT], issuer: ISSUER } });
    expect(verdict.holds && verdict.times).toHaveLength(1);
  });

  it('holds by a timestamp of RFC 3161 with an entry of Rekor v2, which tells no time', async () => {
    const bundle = await scene.version2((made) => [timeStamp(scene.realm.stamper, signatureIn(made))]);
    expect(scene.isTakenByTheirs({ bundle })).toBe(true);
    expect(reasonOf(scene.judge({ bundle }))).toBeUndefined();
  });

  it('holds for a key of RSA', async () => {
    const bundle = await bundleOf(scene.world, 1, signerOf(scene.realm, {}, newRsa()));
    expect(scene.isTakenByTheirs({ bundle })).toBe(true);
    expect(reasonOf(scene.judge({ bundle }))).toBeUndefined();
    expect(reasonOf(scene.judge({ bundle, options: { artifact: Buffer.from('another') } }))).toMatch(
      /another artifact/,
    );
  });

  it('takes expressions in place of names, which match a part unless they are anchored', async () => {
    const bundle = await scene.version1();
    const by = (subject: RegExp, issuer: RegExp) =>
      scene.judge({ bundle, options: { identity: { subject, issuer } } }).holds;
    expect([by(/^ann@/, /test$/), by(/@example\.test$/g, /^https:/), by(/^nn@/, /./), by(/./, /^issuer/)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

const CERTIFICATES: readonly Wrong[] = [
  {
    wrong: 'a certificate that had expired when it was used',
    says: /has expired or is not yet valid: .* is after .*; signed at .*, says the signed entry timestamp of tlogEntries\.0$/,
    make: async () => ({
      bundle: await scene.version1({ notBefore: Date.now() - 20 * MINUTE, notAfter: Date.now() - MINUTE }),
    }),
  },
  {
    wrong: 'a certificate that was not valid yet',
    says: /is before /,
    make: async () => ({ bundle: await scene.version1({ notBefore: Date.now() + 5 * MINUTE }) }),
  },
  {
    wrong: 'a certificate of another authority of the same name',
    says: /does not lead to certificateAuthorities\.0: .*unknown authority/,
    make: async () => ({
      bundle: await bundleOf(scene.world, 1, signerOf({ ...realmOf(scene.world), ctLog: scene.realm.ctLog })),
    }),
  },
  {
    wrong: 'a certificate of an authority that is not in the trusted root',
    says: /does not lead to certificateAuthorities\.0: .*unknown authority/,
    make: async () => {
      const stranger = authority('a stranger');
      return { bundle: await bundleOf(scene.world, 1, signerOf({ ...scene.realm, issuer: stranger })) };
    },
  },
  {
    wrong: 'an issuer that is no authority',
    says: /cannot sign this kind of certificate/,
    make: () => {
      const root = authority('test root');
      return scene.elsewhere(realmOf(scene.world, root, authority('test issuer', { isCa: false }, root)));
    },
  },
  {
    wrong: 'a chain that is longer than its root allows',
    says: /too many intermediates for path length constraint/,
    make: () => {
      const root = authority('test root', { pathLength: 0 });
      return scene.elsewhere(realmOf(scene.world, root, authority('test issuer', {}, root)));
    },
  },
  {
    wrong: 'an issuer that had expired',
    says: /has expired/,
    make: () => {
      const root = authority('test root');
      return scene.elsewhere(
        realmOf(scene.world, root, authority('test issuer', { notAfter: Date.now() - MINUTE }, root)),
      );
    },
  },
  {
    wrong: 'an issuer for other purposes',
    says: /certificateAuthorities\.0 may not issue certificates for code signing/,
    theirs: 'the purposes of authorities are not looked at',
    make: () => {
      const root = authority('test root');
      return scene.elsewhere(
        realmOf(scene.world, root, authority('test issuer', { extensions: [usage('1.3.6.1.5.5.7.3.1')] }, root)),
      );
    },
  },
  {
    wrong: 'an issuer with name constraints',
    says: /has name constraints, which are not checked here/,
    theirs: 'name constraints are not looked at',
    make: () => {
      const root = authority('test root');
      const constraint = sequence(Buffer.from('a00b3009810762656c6c2e6e6c', 'hex'));
      const extensions = [extension('2.5.29.30', constraint)];
      return scene.elsewhere(realmOf(scene.world, root, authority('test issuer', { extensions }, root)));
    },
  },
  {
    wrong: 'an authority that was not trusted any more',
    says: /certificateAuthorities\.0 is not trusted at /,
    make: async () => ({
      bundle: await scene.version1(),
      options: scene.trusting({
        certificateAuthorities: [member([scene.realm.issuer, scene.realm.root], ENDED_PERIOD)],
      }),
    }),
  },
  {
    wrong: 'a trusted root without authorities',
    says: /has no certificate authority/,
    make: async () => ({ bundle: await scene.version1(), options: scene.trusting({ certificateAuthorities: [] }) }),
  },
  {
    wrong: 'a certificate for other purposes',
    says: /is not one for code signing/,
    theirs: 'purposes are not looked at',
    make: async () => ({ bundle: await scene.version1({ extensions: [usage('1.3.6.1.5.5.7.3.1')] }) }),
  },
  {
    wrong: 'a certificate that is that of an authority',
    says: /is that of an authority/,
    theirs: 'a signer may be an authority',
    make: async () => {
      const isCa = critical('2.5.29.19', sequence(Buffer.of(1, 1, 0xff)));
      return { bundle: await scene.version1({ extensions: [usage('1.3.6.1.5.5.7.3.3'), isCa] }) };
    },
  },
];

describe('verifyBundle refuses, of certificates', () => {
  refuses(scene, CERTIFICATES);
});
