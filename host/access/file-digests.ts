import { utf8 } from '../../base/bytes.ts';
import { sha256Hex } from '../../base/sha256.ts';

/** SHA-256 of a file and of each certificate that it names, hex: what tells one version of it from another. */
export interface FileDigests {
  readonly sha256: string;
  readonly certificates: readonly string[];
}

/** @param certificates - DER */
export function digestsOf(text: string, certificates: readonly Uint8Array[] = []): FileDigests {
  return { sha256: sha256Hex(utf8(text)), certificates: certificates.map((der) => sha256Hex(der)) };
}

/** A file that was read again: it is in force once `use` is called. */
export interface Reread {
  readonly digests: FileDigests;
  use(): void;
}
