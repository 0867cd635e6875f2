import { isValueOfAnotherType } from './attribute-value.ts';
import { type DerReader, TAG } from './der.ts';
import { InvalidKey, must } from './failures.ts';
import type { GoRelease } from './go-release.ts';

/**
 * The attributes of a name that messages show: RFC 5280 §4.1.2.4. The last of several common names, the first of
 * several organizations.
 */
export interface DistinguishedName {
  readonly commonName: string | undefined;
  readonly organization: string | undefined;
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';

/** Reads the contents of a Name, and refuses attributes that Go refuses. @throws InvalidKey */
export function readDistinguishedName(name: DerReader, release: GoRelease): DistinguishedName {
  let commonName: string | undefined;
  let organization: string | undefined;
  while (!name.isEmpty) {
    const set = must(name.enter(TAG.set), 'x509: invalid RDNSequence');
    while (!set.isEmpty) {
      const attribute = must(set.enter(TAG.sequence), 'x509: invalid RDNSequence: invalid attribute');
      const { type, text } = readAttribute(attribute, release);
      if (text === undefined) continue;
      if (type === COMMON_NAME) commonName = text();
      if (type === ORGANIZATION) organization ??= text();
    }
  }
  return { commonName, organization };
}

interface Attribute {
  readonly type: string;
  /** Undefined for a value that is no character string. */
  readonly text: (() => string) | undefined;
}

function readAttribute(attribute: DerReader, release: GoRelease): Attribute {
  const type = must(attribute.objectIdentifier(), 'x509: invalid RDNSequence: invalid attribute type');
  const string = STRINGS.get(attribute.bytes[0] ?? 0);
  if (string === undefined && release === 'go1.27') {
    if (!isValueOfAnotherType(attribute)) throw new InvalidKey(INVALID_VALUE);
    return { type, text: undefined };
  }
  const value = must(attribute.any(), INVALID_VALUE);
  const bytes = value.contents.bytes;
  const refusal = string === undefined ? `unsupported string type: ${value.tag}` : string.refusal(bytes);
  if (refusal !== undefined || string === undefined) throw new InvalidKey(`${INVALID_VALUE}: ${refusal}`);
  return { type, text: () => string.read(bytes) };
}

const INVALID_VALUE = 'x509: invalid RDNSequence: invalid attribute value';

export interface StringType {
  /** Why the bytes are no string of this type. */
  refusal(bytes: Uint8Array): string | undefined;
  read(bytes: Uint8Array): string;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The character string types of X.680 §41 that Go reads, by tag. */
export const STRINGS: ReadonlyMap<number, StringType> = new Map<number, StringType>([
  [0x0c, { refusal: (bytes) => (isUtf8(bytes) ? undefined : 'invalid UTF-8 string'), read: readUtf8 }],
  [0x12, { refusal: (bytes) => (bytes.every(isNumeric) ? undefined : 'invalid NumericString'), read: readUtf8 }],
  [0x13, { refusal: (bytes) => (bytes.every(isPrintable) ? undefined : 'invalid PrintableString'), read: readUtf8 }],
  [0x14, { refusal: () => undefined, read: readLatin1 }],
  [0x16, { refusal: (bytes) => (isAscii(bytes) ? undefined : 'invalid IA5String'), read: readUtf8 }],
  [0x1e, { refusal: (bytes) => (isUcs2(bytes) ? undefined : 'invalid BMPString'), read: readUcs2 }],
]);

function readUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

function readLatin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Two octets to a code unit, without the terminator that some add. */
export function readUcs2(bytes: Uint8Array): string {
  const text = codeUnits(bytes).map((unit) => String.fromCharCode(unit));
  return (text.at(-1) === '\0' ? text.slice(0, -1) : text).join('');
}

function codeUnits(bytes: Uint8Array): number[] {
  return Array.from(
    { length: Math.floor(bytes.length / 2) },
    (_, i) => 256 * (bytes[2 * i] as number) + (bytes[2 * i + 1] as number),
  );
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether the bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether the bytes are an IA5String, which is ASCII. */
export function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}

function isNumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x20;
}

/** PrintableString, and `*` and `&`, which real certificate authorities have put into theirs. */
function isPrintable(byte: number): boolean {
  return byte < 0x80 && /^[A-Za-z0-9 '()+,\-./:=?*&]$/.test(String.fromCharCode(byte));
}

/** UCS-2 has no surrogates, and some code points are no characters. */
function isUcs2(bytes: Uint8Array): boolean {
  const isReserved = (unit: number) =>
    unit >= 0xfffe || (unit >= 0xfdd0 && unit <= 0xfdef) || (unit >= 0xd800 && unit <= 0xdfff);
  return bytes.length % 2 === 0 && !codeUnits(bytes).some(isReserved);
}
