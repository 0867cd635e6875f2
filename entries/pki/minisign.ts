import { concatBytes, toBase64, utf8 } from '../../base/bytes.ts';
import { parseGoBase64 } from '../../base/go-base64.ts';
import { must } from './failures.ts';

/** Algorithm (2), key number (8), Ed25519 key (32). */
const KEY_LENGTH = 42;
const BARE_LENGTH = 32;
/** `Ed`, and a key number of zeros: what an early Rekor kept of a key. */
const BARE_PREFIX = concatBytes(utf8('Ed'), new Uint8Array(8));

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A key of minisign or signify as base64 without its comment. Reads the file with its two lines, the second line
 * alone, or the 32 bytes of the key.
 *
 * @throws InvalidKey
 */
export function canonicalMinisign(content: Uint8Array): Uint8Array {
  const text = decoder.decode(content);
  const newline = text.indexOf('\n');
  const bare = content.length === BARE_LENGTH ? concatBytes(BARE_PREFIX, content) : undefined;
  const key = (newline < 0 ? undefined : readLine(text.slice(newline + 1))) ?? readLine(text) ?? bare;
  return utf8(toBase64(must(key, 'unable to read minisign public key: Invalid encoded public key')));
}

function readLine(text: string): Uint8Array | undefined {
  const key = parseGoBase64(text);
  return key?.length === KEY_LENGTH ? key : undefined;
}
