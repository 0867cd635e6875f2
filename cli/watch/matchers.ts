import { Failure } from '../../base/failure.ts';
import { LONGEST_NAME } from '../../client/bundle/identity.ts';
import type { Identities } from './identities.ts';

/** A watched value that could never match, or an expression that cannot be read. */
export class InvalidMatcher extends Failure<'matcher-invalid'> {
  readonly code = 'matcher-invalid';
}

/** One thing to look for, as rekor-monitor has them, and hashes of artifacts. */
export type Matcher =
  /** A certificate with such a subject, vouched for by one of the issuers, or by anyone if there are none. */
  | { readonly type: 'certIdentity'; readonly certSubject: Expression; readonly issuers: readonly Expression[] }
  | { readonly type: 'subject'; readonly subject: Expression }
  | { readonly type: 'fingerprint'; readonly fingerprint: string }
  /** A certificate whose extension has one of the values exactly. */
  | { readonly type: 'oidExtension'; readonly oid: string; readonly extensionValues: readonly string[] }
  /** `sha256:<hex>`. */
  | { readonly type: 'hash'; readonly hash: string };

/** A regular expression that may match anywhere in a text, and how it was written. */
export interface Expression {
  readonly source: string;
  readonly regExp: RegExp;
}

/** An entry as matchers look at it. */
export interface WatchedEntry extends Identities {
  readonly hashes: readonly string[];
}

/** A thing that was looked for, and what was found. JSON as it is. */
export type Match = Readonly<Record<string, string>> & { readonly type: Matcher['type'] };

/** Returns what of an entry matches; one match at most for each matcher. */
export function matchesIn(entry: WatchedEntry, matchers: readonly Matcher[]): readonly Match[] {
  return matchers.flatMap((matcher) => matchOf(entry, matcher) ?? []);
}

function matchOf(entry: WatchedEntry, matcher: Matcher): Match | undefined {
  const { type } = matcher;
  switch (type) {
    case 'certIdentity':
      return identityIn(entry, matcher);
    case 'oidExtension':
      return extensionIn(entry, matcher);
    case 'subject': {
      const subject = entry.subjects.find((one) => isMatch(one, matcher.subject));
      return subject === undefined ? undefined : { type, subject };
    }
    case 'fingerprint': {
      const fingerprint = entry.fingerprints.find((one) => isFingerprint(one, matcher.fingerprint));
      return fingerprint === undefined ? undefined : { type, fingerprint };
    }
    case 'hash':
      return entry.hashes.includes(matcher.hash) ? { type, hash: matcher.hash } : undefined;
  }
}

/** A long name, and an expression such as `.*@example\.com`, would take minutes: time grows with the square of the length. */
function isMatch(name: string, { regExp }: Expression): boolean {
  return name.length <= LONGEST_NAME && regExp.test(name);
}

type MatcherOf<Type extends Matcher['type']> = Extract<Matcher, { readonly type: Type }>;

function identityIn({ certificates }: WatchedEntry, matcher: MatcherOf<'certIdentity'>): Match | undefined {
  for (const { subjects, issuer } of certificates) {
    const certSubject = subjects.find((one) => isMatch(one, matcher.certSubject));
    const isVouched = matcher.issuers.length === 0 || matcher.issuers.some((one) => isMatch(issuer ?? '', one));
    if (certSubject !== undefined && isVouched)
      return { type: 'certIdentity', certSubject, ...(issuer !== undefined && { issuer }) };
  }
  return undefined;
}

function extensionIn({ certificates }: WatchedEntry, matcher: MatcherOf<'oidExtension'>): Match | undefined {
  const { oid, extensionValues } = matcher;
  for (const { extensions } of certificates) {
    const extensionValue = extensions.get(oid);
    if (extensionValue !== undefined && extensionValues.includes(extensionValue))
      return { type: 'oidExtension', oid, extensionValue };
  }
  return undefined;
}

/** Hex in either case; base64 as it is. */
function isFingerprint(own: string, wanted: string): boolean {
  return own === wanted || (/^[0-9a-fA-F]+$/.test(wanted) && own === wanted.toLowerCase());
}

/**
 * Reads a regular expression in the syntax of RE2, as rekor-monitor has it, as far as JavaScript knows it under another
 * spelling: flags at the front, names of groups, and the ends of a text.
 *
 * @throws InvalidMatcher
 */
export function readExpression(source: string): Expression {
  if (source === '') throw new InvalidMatcher('a regular expression is empty, and would match everything');
  const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?(.*)$/su.exec(source) ?? [];
  const pattern = rest
    .replaceAll('(?P<', '(?<')
    .replaceAll(/(?<!\\)\\A/g, '^')
    .replaceAll(/(?<!\\)\\z/g, '$');
  const found = compiled(pattern, `${flags}u`) ?? compiled(pattern, flags);
  if (found === undefined) throw new InvalidMatcher(`${JSON.stringify(source)} is no regular expression`);
  return { source, regExp: found };
}

function compiled(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
}
