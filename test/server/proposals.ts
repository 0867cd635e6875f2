import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';

/** A P-256 key of a submitter. */
export interface Submitter {
  readonly key: KeyObject;
  readonly pem: string;
}

export function newSubmitter(): Submitter {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export const base64 = (data: string | Uint8Array): string => Buffer.from(data as string).toString('base64');

/** A hashedrekord 0.0.1 over `artifact`. ECDSA is random, so that each call makes another entry. */
export function hashedrekord(artifact: string, { key, pem }: Submitter) {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: hash('sha256', artifact) } },
      signature: { content: base64(sign('sha256', Buffer.from(artifact), key)), publicKey: { content: base64(pem) } },
    },
  };
}

/** An intoto 0.0.2 around `payload`, with the double base64 that the kind asks for. */
export function intoto(payload: string, { key, pem }: Submitter) {
  const payloadType = 'application/vnd.in-toto+json';
  const pae = `DSSEv1 ${payloadType.length} ${payloadType} ${Buffer.byteLength(payload)} ${payload}`;
  const sig = base64(base64(sign('sha256', Buffer.from(pae), key)));
  const signatures = [{ sig, publicKey: base64(pem) }];
  const envelope = { payload: base64(base64(payload)), payloadType, signatures };
  const digest = { algorithm: 'sha256', value: hash('sha256', payload) };
  return { apiVersion: '0.0.2', kind: 'intoto', spec: { content: { envelope, hash: digest, payloadHash: digest } } };
}
