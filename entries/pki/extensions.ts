import { type AlternativeNames, readAlternativeNames } from './alternative-names.ts';
import { contextTag, DerReader, TAG } from './der.ts';
import { InvalidKey, must } from './failures.ts';
import type { GoRelease } from './go-release.ts';
import { readNameConstraints } from './name-constraints.ts';
import {
  type PolicyValues,
  readInhibitAnyPolicy,
  readPolicies,
  readPolicyConstraints,
  readPolicyMappings,
} from './policy-extensions.ts';

/** An extension as it stands in the certificate (RFC 5280 §4.1.2.9). */
export interface Extension {
  readonly id: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** Values of the extensions of a certificate that are used here. */
export interface ExtensionValues extends PolicyValues {
  readonly names?: AlternativeNames;
  /** RFC 5280 §4.2.1.9; without a length, paths below may be of any. */
  readonly basicConstraints?: { readonly isCa: boolean; readonly pathLength: number | undefined };
  /** A KeyUsage stands there, says something, and does not say keyCertSign. */
  readonly mustNotSign?: boolean;
  /** Whether a critical extension is there that is not understood here. */
  readonly hasUnhandledCritical?: boolean;
}

/** The value of one extension, and whether it holds something that is not understood here. */
interface ReadExtension {
  readonly values?: ExtensionValues;
  readonly isUnhandled?: boolean;
}

type ReadValue = (value: DerReader, isCritical: boolean, release: GoRelease) => ReadExtension;

const UNHANDLED_EXTENSION: ReadExtension = { isUnhandled: true };

/** Reads those that Go reads, each as strictly as it does. @throws InvalidKey */
export function readExtensionValues(extensions: readonly Extension[], release: GoRelease): ExtensionValues {
  const values: { hasUnhandledCritical: boolean } & ExtensionValues = { hasUnhandledCritical: false };
  for (const { id, isCritical, value } of extensions) {
    const read = READERS.get(id)?.(new DerReader(value), isCritical, release) ?? UNHANDLED_EXTENSION;
    Object.assign(values, read.values);
    if (read.isUnhandled === true && isCritical) values.hasUnhandledCritical = true;
  }
  return values;
}

/** RFC 5280 §4.2, by object identifier. */
const READERS: ReadonlyMap<string, ReadValue> = new Map<string, ReadValue>([
  ['2.5.29.14', readSubjectKeyIdentifier],
  ['2.5.29.15', readKeyUsage],
  ['2.5.29.17', readSubjectNames],
  ['2.5.29.19', readBasicConstraints],
  ['2.5.29.30', (value, _isCritical, release) => readNameConstraints(value, release)],
  ['2.5.29.31', readDistributionPoints],
  ['2.5.29.32', readPolicies],
  ['2.5.29.33', readPolicyMappings],
  ['2.5.29.35', readAuthorityKeyIdentifier],
  ['2.5.29.36', readPolicyConstraints],
  ['2.5.29.37', readExtendedKeyUsage],
  ['2.5.29.54', readInhibitAnyPolicy],
  ['1.3.6.1.5.5.7.1.1', readAuthorityInformation],
]);

function readSubjectKeyIdentifier(value: DerReader, isCritical: boolean): ReadExtension {
  if (isCritical) throw new InvalidKey('x509: subject key identifier incorrectly marked critical');
  must(value.enter(TAG.octetString), 'x509: invalid subject key identifier');
  return {};
}

function readKeyUsage(value: DerReader): ReadExtension {
  const bits = value.value(TAG.bitString);
  if (bits === undefined || !isBitString(bits)) throw new InvalidKey('x509: invalid key usage');
  const [, first = 0, second = 0] = bits;
  const saysSomething = first > 0 || second >= 0x80;
  return { values: { mustNotSign: saysSomething && Math.floor(first / 4) % 2 === 0 } };
}

/** X.690 §11.2: as many zeros at the end as the first octet says. */
function isBitString(octets: Uint8Array): boolean {
  const [unused = 8, ...rest] = octets;
  return unused === 0 || (unused < 8 && rest.length > 0 && (rest.at(-1) as number) % 2 ** unused === 0);
}

function readSubjectNames(value: DerReader, _isCritical: boolean, release: GoRelease): ReadExtension {
  const names = readAlternativeNames(value, release);
  return { values: { names }, isUnhandled: Object.values(names).every((each: readonly string[]) => each.length === 0) };
}

function readBasicConstraints(value: DerReader): ReadExtension {
  const words = 'x509: invalid basic constraints';
  const contents = must(value.enter(TAG.sequence), words);
  const isCa = contents.startsWith(TAG.boolean) ? must(contents.boolean(), words) : false;
  const length = contents.startsWith(TAG.integer) ? must(contents.integer(), words) : undefined;
  if (length !== undefined && ((length[0] as number) >= 0x80 || length.length > 8)) throw new InvalidKey(words);
  const pathLength = length?.reduce((sum, byte) => 256 * sum + byte, 0);
  return { values: { basicConstraints: { isCa, pathLength } } };
}

function readDistributionPoints(value: DerReader): ReadExtension {
  const words = 'x509: invalid CRL distribution point';
  const points = must(value.enter(TAG.sequence), `${words}s`);
  while (!points.isEmpty) {
    const point = must(points.enter(TAG.sequence), words);
    if (!point.startsWith(contextTag(0, 'constructed'))) continue;
    const names = must(point.enter(contextTag(0, 'constructed'))?.enter(contextTag(0, 'constructed')), words);
    while (names.startsWith(contextTag(6, 'primitive'))) must(names.any(), words);
  }
  return {};
}

function readAuthorityKeyIdentifier(value: DerReader, isCritical: boolean): ReadExtension {
  if (isCritical) throw new InvalidKey('x509: authority key identifier incorrectly marked critical');
  const contents = must(value.enter(TAG.sequence), 'x509: invalid authority key identifier');
  if (!contents.skipOptional(contextTag(0, 'primitive')))
    throw new InvalidKey('x509: invalid authority key identifier');
  return {};
}

function readExtendedKeyUsage(value: DerReader): ReadExtension {
  const words = 'x509: invalid extended key usages';
  const usages = must(value.enter(TAG.sequence), words);
  while (!usages.isEmpty) must(usages.objectIdentifier(), words);
  return {};
}

function readAuthorityInformation(value: DerReader, isCritical: boolean): ReadExtension {
  if (isCritical) throw new InvalidKey('x509: authority info access incorrectly marked critical');
  const words = 'x509: invalid authority info access';
  const contents = must(value.enter(TAG.sequence), words);
  while (!contents.isEmpty) {
    const description = must(contents.enter(TAG.sequence), words);
    must(description.objectIdentifier(), words);
    if (!description.skipOptional(contextTag(6, 'primitive'))) throw new InvalidKey(words);
  }
  return {};
}
