import { parseBase64, parseUtf8, toHex } from '../../base/bytes.ts';
import { Failure } from '../../base/failure.ts';
import { isObject, type JsonObject } from '../../base/json-reader.ts';

/** The body of an entry is not one that can be read: it is reported, and stops nothing. */
export class UnreadableEntry extends Failure<'entry-unreadable'> {
  readonly code = 'entry-unreadable';
}

/** Parts of an entry that say who signed what, of whatever kind it is. */
export interface EntryMembers {
  readonly kind: string;
  readonly version: string;
  /** Keys, certificates and chains as they stand there: PEM, DER, OpenPGP, OpenSSH or minisign. */
  readonly verifiers: readonly Uint8Array[];
  /** `sha256:<hex>`, and so for other algorithms. */
  readonly hashes: readonly string[];
}

/** Names under which the kinds of Rekor v1 and v2 keep keys and certificates. */
const VERIFIER_NAMES: ReadonlySet<string> = new Set(['publicKey', 'publicKeys', 'verifier', 'x509Certificate']);
/** Names of hash algorithms of Rekor v2. */
const V2_HASH: Readonly<Record<string, string>> = { SHA2_256: 'sha256', SHA2_384: 'sha384', SHA2_512: 'sha512' };

/** Reads the members of an entry. @param body - canonical @throws UnreadableEntry */
export function readMembers(body: Uint8Array): EntryMembers {
  const entry = parse(body);
  const { kind, apiVersion, spec } = entry;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || !isObject(spec))
    throw new UnreadableEntry('it has no kind, apiVersion or spec');
  const verifiers: Uint8Array[] = [];
  const hashes = new Set<string>();
  const left: unknown[] = [spec]; // a stack of its own: what a stranger sent may be nested thousands deep
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value)) left.push(...(value as readonly unknown[]));
    if (!isObject(value)) continue;
    const hash = hashIn(value);
    if (hash !== undefined) hashes.add(hash);
    for (const [name, member] of Object.entries(value)) {
      if (VERIFIER_NAMES.has(name)) verifiers.push(...bytesIn(member));
      left.push(member);
    }
  }
  return { kind, version: apiVersion, verifiers, hashes: [...hashes] };
}

/** @throws UnreadableEntry */
function parse(body: Uint8Array): JsonObject {
  try {
    const value = JSON.parse(parseUtf8(body) ?? '') as unknown;
    if (isObject(value)) return value;
  } catch {
    throw new UnreadableEntry('it is no JSON');
  }
  throw new UnreadableEntry('it is JSON, and no object');
}

/** Of `{ algorithm, value }` as Rekor v1 writes it, and `{ algorithm, digest }` as Rekor v2 does. */
function hashIn({ algorithm, value, digest }: JsonObject): string | undefined {
  if (typeof algorithm !== 'string') return undefined;
  if (typeof value === 'string') return `${algorithm}:${value}`.toLowerCase();
  const [name, bytes] = [V2_HASH[algorithm], typeof digest === 'string' ? parseBase64(digest) : undefined];
  return name === undefined || bytes === undefined ? undefined : `${name}:${toHex(bytes)}`;
}

/** Base64 of the bytes, alone, in a list, or as the `content` or `rawBytes` of an object. @throws UnreadableEntry */
function bytesIn(member: unknown): readonly Uint8Array[] {
  if (Array.isArray(member)) return member.flatMap((one: unknown) => bytesIn(one));
  const text = isObject(member) ? (member['content'] ?? member['rawBytes']) : member;
  if (typeof text !== 'string') return [];
  const bytes = parseBase64(text);
  if (bytes === undefined) throw new UnreadableEntry('a key or certificate of it is no base64');
  return [bytes];
}
