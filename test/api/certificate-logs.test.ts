import { describe } from 'vitest';
import { newP256 } from '../entries/pki/certificates.ts';
import { SUBJECT, timestampOf } from './authority.ts';
import { ctLogMember, ENDED_PERIOD, IDENTITY } from './certificate-bundle.ts';
import { refuses, UNASKED, useScene, type Wrong } from './certificate-scene.ts';

/* Promises of certificate logs, and the holder of a certificate. */

const scene = useScene();

const LOGS: readonly Wrong[] = [
  {
    wrong: 'no promise of a certificate log',
    says: /has no signed certificate timestamp/,
    make: async () => ({ bundle: await scene.version1({ timestamps: () => [] }) }),
  },
  {
    wrong: 'a promise that was changed',
    says: /\(SCT\) of the log [0-9a-f]{16} does not verify/,
    make: async () => ({
      bundle: await scene.version1({
        timestamps: (signed) => [withFlippedTime(timestampOf(scene.realm.issuer, scene.realm.ctLog, signed))],
      }),
    }),
  },
  {
    wrong: 'a promise for another certificate',
    says: /does not verify/,
    make: async () => ({
      bundle: await scene.version1({
        timestamps: (signed) => [
          timestampOf(scene.realm.issuer, scene.realm.ctLog, Buffer.concat([signed, Buffer.of(0)])),
        ],
      }),
    }),
  },
  {
    wrong: 'a promise of another certificate log',
    says: /\(SCT\) of 0 trusted logs are there, and 1 are needed/,
    make: async () => ({
      bundle: await scene.version1({ timestamps: (signed) => [timestampOf(scene.realm.issuer, newP256(), signed)] }),
    }),
  },
  {
    wrong: 'a promise in the name of a certificate log',
    says: /does not verify/,
    make: async () => ({
      bundle: await scene.version1({
        timestamps: (signed) => [timestampOf(scene.realm.issuer, newP256(), signed, scene.realm.ctLog.publicKey)],
      }),
    }),
  },
  {
    wrong: 'a promise for another issuer',
    says: /does not verify/,
    make: async () => ({
      bundle: await scene.version1({
        timestamps: (signed) => [timestampOf(scene.realm.root, scene.realm.ctLog, signed)],
      }),
    }),
  },
  {
    wrong: 'a certificate log that was not trusted any more',
    says: /\(SCT\) of the log [0-9a-f]{16} is of .*, when the log is not trusted/,
    make: async () => ({
      bundle: await scene.version1(),
      options: scene.trusting({ ctlogs: [ctLogMember(scene.realm.ctLog, ENDED_PERIOD)] }),
    }),
  },
  {
    wrong: 'one promise where two are needed',
    says: /\(SCT\) of 1 trusted logs are there, and 2 are needed/,
    make: async () => ({ bundle: await scene.version1(), options: { ctLogThreshold: 2 } }),
  },
];

function withFlippedTime(timestamp: Buffer): Buffer {
  return timestamp.with(39, (timestamp[39] ?? 0) ^ 1) as Buffer;
}

const IDENTITIES: readonly Wrong[] = [
  {
    wrong: 'another holder',
    says: /is of ann@example\.test, and not of bob@example\.test/,
    theirs: UNASKED,
    make: async () => ({
      bundle: await scene.version1(),
      options: { identity: { ...IDENTITY, subject: 'bob@example.test' } },
    }),
  },
  {
    wrong: 'the beginning of the holder',
    says: /is of ann@example\.test\.evil\.test, and not of ann@example\.test$/,
    theirs: UNASKED,
    make: async () => ({ bundle: await scene.version1({ subject: `${SUBJECT}.evil.test` }) }),
  },
  {
    wrong: 'another issuer',
    says: /is vouched for by https:\/\/issuer\.test, and not by https:\/\/other\.test/,
    theirs: UNASKED,
    make: async () => ({
      bundle: await scene.version1(),
      options: { identity: { ...IDENTITY, issuer: 'https://other.test' } },
    }),
  },
  {
    wrong: 'no issuer',
    says: /does not say who has vouched/,
    theirs: UNASKED,
    make: async () => ({ bundle: await scene.version1({ issuer: undefined }) }),
  },
];

describe('verifyBundle refuses, of certificate logs', () => {
  refuses(scene, LOGS);
});

describe('verifyBundle refuses, of identities', () => {
  refuses(scene, IDENTITIES);
});
