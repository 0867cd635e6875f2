import { generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import { hashedrekordOf } from '../test/support/proposals.ts';
import { newIssuer } from './certificate.ts';
import { requestOf } from './connection.ts';

/** Entries with a bare key, or with a certificate of the size that Fulcio's have. */
export const BODY_KINDS = ['hashedrekord', 'cert'] as const;
export type BodyKind = (typeof BODY_KINDS)[number];

/** `count` submissions, each of another artifact, signed with a P-256 key that was made for it. */
export function makeSubmissions(kind: BodyKind, count: number): Buffer[] {
  const issuer = kind === 'cert' ? newIssuer() : undefined;
  return Array.from({ length: count }, () => {
    const artifact = randomBytes(32);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = issuer?.issue(publicKey) ?? publicKey.export({ type: 'spki', format: 'pem' });
    const digest = { algorithm: 'sha256', value: hash('sha256', artifact) };
    const proposal = hashedrekordOf(digest, sign('sha256', artifact, privateKey), pem);
    return requestOf('POST', '/api/v1/log/entries', JSON.stringify(proposal));
  });
}
