import { createPublicKey, hash } from 'node:crypto';
import type { Fulcio } from './services.ts';

const START = { start: '2020-01-01T00:00:00Z' };

/** A trusted root for one private log, from what the server says of its key, and for a certificate authority if there is one. */
export async function trustedRootOf(rekorURL: string, fulcio?: Fulcio): Promise<Readonly<Record<string, unknown>>> {
  const pem = await (await fetch(`${rekorURL}/api/v1/log/publicKey`)).text();
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [instance('http://rekor.test', spki, hash('sha256', spki, 'buffer'))],
    certificateAuthorities: fulcio === undefined ? [] : [authority(fulcio)],
    ctlogs: fulcio === undefined ? [] : [instance('http://ct.test', fulcio.ctLog.publicKey, fulcio.ctLog.logId)],
    timestampAuthorities: [],
  };
}

function instance(baseUrl: string, spki: Uint8Array, id: Uint8Array) {
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: START },
    logId: { keyId: base64(id) },
  };
}

function authority({ url, rootCertificate }: Fulcio) {
  return {
    subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
    uri: url,
    certChain: { certificates: [{ rawBytes: base64(rootCertificate) }] },
    validFor: START,
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
