import { type KeyObject, generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import { hashedrekordOf } from '../testkit/proposals.ts';
import { newIssuer } from '../testkit/certificate.ts';
import { type Question, requestOf } from './connection.ts';

/**
 * To v1 with a bare key, or with a certificate of the size that Fulcio's have; to v2 with a bare key. What is forged goes
 * to v1 with a bare key and is well made in all but this: another artifact was signed.
 */
export const GOOD_KINDS = ['hashedrekord', 'cert', 'v2'] as const;
export type GoodKind = (typeof GOOD_KINDS)[number];
export type BodyKind = GoodKind | 'forged';

/** `count` submissions, each of another artifact, signed with a P-256 key that was made for it. */
export function makeSubmissions(kind: BodyKind, count: number): Buffer[] {
  const issuer = newIssuer();
  const make: Readonly<Record<BodyKind, (artifact: Buffer, keys: Keys) => Question>> = {
    hashedrekord: (artifact, keys) => toV1(artifact, keys, pemOf(keys)),
    forged: (artifact, keys) => toV1(artifact, keys, pemOf(keys), randomBytes(32)),
    cert: (artifact, keys) => toV1(artifact, keys, issuer.issue(keys.publicKey)),
    v2: toV2,
  };
  return Array.from({ length: count }, () => {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return requestOf(make[kind](randomBytes(32), keys));
  });
}

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const pemOf = ({ publicKey }: Keys): string => publicKey.export({ type: 'spki', format: 'pem' });

function toV1(artifact: Buffer, { privateKey }: Keys, pem: string, signed = artifact): Question {
  const digest = { algorithm: 'sha256', value: hash('sha256', artifact) };
  const proposal = hashedrekordOf(digest, sign('sha256', signed, privateKey), pem);
  return { path: '/api/v1/log/entries', body: JSON.stringify(proposal) };
}

function toV2(artifact: Buffer, { privateKey, publicKey }: Keys): Question {
  const rawBytes = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const content = sign('sha256', artifact, privateKey).toString('base64');
  const verifier = { publicKey: { rawBytes }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
  const request = { digest: hash('sha256', artifact, 'base64'), signature: { content, verifier } };
  return { path: '/api/v2/log/entries', body: JSON.stringify({ hashedRekordRequestV002: request }) };
}
