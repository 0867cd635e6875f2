import { describe } from 'vitest';
import { authority, MINUTE, stamperOf, timeStamp, usageOfStamper } from './authority.ts';
import { bundleOf, ENDED_PERIOD, member, realmOf, signatureIn, signerOf, stamped } from './certificate-bundle.ts';
import { refuses, useScene, type Wrong } from './certificate-scene.ts';

/* Times at which a certificate was used. */

const scene = useScene();

const TIMES: readonly Wrong[] = [
  {
    wrong: 'nothing that says when it was signed',
    says: /nothing says when it was signed/,
    make: async () => ({ bundle: await scene.version2(() => []) }),
  },
  {
    wrong: 'a timestamp of another signature',
    says: /rfc3161Timestamps\.0 does not hold: it is of another signature/,
    make: async () => ({
      bundle: await scene.version2(() => [timeStamp(scene.realm.stamper, Buffer.from('another'))]),
    }),
  },
  {
    wrong: 'a timestamp of another authority',
    says: /rfc3161Timestamps\.0 does not hold: it is by none of the timestamp authorities/,
    make: async () => {
      const stranger = stamperOf(authority('a stranger'));
      return { bundle: await scene.version2((made) => [timeStamp(stranger, signatureIn(made))]) };
    },
  },
  {
    wrong: 'a timestamp by another key of the same name',
    says: /its signature names another certificate/,
    make: async () => {
      const stranger = stamperOf(authority(scene.realm.stampRoot.name));
      return { bundle: await scene.version2((made) => [timeStamp(stranger, signatureIn(made))]) };
    },
  },
  {
    wrong: 'a timestamp that another key has signed',
    says: /its signature does not verify/,
    make: async () => {
      const { certificate } = scene.realm.stamper;
      const stranger = stamperOf(authority(scene.realm.stampRoot.name));
      return { bundle: await scene.version2((made) => [timeStamp(stranger, signatureIn(made), { certificate })]) };
    },
  },
  {
    wrong: 'a timestamp whose signature is over another time',
    says: /its signature is over another time/,
    make: async () => ({
      bundle: await scene.version2((made) => [
        timeStamp(scene.realm.stamper, signatureIn(made), { digestOf: Buffer.from('another') }),
      ]),
    }),
  },
  {
    wrong: 'a timestamp when the certificate was not valid',
    says: /has expired or is not yet valid: .*says rfc3161Timestamps\.0$/,
    make: async () => ({
      bundle: await scene.version2((made) => [
        timeStamp(scene.realm.stamper, signatureIn(made), { time: Date.now() - 60 * MINUTE }),
      ]),
    }),
  },
  {
    wrong: 'a second timestamp when the certificate was not valid',
    says: /says rfc3161Timestamps\.1$/,
    make: async () => ({
      bundle: await scene.version2((made) => [
        timeStamp(scene.realm.stamper, signatureIn(made)),
        timeStamp(scene.realm.stamper, signatureIn(made), { time: Date.now() + 30 * MINUTE }),
      ]),
    }),
  },
  {
    wrong: 'a timestamp when its authority was not trusted',
    says: /timestampAuthorities\.0 is not trusted at /,
    make: async () => ({
      bundle: await scene.version2((made) => [timeStamp(scene.realm.stamper, signatureIn(made))]),
      options: scene.trusting({
        timestampAuthorities: [member([scene.realm.stamper, scene.realm.stampRoot], ENDED_PERIOD)],
      }),
    }),
  },
  {
    wrong: 'a timestamp by a certificate for other purposes',
    says: /the certificate is not one for timestamps/,
    theirs: 'purposes are not looked at',
    make: async () => {
      const other = realmOf(scene.world, scene.realm.root, scene.realm.issuer, usageOfStamper('1.3.6.1.5.5.7.3.3'));
      const bundle = await bundleOf(scene.world, 2, signerOf({ ...other, ctLog: scene.realm.ctLog }));
      return {
        bundle: stamped(bundle, timeStamp(other.stamper, signatureIn(bundle))),
        options: scene.trusting({ timestampAuthorities: other.trustedRoot.timestampAuthorities }),
      };
    },
  },
  {
    wrong: 'a timestamp that cannot be read',
    says: /rfc3161Timestamps\.0 does not hold: .* of the timestamp cannot be read/,
    make: async () => ({
      bundle: await scene.version2((made) => [timeStamp(scene.realm.stamper, signatureIn(made)).subarray(0, -1)]),
    }),
  },
];

describe('verifyBundle refuses, of times', () => {
  refuses(scene, TIMES);
});
