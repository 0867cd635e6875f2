import { contextTag, DerReader, TAG } from './der.ts';
import { isAscii, readUcs2, STRINGS, type StringType } from './distinguished-name.ts';
import { InvalidKey, must } from './failures.ts';
import type { GoRelease } from './go-release.ts';
import { ipText } from './ip-address.ts';
import { uriText } from './uri.ts';

/** The names of one SubjectAltName extension (RFC 5280 §4.2.1.6) that Go reads, each kind in its order. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly addresses: readonly string[];
  readonly uris: readonly string[];
}

const DNS = contextTag(2, 'primitive');
const EMAIL = contextTag(1, 'primitive');
const URI = contextTag(6, 'primitive');
const ADDRESS = contextTag(7, 'primitive');

/** Names of other kinds are read over. @throws InvalidKey */
export function readAlternativeNames(value: DerReader, release: GoRelease): AlternativeNames {
  const names = { dns: [] as string[], emails: [] as string[], addresses: [] as string[], uris: [] as string[] };
  const list = must(value.enter(TAG.sequence), 'x509: invalid subject alternative names');
  while (!list.isEmpty) {
    const { tag, contents } = must(list.any(), 'x509: invalid subject alternative name');
    if (tag === DNS) names.dns.push(asciiText(contents.bytes, 'dNSName'));
    else if (tag === EMAIL) names.emails.push(asciiText(contents.bytes, 'rfc822Name'));
    else if (tag === URI) names.uris.push(uriText(asciiText(contents.bytes, 'uniformResourceIdentifier'), release));
    else if (tag === ADDRESS) names.addresses.push(addressText(contents.bytes));
  }
  return names;
}

const text = new TextDecoder('utf-8', { ignoreBOM: true });

function asciiText(bytes: Uint8Array, kind: string): string {
  if (!isAscii(bytes)) throw new InvalidKey(`x509: SAN ${kind} is malformed`);
  return text.decode(bytes);
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length !== 4 && bytes.length !== 16)
    throw new InvalidKey(`x509: cannot parse IP address of length ${bytes.length}`);
  return ipText(bytes);
}

/** The name of an identity that is neither an address nor a URI: Fulcio's `OtherName` SAN. */
const FULCIO_OTHER_NAME = '1.3.6.1.4.1.57264.1.7';
/** The character strings that Go's encoding/asn1 reads, by tag: as in names, with GeneralString, and any UTF-16. */
const OTHER_NAME_STRINGS: ReadonlyMap<number, StringType> = new Map([
  ...STRINGS,
  [0x1b, must(STRINGS.get(0x14), 'no T61String')],
  [0x1e, { refusal: ({ length }) => (length % 2 === 0 ? undefined : 'invalid BMPString'), read: readUcs2 }],
]);

/** The OtherName of the extension, if there is exactly one and it is Fulcio's; nothing in here is worth a refusal. */
export function readOtherName(value: Uint8Array): string | undefined {
  const reader = new DerReader(value);
  const list = reader.enter(TAG.sequence);
  if (list === undefined || !reader.isEmpty) return undefined;
  const others: (string | undefined)[] = [];
  while (!list.isEmpty) {
    const name = list.any();
    if (name === undefined) return undefined;
    if (name.tag % 32 === 0)
      others.push(name.tag === contextTag(0, 'constructed') ? fulcioName(name.contents) : undefined);
  }
  return others.length === 1 && others[0] !== '' ? others[0] : undefined;
}

function fulcioName(other: DerReader): string | undefined {
  if (other.objectIdentifier() !== FULCIO_OTHER_NAME || !other.skipExplicitHeader(0)) return undefined;
  const value = other.any();
  const string = OTHER_NAME_STRINGS.get(value?.tag ?? 0);
  if (value === undefined || string === undefined || string.refusal(value.contents.bytes) !== undefined)
    return undefined;
  return string.read(value.contents.bytes).toWellFormed();
}
