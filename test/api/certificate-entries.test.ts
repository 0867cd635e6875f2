import { describe } from 'vitest';
import { keySigner, signMessage, throughFile } from '../clients/sigstore-js.ts';
import { newP256 } from '../entries/pki/certificates.ts';
import { bundleOf, ENDED_PERIOD, signerOf } from './certificate-bundle.ts';
import { refuses, UNASKED, useScene, withEntry, withMaterial, type Wrong } from './certificate-scene.ts';

/* Entries of a log that a bundle with a certificate has. */

const scene = useScene();

const ENTRIES: readonly Wrong[] = [
  {
    wrong: 'another artifact',
    says: /the bundle is of another artifact/,
    make: async () => ({ bundle: await scene.version1(), options: { artifact: Buffer.from('another') } }),
  },
  {
    wrong: 'a signature over another artifact',
    says: /the signature is not by the key over this artifact/,
    make: async () => {
      const { messageSignature: _, ...bundle } = await scene.version1();
      const messageSignature = { ...(await scene.version1()).messageSignature };
      return { bundle: { ...bundle, messageSignature } };
    },
  },
  {
    wrong: 'the entry of another signature',
    says: /^tlogEntries\.0: the entry is of another signature/,
    make: async () =>
      withMaterial(await scene.version1(), { tlogEntries: (await scene.version1()).verificationMaterial.tlogEntries }),
  },
  {
    wrong: 'an entry that names another certificate of the same key',
    says: /^tlogEntries\.0: the entry names another key or certificate/,
    theirs: 'the certificate in the entry is not looked at',
    make: async () => {
      const keys = newP256();
      return {
        bundle: await bundleOf(scene.world, 1, signerOf(scene.realm, {}, keys), signerOf(scene.realm, {}, keys)),
      };
    },
  },
  {
    wrong: 'another time than the log has promised',
    says: /^tlogEntries\.0: the signed entry timestamp does not verify/,
    make: async () => withEntry(await scene.version1(), (entry) => ({ ...entry, integratedTime: '1600000000' })),
  },
  {
    wrong: 'the promise of another entry',
    says: /^tlogEntries\.0: the signed entry timestamp does not verify/,
    make: async () => {
      const [other] = (await scene.version1()).verificationMaterial.tlogEntries;
      return withEntry(await scene.version1(), (entry) => ({
        ...entry,
        inclusionPromise: other?.['inclusionPromise'],
      }));
    },
  },
  {
    wrong: 'a log that was not trusted any more',
    says: /^tlogEntries\.0: the promise is of .*, when the key of the log is not trusted/,
    make: async () => {
      const tlogs = scene.realm.trustedRoot.tlogs.map((log) => ({
        ...log,
        publicKey: { ...(log['publicKey'] as object), validFor: ENDED_PERIOD },
      }));
      return { bundle: await scene.version1(), options: scene.trusting({ tlogs }) };
    },
  },
  {
    wrong: 'no certificate where an identity is expected',
    says: /key is missing: the bundle is signed with a key/,
    theirs: UNASKED,
    make: async () => ({ bundle: throughFile(await signMessage(scene.world, keySigner())) }),
  },
  {
    wrong: 'a certificate where a key is expected',
    says: /signed with a certificate: give identity and trustedRoot/,
    theirs: UNASKED,
    make: async () => ({ bundle: await scene.version1(), options: { key: keySigner().publicKey } }),
  },
];

describe('verifyBundle refuses, of entries', () => {
  refuses(scene, ENTRIES);
});
