import { toBase64 } from '../../base/bytes.ts';
import { type Json } from '../../base/canonical-json.ts';
import { InvalidEntry } from '../failures.ts';
import { type AlgorithmUse } from '../kind.ts';
import { InvalidKey } from '../pki/failures.ts';
import { type KeyMaterial, readDerCertificate, readDerKey } from '../pki/x509.ts';
import { type SigningAlgorithm, signingAlgorithm } from './signing-algorithm.ts';
import { type VerifierMessage } from './v2-messages.ts';

/** A `Verifier` of Rekor v2 that has all its members. Its key is not parsed yet. */
export interface Verifier {
  /** Where the client put it, and where the entry keeps it. */
  readonly member: 'publicKey' | 'x509Certificate';
  /** DER. */
  readonly rawBytes: Uint8Array;
  readonly keyDetails: string;
  /** Its name in messages. */
  readonly path: string;
}

/** @throws InvalidEntry */
export function requireVerifier(message: VerifierMessage | undefined, path: string): Verifier {
  if (message === undefined) throw missing(path);
  const { publicKey, x509Certificate, keyDetails } = message;
  const member = publicKey === undefined ? 'x509Certificate' : 'publicKey';
  const rawBytes = (publicKey ?? x509Certificate)?.rawBytes;
  if (rawBytes === undefined) throw new InvalidEntry(`${path} has neither publicKey nor x509Certificate`);
  if (rawBytes.length === 0) throw missing(`${path}.${member}.rawBytes`);
  return { member, rawBytes, keyDetails, path };
}

export function missing(path: string): InvalidEntry {
  return new InvalidEntry(`${path} is missing`);
}

/** A verifier whose key has been parsed and is one for its algorithm. */
export interface Signer {
  readonly verifier: Verifier;
  readonly material: KeyMaterial;
  readonly algorithm: SigningAlgorithm;
  readonly use: AlgorithmUse;
  /** The member that holds a bare key where a certificate belongs. */
  readonly keyForCertificate: string | undefined;
}

/** Neither dates nor issuer of a certificate are looked at, and a chain is none. @throws InvalidEntry */
export function readSigner(verifier: Verifier): Signer {
  const { member, keyDetails, path } = verifier;
  const { material, isKeyForCertificate } = readOrRefuse(verifier);
  const algorithm = signingAlgorithm(keyDetails, material.key, `${path}.keyDetails`);
  const use = { algorithm: algorithm.name, member: `${path}.keyDetails` };
  const keyForCertificate = isKeyForCertificate ? `${path}.${member}.rawBytes` : undefined;
  return { verifier, material, algorithm, use, keyForCertificate };
}

interface ReadVerifier {
  readonly material: KeyMaterial;
  readonly isKeyForCertificate: boolean;
}

function readOrRefuse(verifier: Verifier): ReadVerifier {
  try {
    return readMaterial(verifier);
  } catch (error) {
    if (!(error instanceof InvalidKey)) throw error;
    throw new InvalidEntry(`${verifier.path}.${verifier.member}.rawBytes: ${error.message}`, { cause: error });
  }
}

/**
 * sigstore-js puts what its signer has into `x509Certificate`, and that may be a key without a certificate (@sigstore/sign
 * 5.1, `toCreateEntryRequest`). Rekor v2 refuses it. No DER can be both, so nothing is guessed here.
 *
 * @throws InvalidKey
 */
function readMaterial({ member, rawBytes }: Verifier): ReadVerifier {
  if (member === 'publicKey') return { material: readDerKey(rawBytes), isKeyForCertificate: false };
  try {
    return { material: readDerCertificate(rawBytes, 'go1.27'), isKeyForCertificate: false };
  } catch (error) {
    const material = readKeyIfReadable(rawBytes);
    if (material === undefined) throw error;
    return { material, isKeyForCertificate: true };
  }
}

function readKeyIfReadable(der: Uint8Array): KeyMaterial | undefined {
  try {
    return readDerKey(der);
  } catch (error) {
    if (error instanceof InvalidKey) return undefined;
    throw error;
  }
}

/** Returns the keys of an entry whose signatures are not checked; undefined if one of them cannot be read. */
export function materialsIfReadable(verifiers: readonly Verifier[]): readonly KeyMaterial[] | undefined {
  try {
    return verifiers.map((verifier) => readMaterial(verifier).material);
  } catch (error) {
    if (error instanceof InvalidKey) return undefined;
    throw error;
  }
}

/**
 * As an entry holds it. A bare key stays where a certificate belongs if the client put it there: clients that rebuild the
 * entry from what they sent have to come to the same leaf.
 */
export function verifierJson({ member, rawBytes, keyDetails }: Verifier): Json {
  return { keyDetails, [member]: { rawBytes: toBase64(rawBytes) } };
}
