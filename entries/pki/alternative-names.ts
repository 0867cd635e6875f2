import { contextTag, DerReader, TAG } from './der.ts';
import { isAscii, isUtf8 } from './distinguished-name.ts';
import { InvalidKey, must } from './failures.ts';
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
export function readAlternativeNames(value: DerReader): AlternativeNames {
  const names = { dns: [] as string[], emails: [] as string[], addresses: [] as string[], uris: [] as string[] };
  const list = must(value.enter(TAG.sequence), 'x509: invalid subject alternative names');
  while (!list.isEmpty) {
    const { tag, contents } = must(list.any(), 'x509: invalid subject alternative name');
    if (tag === DNS) names.dns.push(asciiText(contents.bytes, 'dNSName'));
    else if (tag === EMAIL) names.emails.push(asciiText(contents.bytes, 'rfc822Name'));
    else if (tag === URI) names.uris.push(uriText(asciiText(contents.bytes, 'uniformResourceIdentifier')));
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
const STRING_TAGS = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1b];

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
  if (other.objectIdentifier() !== FULCIO_OTHER_NAME) return undefined;
  const value = other.enter(contextTag(0, 'constructed'))?.any();
  if (value === undefined || !STRING_TAGS.includes(value.tag) || !isUtf8(value.contents.bytes)) return undefined;
  return text.decode(value.contents.bytes);
}
