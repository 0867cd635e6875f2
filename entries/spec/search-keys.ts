import { lowerCase } from '../../base/go-case.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { InvalidEntry } from '../failures.ts';
import { MAX_SEARCH_KEYS, type SearchKey } from '../search-key-list.ts';
import { type KeyMaterial } from '../pki/x509.ts';
import { type NamedDigest } from './validation.ts';

/** Code units. No question can be longer, so a longer key would never be found; Rekor's index cuts there as well. */
const MAX_KEY_LENGTH = 512;

/**
 * Keys as an index holds them: in lower case, each once.
 *
 * @param payload - texts that the canonical body does not hold
 * @throws InvalidEntry if there are too many
 */
export function searchKeys(leaf: Iterable<string>, payload: Iterable<string> = []): readonly SearchKey[] {
  const keys = new Map<string, SearchKey>();
  for (const text of leaf) add(keys, 'leaf', text);
  for (const text of payload) add(keys, 'payload', text);
  return [...keys.values()];
}

function add(keys: Map<string, SearchKey>, source: SearchKey['source'], spelling: string): void {
  const text = lowerCase(spelling.toWellFormed());
  if (text.length > MAX_KEY_LENGTH || keys.has(text)) return;
  if (keys.size === MAX_SEARCH_KEYS)
    throw new InvalidEntry(
      `the entry has more than ${MAX_SEARCH_KEYS} digests and names to be found by, and the limit is ${MAX_SEARCH_KEYS}`,
    );
  keys.set(text, { source, text });
}

/** SHA-256 of the canonical PEM in hex: what a search by public key asks for. */
export function keyHash(material: KeyMaterial): string {
  return sha256Hex(material.canonicalPem);
}

/** As dsse and intoto spell who signed: the key's hash with its algorithm, and the names in the certificate. */
export function signerKeys(material: KeyMaterial): readonly string[] {
  return [`sha256:${keyHash(material)}`, ...material.subjects];
}

export function digestKey(digest: NamedDigest): string {
  return `${digest.algorithm}:${digest.value}`;
}

/** The digest that Rekor computes itself. */
export function sha256Digest(bytes: Uint8Array): NamedDigest {
  return { algorithm: 'sha256', value: sha256Hex(bytes) };
}
