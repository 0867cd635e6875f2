import { parseBase64 } from '../base/bytes.ts';
import { MalformedKey } from '../checkpoint/failures.ts';
import { SIGNATURE_TYPE } from '../checkpoint/key.ts';
import { isEcdsaSpki, parseEd25519Spki } from '../checkpoint/spki.ts';
import { parseVkey } from '../checkpoint/vkey.ts';
import { type TrustedKey, trustedKeyOf } from './trusted-keys.ts';

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * Reads the keys of a log as people have them: PEM of one or more public keys, verifier keys (c2sp.org/signed-note) on a line
 * each, or the DER of a SubjectPublicKeyInfo in base64.
 *
 * @throws MalformedKey that says what stands there instead
 */
export function parseLogKeys(text: string): readonly TrustedKey[] {
  const blocks = [...text.matchAll(PEM)];
  if (blocks.length > 0) return blocks.map(([, label = '', body = '']) => pemKey(label, body));
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new MalformedKey('there is no key in it');
  if (lines.some((line) => /\+[0-9a-f]{8}\+/.test(line))) return lines.map((line) => vkeyKey(line.trim()));
  return [spkiKey(parseBase64(lines.join('').replaceAll(/\s/g, '')))];
}

function pemKey(label: string, body: string): TrustedKey {
  if (label !== 'PUBLIC KEY') throw new MalformedKey(`it is a ${label}, and a PUBLIC KEY is needed`);
  return spkiKey(parseBase64(body.replaceAll(/\s/g, '')));
}

function spkiKey(spki: Uint8Array | undefined): TrustedKey {
  if (spki === undefined) throw new MalformedKey('it is no PEM, no verifier key and no base64');
  if (parseEd25519Spki(spki) === undefined && !isEcdsaSpki(spki))
    throw new MalformedKey(
      'a log signs with Ed25519 or ECDSA on P-256, P-384 or P-521, and this is another kind of key',
    );
  return { name: undefined, spki };
}

function vkeyKey(line: string): TrustedKey {
  const key = parseVkey(line);
  if (key.type !== SIGNATURE_TYPE.ed25519 && key.type !== SIGNATURE_TYPE.ecdsa)
    throw new MalformedKey(`${key.name} is a key of type ${key.type}, and logs sign with types 1 and 2`);
  return trustedKeyOf(key);
}
