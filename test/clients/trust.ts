import { createPublicKey, hash } from 'node:crypto';
import { readVkey } from '../support/auditor.ts';
import type { Fulcio, TimestampAuthority } from './services.ts';

const START = { start: '2020-01-01T00:00:00Z' };

/**
 * A trusted root for one private log with both of its keys, from what the server says of them, and for the authorities that
 * there are.
 */
export async function trustedRootOf(
  rekorURL: string,
  fulcio?: Fulcio,
  tsa?: TimestampAuthority,
): Promise<Readonly<Record<string, unknown>>> {
  const textAt = async (path: string): Promise<string> => (await fetch(`${rekorURL}${path}`)).text();
  const [v1, v2] = [spkiOf(await textAt('/api/v1/log/publicKey')), spkiOf(await textAt('/api/v2/log/publicKey'))];
  const { longId } = readVkey(await textAt('/vkey'));
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      instance('http://rekor.test', v1, hash('sha256', v1, 'buffer')),
      instance('http://rekor.test', v2, longId, 'PKIX_ED25519'),
    ],
    certificateAuthorities: fulcio === undefined ? [] : [authority('sigstore', fulcio.url, [fulcio.rootCertificate])],
    ctlogs: fulcio === undefined ? [] : [instance('http://ct.test', fulcio.ctLog.publicKey, fulcio.ctLog.logId)],
    timestampAuthorities: tsa === undefined ? [] : [authority('tsa', tsa.url, tsa.certificates)],
  };
}

function spkiOf(pem: string): Uint8Array {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' });
}

function instance(baseUrl: string, spki: Uint8Array, id: Uint8Array, keyDetails = 'PKIX_ECDSA_P256_SHA_256') {
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki), keyDetails, validFor: START },
    logId: { keyId: base64(id) },
  };
}

function authority(commonName: string, uri: string, certificates: readonly Uint8Array[]) {
  return {
    subject: { organization: 'sigstore.mock', commonName },
    uri,
    certChain: { certificates: certificates.map((one) => ({ rawBytes: base64(one) })) },
    validFor: START,
  };
}

/** A signing config that names the log with both of its APIs, of which a client takes the one that began later. */
export function signingConfigOf(rekorURL: string, fulcio: Fulcio, tsa: TimestampAuthority) {
  const service = (url: string, majorApiVersion: number, start = START.start) => {
    return { url, majorApiVersion, validFor: { start }, operator: 'rekor.test' };
  };
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service(fulcio.url, 1)],
    rekorTlogUrls: [service(rekorURL, 1), service(rekorURL, 2, '2021-01-01T00:00:00Z')],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [service(tsa.url, 1)],
    tsaConfig: { selector: 'ANY' },
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
