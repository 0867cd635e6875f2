import { isObject, type JsonObject } from '../../base/json-reader.ts';
import { InvalidMatcher, type Matcher, readExpression } from './matchers.ts';

/*
 * The configuration of rekor-monitor, as far as it says what to look for: `monitoredValues`. Where reports go is said on the
 * command line here.
 */

/** Extensions of Fulcio's certificates by the names that rekor-monitor has for them; the issuer has two. */
const FULCIO_EXTENSIONS: Readonly<Record<string, readonly number[]>> = {
  issuer: [1, 8],
  'github-workflow-trigger': [2],
  'github-workflow-sha': [3],
  'github-workflow-name': [4],
  'github-workflow-repository': [5],
  'github-workflow-ref': [6],
  'build-signer-uri': [9],
  'build-signer-digest': [10],
  'runner-environment': [11],
  'source-repository-uri': [12],
  'source-repository-digest': [13],
  'source-repository-ref': [14],
  'source-repository-identifier': [15],
  'source-repository-owner-uri': [16],
  'source-repository-owner-identifier': [17],
  'build-config-uri': [18],
  'build-config-digest': [19],
  'build-trigger': [20],
  'run-invocation-uri': [21],
  'source-repository-visibility-at-signing': [22],
};
const FULCIO = '1.3.6.1.4.1.57264.1';

/** A configuration that was read: matchers, where to begin, and names of members that mean nothing here. */
export interface MonitorConfig {
  readonly matchers: readonly Matcher[];
  readonly startIndex: number | undefined;
  readonly ignored: readonly string[];
}

const READ_NAMES: ReadonlySet<string> = new Set(['monitoredValues', 'startIndex']);

/** @param value - of the YAML @throws InvalidMatcher that names the member */
export function readMonitorConfig(value: unknown): MonitorConfig {
  if (!isObject(value)) throw new InvalidMatcher('it is no mapping with monitoredValues');
  const values = value['monitoredValues'];
  if (!isObject(values)) throw new InvalidMatcher('monitoredValues is missing, or no mapping');
  const matchers = [
    ...list(values, 'certIdentities').map((one, i) => certIdentity(one, `certIdentities.${i}`)),
    ...texts(values, 'subjects').map((text): Matcher => ({ type: 'subject', subject: readExpression(text) })),
    ...texts(values, 'fingerprints').map((fingerprint): Matcher => ({ type: 'fingerprint', fingerprint })),
    ...oidMatchers(values['oidMatchers'] ?? {}),
  ];
  const { startIndex } = value;
  if (startIndex !== undefined && startIndex !== null && !isIndex(startIndex))
    throw new InvalidMatcher('startIndex is no index of an entry');
  const ignored = Object.keys(value).filter((name) => !READ_NAMES.has(name));
  return { matchers, startIndex: isIndex(startIndex) ? startIndex : undefined, ignored };
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function certIdentity(value: unknown, path: string): Matcher {
  if (!isObject(value) || typeof value['certSubject'] !== 'string')
    throw new InvalidMatcher(`${path}.certSubject is missing, or no text`);
  const issuers = texts(value, 'issuers').map(readExpression);
  return { type: 'certIdentity', certSubject: readExpression(value['certSubject']), issuers };
}

function oidMatchers(value: unknown): readonly Matcher[] {
  if (!isObject(value)) throw new InvalidMatcher('oidMatchers is no mapping');
  const fulcio = value['fulcioExtensions'] ?? {};
  if (!isObject(fulcio)) throw new InvalidMatcher('fulcioExtensions is no mapping');
  const named = Object.keys(fulcio).flatMap((name) => fulcioMatchers(fulcio, name));
  const others = [...list(value, 'oidExtensions'), ...list(value, 'customExtensions')];
  return [...named, ...others.map(oidExtension)];
}

function fulcioMatchers(fulcio: JsonObject, name: string): readonly Matcher[] {
  const numbers = FULCIO_EXTENSIONS[name.toLowerCase()];
  if (numbers === undefined) throw new InvalidMatcher(`fulcioExtensions.${name} is no extension of Fulcio`);
  const extensionValues = texts(fulcio, name);
  return numbers.map((number) => ({ type: 'oidExtension', oid: `${FULCIO}.${number}`, extensionValues }));
}

/** Its identifier is a list of numbers, or a text with dots. */
function oidExtension(value: unknown): Matcher {
  const identifier = isObject(value) ? value['objectIdentifier'] : undefined;
  const oid = Array.isArray(identifier) ? identifier.join('.') : identifier;
  if (!isObject(value) || typeof oid !== 'string' || !/^\d+(?:\.\d+)+$/.test(oid))
    throw new InvalidMatcher(
      'objectIdentifier of an extension is neither a list of numbers nor a text such as 1.3.6.1',
    );
  return { type: 'oidExtension', oid, extensionValues: texts(value, 'extensionValues') };
}

function list(value: JsonObject, name: string): readonly unknown[] {
  const member = value[name] ?? [];
  if (Array.isArray(member)) return member as readonly unknown[];
  throw new InvalidMatcher(`${name} is no list`);
}

function texts(value: JsonObject, name: string): readonly string[] {
  return list(value, name).map((one) => {
    if (typeof one === 'string' && one !== '') return one;
    throw new InvalidMatcher(`${name} has an entry that is empty, or no text`);
  });
}
