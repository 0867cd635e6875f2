import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import { inputFault, named, sizeOf } from '../files/input.ts';

/** Digests of one artifact: all of them if it is a file, or the one that was given. */
export type Digests = Readonly<Partial<Record<DigestAlgorithm, Uint8Array>>>;

/** Reads an artifact once, whatever its size. @throws UsageFault for a folder and an empty file */
export async function digestFile(file: string): Promise<Digests> {
  named(file, () => sizeOf(file));
  const hashes = { sha256: createHash('sha256'), sha384: createHash('sha384'), sha512: createHash('sha512') };
  try {
    for await (const part of createReadStream(file) as AsyncIterable<Buffer>)
      for (const hash of Object.values(hashes)) hash.update(part);
  } catch (error) {
    throw inputFault(file, error);
  }
  return { sha256: hashes.sha256.digest(), sha384: hashes.sha384.digest(), sha512: hashes.sha512.digest() };
}
