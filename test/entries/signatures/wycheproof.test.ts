import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { type DigestAlgorithm, type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { checkClaims } from './every-verifier.ts';

const FOLDER = new URL('../../vectors/wycheproof/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

interface VectorFile {
  readonly testGroups: readonly {
    readonly sha?: 'SHA-256' | 'SHA-384' | 'SHA-512';
    readonly publicKeyPem: string;
    readonly tests: readonly Vector[];
  }[];
}

/**
 * IEEE P1363 signatures whose halves are longer or shorter than the curve: sigstore reads the halves as
 * numbers, so these hold for it and for Rekor, while Wycheproof calls them invalid.
 */
const HALVES_OF_ODD_SIZE: Readonly<Record<string, readonly number[]>> = {
  'ecdsa_secp224r1_sha256_p1363_test.json': [122, 124, 126, 128, 130, 132, 134, 144, 146, 148, 150],
  'ecdsa_secp256r1_sha256_p1363_test.json': [121, 123, 125, 127, 129, 131, 133, 135, 145, 147, 149, 151],
  'ecdsa_secp384r1_sha384_p1363_test.json': [153, 155, 157, 159, 161, 163, 173, 175, 177, 179],
  'ecdsa_secp384r1_sha512_p1363_test.json': [191, 193, 195, 197, 199, 201, 211, 213, 215, 217],
  'ecdsa_secp521r1_sha512_p1363_test.json': [190, 192, 194, 196, 198, 200, 210, 212, 214, 216],
};

function read(file: string): VectorFile {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as VectorFile;
}

/** Whether Go's libraries accept a vector. "acceptable" are DigestInfos without NULL, which Go refuses. */
function holdsForRekor(file: string, { tcId, result }: Vector): boolean {
  return result === 'valid' || (HALVES_OF_ODD_SIZE[file]?.includes(tcId) ?? false);
}

function claimsOf(
  file: string,
  form: 'message' | 'digest',
): { readonly vector: Vector; readonly claim: SignatureClaim }[] {
  return read(file).testGroups.flatMap(({ sha, publicKeyPem, tests }) => {
    const { key } = readKeyMaterial(Buffer.from(publicKeyPem));
    const algorithm = sha?.toLowerCase().replace('-', '') as DigestAlgorithm;
    return tests.map((vector) => {
      const message = Buffer.from(vector.msg, 'hex');
      const signature = Buffer.from(vector.sig, 'hex');
      if (form === 'message') return { vector, claim: { key, signature, signed: { over: 'message', message } } };
      const digest = createHash(algorithm).update(message).digest();
      return { vector, claim: { key, signature, signed: { over: 'digest', algorithm, digest } } };
    });
  });
}

/** The numbers of the vectors that are not answered as Rekor answers them. */
function misjudged(file: string, form: 'message' | 'digest'): string[] {
  const asked = claimsOf(file, form);
  const refusals = checkClaims(asked.map(({ claim }) => claim));
  return asked.flatMap(({ vector }, i) => {
    const holds = refusals[i] === undefined;
    return holds === holdsForRekor(file, vector) ? [] : [`${vector.tcId} ${vector.comment}: ${refusals[i]}`];
  });
}

describe('Project Wycheproof', () => {
  it('is here with all its files, good vectors and bad', () => {
    const vectors = FILES.flatMap((file) => read(file).testGroups.flatMap(({ tests }) => tests));
    expect(FILES.length).toBe(16);
    expect(vectors.filter(({ result }) => result === 'valid').length).toBeGreaterThan(2000);
    expect(vectors.filter(({ result }) => result === 'invalid').length).toBeGreaterThan(2000);
  });

  it.each(FILES.filter((file) => !file.startsWith('ed25519')))('%s over a digest', (file) => {
    expect(misjudged(file, 'digest')).toStrictEqual([]);
  });

  it.each(FILES.filter((file) => /sha256|ed25519/.test(file)))('%s over a message', (file) => {
    expect(misjudged(file, 'message')).toStrictEqual([]);
  });

  it('vectors of odd size are in the files, and called invalid there', () => {
    for (const [file, numbers] of Object.entries(HALVES_OF_ODD_SIZE)) {
      const listed = read(file).testGroups.flatMap(({ tests }) => tests.filter(({ tcId }) => numbers.includes(tcId)));
      expect(listed.map(({ result, comment }) => `${result}: ${comment}`)).toStrictEqual(
        numbers.map(() => 'invalid: incorrect size of signature'),
      );
    }
  });
});
