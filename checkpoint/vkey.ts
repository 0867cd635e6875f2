import { concatBytes } from '@noble/hashes/utils.js';
import { parseBase64, toBase64, toHex } from '../base/bytes.ts';
import { MalformedKey } from './failures.ts';
import { type VerifierKey, keyId, verifierKey } from './key.ts';

/** `<name>+<id>+<type and key>`: c2sp.org/signed-note, "Verifier keys". */
export function formatVkey(key: VerifierKey): string {
  return `${key.name}+${toHex(keyId(key))}+${toBase64(concatBytes(Uint8Array.of(key.type), key.material))}`;
}

/**
 * From `<name>+<id>+<type and key>`. The id must be the one that the type has for this name and key: for types that are
 * not known here, the recommended one.
 *
 * @throws MalformedKey
 */
export function parseVkey(text: string): VerifierKey {
  const [, name = '', id, encoded = ''] = /^([^+]*)\+([^+]*)\+(.*)$/su.exec(text) ?? []; // base64 may have more of them
  if (id === undefined) throw new MalformedKey('it is not a name, an id and a key with plus signs between');
  if (!/^[0-9a-f]{8}$/.test(id)) throw new MalformedKey('the id is not 8 lower-case hex digits');
  const [type, ...material] = parseBase64(encoded) ?? [];
  if (type === undefined) throw new MalformedKey('type and key are not base64');
  const key = verifierKey(name, type, Uint8Array.from(material));
  const expected = toHex(keyId(key));
  if (id !== expected) throw new MalformedKey(`the id ${id} is not that of the key, which is ${expected}`);
  return key;
}
