import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import type { ExpectedIdentity } from '../../client/bundle/identity.ts';
import { ARTIFACT, type World } from '../clients/sigstore-js.ts';
import {
  type Authority,
  authority,
  ISSUER,
  type Keys,
  leafOf,
  type LeafWords,
  stamperOf,
  SUBJECT,
} from './authority.ts';
import { newP256, spkiOf } from '../entries/pki/certificates.ts';

/* Bundles with certificates that are made by hand, and logged by a real log. */

export const IDENTITY: ExpectedIdentity = { subject: SUBJECT, issuer: ISSUER };

/** Everybody that vouches for a signer, and the trusted root that names them. */
export interface Realm {
  readonly root: Authority;
  readonly issuer: Authority;
  readonly ctLog: Keys;
  readonly stampRoot: Authority;
  readonly stamper: Authority;
  readonly trustedRoot: TrustedRootJson;
}

export interface TrustedRootJson {
  readonly tlogs: readonly Member[];
  readonly certificateAuthorities: readonly Member[];
  readonly ctlogs: readonly Member[];
  readonly timestampAuthorities: readonly Member[];
}

export type Member = Readonly<Record<string, unknown>>;

export function realmOf(
  world: World,
  root = authority('test root'),
  issuer = authority('test issuer', {}, root),
  stamperWords?: Buffer,
): Realm {
  const ctLog = newP256();
  const stampRoot = authority('test stamp root');
  const stamper = stamperOf(stampRoot, stamperWords);
  const { tlogs, mediaType } = world.trustedRoot as unknown as TrustedRootJson & { readonly mediaType: string };
  const [issuing, stamping] = [
    [issuer, root],
    [stamper, stampRoot],
  ];
  const trustedRoot = {
    mediaType,
    tlogs,
    certificateAuthorities: [member(issuing)],
    ctlogs: [ctLogMember(ctLog)],
    timestampAuthorities: [member(stamping)],
  };
  return { root, issuer, ctLog, stampRoot, stamper, trustedRoot };
}

export const OPEN_PERIOD = { start: '2020-01-01T00:00:00Z' };
export const ENDED_PERIOD = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };

export function member(chain: readonly Authority[], validFor: Member = OPEN_PERIOD): Member {
  return {
    subject: { organization: 'test', commonName: 'test' },
    uri: 'https://authority.test',
    certChain: { certificates: chain.map(({ certificate }) => ({ rawBytes: certificate.toString('base64') })) },
    validFor,
  };
}

export function ctLogMember({ publicKey }: Keys, validFor: Member = OPEN_PERIOD): Member {
  const spki = spkiOf(publicKey);
  return {
    baseUrl: 'https://ct.test',
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: spki.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: hash('sha256', spki, 'base64') },
  };
}

/** A signer with a certificate. */
export interface Signer {
  readonly privateKey: KeyObject;
  readonly certificate: Buffer;
  readonly digest: 'sha256' | 'sha384';
}

export function signerOf(realm: Realm, words?: LeafWords, keys: Keys = newP256()): Signer {
  return {
    privateKey: keys.privateKey,
    certificate: leafOf(realm.issuer, realm.ctLog, keys.publicKey, words),
    digest: 'sha256',
  };
}

export const newRsa = (): Keys => generateKeyPairSync('rsa', { modulusLength: 2048 });

export interface BundleJson {
  readonly mediaType: string;
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries: readonly Member[];
    readonly timestampVerificationData?: {
      readonly rfc3161Timestamps: readonly { readonly signedTimestamp: string }[];
    };
  };
  readonly messageSignature: {
    readonly messageDigest: { readonly algorithm: string; readonly digest: string };
    readonly signature: string;
  };
}

/** Signs the artifact and logs that. @param logged - the signer as the log is told, where that is another */
export async function bundleOf(world: World, version: 1 | 2, signer: Signer, logged = signer): Promise<BundleJson> {
  const signature = sign(signer.digest, ARTIFACT, signer.privateKey);
  const enter = version === 1 ? enterV1 : enterV2;
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: signer.certificate.toString('base64') },
      tlogEntries: [await enter(world, signature, logged)],
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: hash('sha256', ARTIFACT, 'base64') },
      signature: signature.toString('base64'),
    },
  };
}

async function post(world: World, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${world.rekorURL}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

interface V1Entry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: Readonly<Record<'checkpoint' | 'rootHash', string>> & {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly hashes: readonly string[];
    };
  };
}

const base64OfHex = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

async function enterV1(world: World, signature: Buffer, { certificate }: Signer): Promise<Member> {
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  const spec = {
    data: { hash: { algorithm: 'sha256', value: hash('sha256', ARTIFACT, 'hex') } },
    signature: { content: signature.toString('base64'), publicKey: { content: Buffer.from(pem).toString('base64') } },
  };
  const answer = await post(world, '/api/v1/log/entries', { apiVersion: '0.0.1', kind: 'hashedrekord', spec });
  return entryOfV1(answer, { kind: 'hashedrekord', version: '0.0.1' });
}

/** An answer of Rekor v1 as bundles have it. */
export function entryOfV1(answer: unknown, kindVersion: Member): Member {
  const [entry] = Object.values(answer as Readonly<Record<string, V1Entry>>);
  if (entry === undefined) throw new Error('the answer has no entry');
  const { checkpoint, rootHash, hashes, logIndex, treeSize } = entry.verification.inclusionProof;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: base64OfHex(entry.logID) },
    kindVersion,
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp: entry.verification.signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(logIndex),
      rootHash: base64OfHex(rootHash),
      treeSize: String(treeSize),
      hashes: hashes.map(base64OfHex),
      checkpoint: { envelope: checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

async function enterV2(world: World, signature: Buffer, { certificate }: Signer): Promise<Member> {
  const verifier = {
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    x509Certificate: { rawBytes: certificate.toString('base64') },
  };
  const hashedRekordRequestV002 = {
    digest: hash('sha256', ARTIFACT, 'base64'),
    signature: { content: signature.toString('base64'), verifier },
  };
  return (await post(world, '/api/v2/log/entries', { hashedRekordRequestV002 })) as Member;
}

/** The bundle with a timestamp. */
export function stamped(bundle: BundleJson, ...timestamps: readonly Buffer[]): BundleJson {
  const rfc3161Timestamps = timestamps.map((one) => ({ signedTimestamp: one.toString('base64') }));
  const verificationMaterial = { ...bundle.verificationMaterial, timestampVerificationData: { rfc3161Timestamps } };
  return { ...bundle, verificationMaterial };
}

export const signatureIn = ({ messageSignature }: BundleJson): Buffer =>
  Buffer.from(messageSignature.signature, 'base64');
