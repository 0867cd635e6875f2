import { lowerCase } from '../../../base/go-case.ts';
import { parseGoBase64 } from '../../../base/go-base64.ts';
import { JSON_LIMITS, type JsonLimits } from '../../../base/json-meter.ts';
import { isObject, type JsonObject } from '../../../base/json-reader.ts';
import type { SearchQuestion } from '../../../log/types.ts';
import { InvalidRequest } from '../failures.ts';
import { missing, requirePattern, unreadableBody, wrongType } from '../read.ts';
import { isEmail } from './email.ts';
import { member, readObject, textMember } from './member.ts';

const KEY_FORMATS = ['pgp', 'x509', 'minisign', 'ssh', 'tuf'] as const;
const OPERATORS = ['and', 'or'] as const;
const HASH = /^(sha512:)?[0-9a-fA-F]{128}$|^(sha256:)?[0-9a-fA-F]{64}$|^(sha1:)?[0-9a-fA-F]{40}$/;
const MOST_SUBJECT = 512;

export interface PublicKeyQuery {
  readonly format: (typeof KEY_FORMATS)[number];
  readonly content: Uint8Array;
}

/** Body of `index/retrieve`. Members that were not asked about are undefined. */
export interface SearchIndexBody {
  readonly hash: string | undefined;
  readonly publicKey: PublicKeyQuery | undefined;
  readonly email: string | undefined;
  readonly subject: string | undefined;
  readonly operator: (typeof OPERATORS)[number];
}

/** Reads the body of a search: rekor-v1 §5. @throws InvalidRequest */
export function readSearchIndex(body: Uint8Array, json: JsonLimits = JSON_LIMITS): SearchIndexBody {
  const query = readObject(body, 'query', json);
  const [email, hash, operator, subject] = ['email', 'hash', 'operator', 'subject'].map((name) =>
    textMember(query, name),
  );
  const key = decodeKey(query);

  if (email !== undefined && !isEmail(email)) throw wrongType('email', 'body', 'email', email);
  if (hash !== undefined) requirePattern(hash, 'hash', 'body', HASH);
  const chosen = operator === undefined ? 'or' : requireOneOf(operator, 'operator', OPERATORS);
  const publicKey = key && { format: readFormat(key.format), content: key.content };
  if (subject !== undefined && isLongerThan(subject, MOST_SUBJECT)) {
    throw new InvalidRequest(`subject in body should be at most ${MOST_SUBJECT} chars long`, 603);
  }
  return { hash, publicKey, email, subject, operator: chosen };
}

/**
 * The keys that an entry must have to be an answer, spelled as the index spells them.
 *
 * @param keyHash - SHA-256 of the canonical form of `index.publicKey`, in hex
 */
export function questionOf(index: SearchIndexBody, keyHash?: string): SearchQuestion {
  const hash = index.hash === undefined ? undefined : withPrefix(index.hash);
  const keys = [hash, keyHash, index.email, index.subject].filter((key) => key !== undefined);
  return { groups: keys.map((key) => [lowerCase(key)]), operator: index.operator };
}

const PREFIX_OF_LENGTH: Readonly<Record<number, string>> = { 40: 'sha1:', 64: 'sha256:', 128: 'sha512:' };

function withPrefix(hash: string): string {
  return (PREFIX_OF_LENGTH[hash.length] ?? '') + hash;
}

/** Decodes the key of a question: its base64 is read here, its format only after the members before it. */
function decodeKey(
  query: JsonObject,
): { readonly format: string | undefined; readonly content: Uint8Array } | undefined {
  const key = member(query, 'publicKey');
  if (key === undefined) return undefined;
  if (!isObject(key)) throw unreadableBody('query', 'publicKey is not a JSON object');
  const content = parseGoBase64(textMember(key, 'content') ?? '');
  if (content === undefined) throw unreadableBody('query', 'publicKey.content is not base64');
  const format = member(key, 'format') === '' ? '' : textMember(key, 'format'); // an empty one is not missing
  return { format, content };
}

/** go-openapi names a member of a member after both its parents. */
function readFormat(format: string | undefined): PublicKeyQuery['format'] {
  if (format === undefined) throw missing('publicKey.publicKey.format', 'body');
  return requireOneOf(format, 'publicKey.publicKey.format', KEY_FORMATS);
}

function requireOneOf<T extends string>(text: string, name: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw new InvalidRequest(`${name} in body should be one of [${choices.join(' ')}]`, 606);
  return choice;
}

/** In characters, not in UTF-16 units; a text twice as long need not be counted. */
function isLongerThan(text: string, most: number): boolean {
  return text.length > 2 * most || Array.from(text).length > most;
}
