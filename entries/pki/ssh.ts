import { toBase64, utf8 } from '../../base/bytes.ts';
import { CURVES, isOnCurve } from '../signatures/curves.ts';
import { toInteger } from '../signatures/integers.ts';
import { parseGoBase64 } from '../../base/go-base64.ts';
import { InvalidKey } from './failures.ts';
import { SshReader } from './ssh-wire.ts';

/** Bytes of text that Rekor reads. */
const MAX_LENGTH = 65_536;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The first key in lines of an authorized_keys file, as one such line without options or comment (sshd(8)).
 *
 * @throws InvalidKey
 */
export function canonicalSsh(content: Uint8Array): Uint8Array {
  if (content.length > MAX_LENGTH) throw new InvalidKey('http: request body too large');
  for (const line of decoder.decode(content).split('\n')) {
    const entry = (line.split('\r', 1)[0] as string).trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const key = readEntry(entry) ?? readEntry(withoutOptions(entry));
    if (key !== undefined) return utf8(`${key.type} ${toBase64(key.blob)}\n`);
  }
  throw new InvalidKey('ssh: no key found');
}

interface SshKey {
  readonly type: string;
  readonly blob: Uint8Array;
}

const ENTRY = /^(?<type>[^ \t]+)[ \t]+(?<base64>[^ \t]+)/;

function readEntry(entry: string): SshKey | undefined {
  const { type, base64 } = ENTRY.exec(entry)?.groups ?? {};
  const blob = base64 === undefined ? undefined : parseGoBase64(base64);
  if (type === undefined || blob === undefined) return undefined;
  return isKey(type, blob) ? { type, blob } : undefined;
}

/** Returns the text behind the first blank that is not between quotes. */
function withoutOptions(entry: string): string {
  let inQuotes = false;
  for (let i = 0; i < entry.length; i += 1) {
    const char = entry[i];
    if (char === '"' && entry[i - 1] !== '\\') inQuotes = !inQuotes;
    if (!inQuotes && (char === ' ' || char === '\t')) return entry.slice(i).trimStart();
  }
  return '';
}

type Check = (field: Uint8Array) => boolean;

const isAnything: Check = () => true;
const isInteger: Check = ([first, second = 0xff]) =>
  first !== undefined && first < 0x80 && !(first === 0 && second < 0x80);
const isEd25519: Check = (field) => field.length === 32;

function ecdsaFields(name: string, curve: keyof typeof CURVES): readonly Check[] {
  return [(field) => decoder.decode(field) === name, (field) => isPoint(curve, field)];
}

function isPoint(name: keyof typeof CURVES, point: Uint8Array): boolean {
  const { length } = CURVES[name];
  if (point.length !== 1 + 2 * length || point[0] !== 4) return false;
  return isOnCurve(CURVES[name], toInteger(point.subarray(1, 1 + length)), toInteger(point.subarray(1 + length)));
}

/** The fields behind the type of a key: RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, and OpenSSH's PROTOCOL.u2f. */
const FIELDS: ReadonlyMap<string, readonly Check[]> = new Map([
  ['ssh-rsa', [isInteger, isInteger]],
  ['ssh-dss', [isInteger, isInteger, isInteger, isInteger]],
  ['ecdsa-sha2-nistp256', ecdsaFields('nistp256', 'P-256')],
  ['ecdsa-sha2-nistp384', ecdsaFields('nistp384', 'P-384')],
  ['ecdsa-sha2-nistp521', ecdsaFields('nistp521', 'P-521')],
  ['ssh-ed25519', [isEd25519]],
  ['sk-ecdsa-sha2-nistp256@openssh.com', [...ecdsaFields('nistp256', 'P-256'), isAnything]],
  ['sk-ssh-ed25519@openssh.com', [isEd25519, isAnything]],
]);

/** Whether the blob is a key of the type that the line says. Certificates are not looked into. */
function isKey(type: string, blob: Uint8Array): boolean {
  const reader = new SshReader(blob);
  const named = reader.string();
  if (named === undefined || decoder.decode(named) !== type) return false;
  const plain = type.replace('-cert-v01@openssh.com', '');
  if (plain !== type) return FIELDS.has(plain) || FIELDS.has(`${plain}@openssh.com`);
  const holds = FIELDS.get(type)?.every((check) => check(reader.string() ?? new Uint8Array()));
  return holds === true && reader.isEmpty;
}
