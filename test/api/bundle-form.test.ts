import { describe } from 'vitest';
import type { ExpectedIdentity } from '../../client/bundle/identity.ts';
import { attest, keySigner, throughFile } from '../clients/sigstore-js.ts';
import { IDENTITY, type Member } from './certificate-bundle.ts';
import { refuses, UNASKED, useScene, withEntry, withMaterial, type Wrong } from './certificate-scene.ts';

/* Bundles that say too much, too little, or two things at once. */

const scene = useScene();

const without =
  (...names: readonly string[]) =>
  (entry: Member): Member =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)));

const oldType = (version: string): string => `application/vnd.dev.sigstore.bundle+json;version=${version}`;

const FORMS: readonly Wrong[] = [
  {
    wrong: 'a version that is not known',
    says: /no Sigstore bundle of version 0\.1, 0\.2 or 0\.3: mediaType is application\/vnd\.dev\.sigstore\.bundle\.v0\.9\+json/,
    theirs: 'any version of two digits is taken',
    make: async () => ({
      bundle: { ...(await scene.version1()), mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json' },
    }),
  },
  {
    wrong: 'a bundle of version 0.3 whose entry has a promise alone',
    says: /^tlogEntries\.0 has no inclusionProof, which a bundle of version 0\.3 has to have/,
    make: async () => withEntry(await scene.version1(), without('inclusionProof')),
  },
  {
    wrong: 'a bundle of version 0.1 whose entry has a proof alone',
    says: /^tlogEntries\.0 has no inclusionPromise, which a bundle of version 0\.1 has to have/,
    make: async () => {
      const { bundle } = withEntry(await scene.version1(), without('inclusionPromise'));
      return { bundle: { ...(bundle as object), mediaType: oldType('0.1') } };
    },
  },
  {
    wrong: 'a chain in a bundle of version 0.3',
    says: /one certificate, and no x509CertificateChain/,
    make: async () => {
      const { certificate } = (await scene.version1()).verificationMaterial;
      return withMaterial(await scene.version1(), {
        certificate: undefined,
        x509CertificateChain: { certificates: [certificate] },
      });
    },
  },
  {
    wrong: 'a certificate and a chain',
    says: /both certificate and x509CertificateChain/,
    theirs: UNASKED,
    make: async () => {
      const { certificate } = (await scene.version1()).verificationMaterial;
      return withMaterial(await scene.version1(), { x509CertificateChain: { certificates: [certificate] } });
    },
  },
  {
    wrong: 'a message signature and an envelope',
    says: /both messageSignature and dsseEnvelope/,
    theirs: UNASKED,
    make: async () => {
      const { dsseEnvelope } = throughFile(await attest(scene.world, keySigner())) as {
        readonly dsseEnvelope?: unknown;
      };
      return { bundle: { ...(await scene.version1()), dsseEnvelope } };
    },
  },
];

const LIES: readonly Wrong[] = [
  {
    wrong: 'the same entry twice',
    says: /^tlogEntries\.1 is there twice/,
    make: async () => {
      const bundle = await scene.version1();
      const { tlogEntries } = bundle.verificationMaterial;
      return withMaterial(bundle, { tlogEntries: [...tlogEntries, ...tlogEntries] });
    },
  },
  {
    wrong: 'another kind beside the entry',
    says: /^tlogEntries\.0: kindVersion is hashedrekord 0\.0\.2, and the entry is of the kind hashedrekord 0\.0\.1/,
    make: async () =>
      withEntry(await scene.version1(), (entry) => ({
        ...entry,
        kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      })),
  },
  {
    wrong: 'a kind of a megabyte, which the reason does not repeat',
    says: /^tlogEntries\.0: kindVersion is x{100}\.\.\., and/,
    make: async () =>
      withEntry(await scene.version1(), (entry) => ({
        ...entry,
        kindVersion: { kind: 'x'.repeat(1_000_000), version: '0.0.2' },
      })),
  },
  {
    wrong: 'another index beside the proof, where nothing has signed it',
    says: /^tlogEntries\.0: its logIndex is 987654, and its proof is that of entry \d+/,
    theirs: UNASKED,
    make: async () => withEntry(await scene.version2(() => []), (entry) => ({ ...entry, logIndex: '987654' })),
  },
  {
    wrong: 'the id of another trusted log than the one that has signed the checkpoint',
    says: /^tlogEntries\.0: the checkpoint does not hold/,
    theirs: UNASKED,
    make: async () => {
      const [own] = (await scene.version1()).verificationMaterial.tlogEntries;
      const other = scene.realm.trustedRoot.tlogs.find(
        ({ logId }) => JSON.stringify(logId) !== JSON.stringify(own?.['logId']),
      );
      return withEntry(await scene.version1(), (entry) => ({ ...entry, logId: other?.['logId'] }));
    },
  },
];

const expecting = (identity: Readonly<Record<string, unknown>>): ExpectedIdentity =>
  identity as unknown as ExpectedIdentity;

const IDENTITIES: readonly Wrong[] = [
  ['no subject', /^identity\.subject is neither a name nor an expression/, { issuer: IDENTITY.issuer }],
  ['no issuer', /^identity\.issuer is neither/, { subject: IDENTITY.subject }],
  ['a subject of null', /^identity\.subject is neither/, { ...IDENTITY, subject: null }],
  ['an empty subject', /^identity\.subject is neither/, { ...IDENTITY, subject: '' }],
  ['a list of issuers', /^identity\.issuer is neither/, { ...IDENTITY, issuer: [IDENTITY.issuer] }],
].map(([wrong, says, identity]) => ({
  wrong: wrong as string,
  says: says as RegExp,
  theirs: UNASKED,
  make: async () => ({
    bundle: await scene.version1(),
    options: { identity: expecting(identity as Readonly<Record<string, unknown>>) },
  }),
}));

describe('verifyBundle refuses, of the form of bundles', () => {
  refuses(scene, FORMS);
});

describe('verifyBundle refuses, of what stands beside an entry', () => {
  refuses(scene, LIES);
});

describe('verifyBundle refuses an identity that expects', () => {
  refuses(scene, IDENTITIES);
});
