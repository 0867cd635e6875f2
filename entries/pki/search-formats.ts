import { canonicalMinisign } from './minisign.ts';
import { canonicalPgp } from './pgp.ts';
import { canonicalSsh } from './ssh.ts';
import { canonicalTuf } from './tuf.ts';
import { readKeyMaterial } from './x509.ts';

/** The kinds of key that the index can be asked for. */
export type SearchFormat = 'x509' | 'pgp' | 'minisign' | 'ssh' | 'tuf';

type Canonicalize = (content: Uint8Array) => Uint8Array | Promise<Uint8Array>;

const CANONICALIZERS: Readonly<Record<SearchFormat, Canonicalize>> = {
  x509: (content) => readKeyMaterial(content).canonicalPem,
  pgp: canonicalPgp,
  minisign: canonicalMinisign,
  ssh: canonicalSsh,
  tuf: canonicalTuf,
};

/** Whether reading a key of this format may take more than a few milliseconds, within its limits. */
export function isCostlyFormat(format: SearchFormat): boolean {
  return format === 'pgp' || format === 'tuf';
}

/** The one spelling of a key, whose SHA-256 the index knows it by. @throws InvalidKey */
export async function canonicalKeyOf(format: SearchFormat, content: Uint8Array): Promise<Uint8Array> {
  return CANONICALIZERS[format](content);
}
