import { HOLDS, type Verdict } from '../../base/verdict.ts';
import { concatBytes } from '../../base/bytes.ts';
import { type PublicKey } from '../signatures/claim.ts';
import { nodeSignatures } from '../signatures/node-signatures.ts';
import { type Certificate, readCertificate, subjectsOf } from './certificate.ts';
import { judgeChain } from './chain.ts';
import { limitedDer } from './der-limit.ts';
import { InvalidKey, must } from './failures.ts';
import type { GoRelease } from './go-release.ts';
import { encodePem, findPemBlock, trimSpace } from './pem.ts';
import { readPublicKey } from './public-key.ts';

/** Contents of PEM as Rekor's "x509" PKI reads it: a public key, a certificate or a chain. */
export interface KeyMaterial {
  /** Of the key, the certificate, or the first certificate of a chain. */
  readonly key: PublicKey;
  /** A key encoded anew, or certificates as they came; PEM with 64 columns, LF, and LF at the end. */
  readonly canonicalPem: Uint8Array;
  /** The first certificate; undefined for bare keys. */
  readonly certificate?: Certificate;
  /** Subject alternative names of the first certificate: DNS, e-mail, IP, URI, OtherName. None for bare keys. */
  readonly subjects: readonly string[];
  /**
   * Judges a chain of two or more at its leaf's NotBefore, in Go's words; all else holds.
   *
   * @param spend - told what each signature check costs before it is made; may throw
   */
  judgeChain(spend: (cost: number) => void): Verdict;
}

const MAX_CERTIFICATES = 10;
const PUBLIC_KEY = 'PUBLIC KEY';
const CERTIFICATE = 'CERTIFICATE';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads PEM as Rekor does: text before the first block is skipped, headers are dropped, and anything behind that
 * block makes the whole a chain. Neither dates nor trust are looked at.
 *
 * @throws InvalidKey with Rekor's text
 */
export function readKeyMaterial(pem: Uint8Array): KeyMaterial {
  const text = trimSpace(decoder.decode(pem));
  const { block, rest } = must(findPemBlock(text), 'invalid public key: failure decoding PEM');
  if (rest !== '') return ofCertificates(readChain(text));
  if (block.label === PUBLIC_KEY) return readDerKey(block.bytes);
  if (block.label === CERTIFICATE) return readDerCertificate(block.bytes, 'go1.25');
  throw new InvalidKey(`invalid public key: cannot handle type ${block.label}`);
}

function readChain(text: string): Certificate[] {
  const certificates: Certificate[] = [];
  for (let left = text; left !== '';) {
    if (certificates.length === MAX_CERTIFICATES) throw new InvalidKey('too many certificates specified in PEM block');
    const { block, rest } = must(findPemBlock(left), 'error during PEM decoding');
    certificates.push(readCertificate(limitedDer(block.bytes), 'go1.25'));
    left = rest;
  }
  return certificates;
}

/** One certificate in DER, with nothing behind it. @throws InvalidKey with Rekor's text */
export function readDerCertificate(der: Uint8Array, release: GoRelease): KeyMaterial {
  return ofCertificates([readCertificate(limitedDer(der), release)]);
}

/** A SubjectPublicKeyInfo in DER, with nothing behind it. @throws InvalidKey with Rekor's text */
export function readDerKey(der: Uint8Array): KeyMaterial {
  const key = readPublicKey(der);
  return {
    key,
    canonicalPem: encodePem({ label: PUBLIC_KEY, bytes: key.spki }),
    subjects: [],
    judgeChain: () => HOLDS,
  };
}

/** Needs at least one. */
function ofCertificates(certificates: readonly Certificate[]): KeyMaterial {
  const first = certificates[0] as Certificate;
  if (first.key === 'unknown' || first.key === 'unused') throw new InvalidKey('unsupported public key type');
  const blocks = certificates.map(({ der }) => encodePem({ label: CERTIFICATE, bytes: der }));
  return {
    key: first.key,
    canonicalPem: blocks.length === 1 ? (blocks[0] as Uint8Array) : concatBytes(...blocks),
    certificate: first,
    subjects: subjectsOf(first),
    judgeChain: (spend) => judgeChain(certificates, { spend, crypto: nodeSignatures }),
  };
}
