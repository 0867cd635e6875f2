/*
 * Says of what kind a text in the search field is. The server and the page ask the same file, so that the page says while
 * somebody types what the server will do with it.
 */

/** A text of a search, and what it is taken for. */
export interface Recognised {
  readonly kind: 'index' | 'entry-id' | 'hash' | 'digest' | 'email' | 'uri' | 'key' | 'certificate' | 'text';
  /** Tells people the kind. */
  readonly says: string;
  /** As the index spells it: a digest has its algorithm, a key is PEM on lines of its own. */
  readonly value: string;
}

/** Terms of a search, of which an entry has to have all or any. */
export interface Question {
  readonly operator: 'and' | 'or';
  readonly terms: readonly Recognised[];
}

/** Terms of one search at most. */
export const MAX_TERMS = 8;

/** Algorithms by the number of hex digits that their digests have. */
const ALGORITHMS: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 96: 'sha384', 128: 'sha512' };

const DIGEST = /^(?:(sha1|sha256|sha384|sha512):)?([0-9a-f]+)$/i;
const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----$/s;
const EMAIL = /^[^\s@/:]+@[^\s@/:]+$/;
const URI = /^[a-z][a-z0-9+.-]*:\S+$/i;
const INDEX = /^\d{1,16}$/;

/** Splits a text at ` AND ` or ` OR `. Undefined for one that mixes both, or has too many terms. */
export function readQuestion(text: string): Question | undefined {
  const parts = text.trim().split(/\s+(AND|OR)\s+/);
  const terms = parts.filter((_, i) => i % 2 === 0);
  const operators = new Set(parts.filter((_, i) => i % 2 === 1));
  if (operators.size > 1 || terms.length > MAX_TERMS) return undefined;
  return { operator: operators.has('AND') ? 'and' : 'or', terms: terms.map(recognise) };
}

/** Returns the kind of one term. */
export function recognise(term: string): Recognised {
  const text = term.trim();
  if (INDEX.test(text)) return { kind: 'index', says: 'an index in the log', value: text };
  return asHex(text) ?? asKey(text) ?? asName(text);
}

function asHex(text: string): Recognised | undefined {
  const [, named, digits] = DIGEST.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = digits.toLowerCase();
  if (named === undefined && value.length === 80)
    return { kind: 'entry-id', says: 'an entry id: tree id and leaf hash', value };
  const algorithm = ALGORITHMS[value.length];
  if (algorithm === undefined || (named !== undefined && named.toLowerCase() !== algorithm)) return undefined;
  if (named === undefined && algorithm === 'sha256')
    return { kind: 'hash', says: 'a SHA-256: of an artifact, of a key, or the uuid of an entry', value };
  return {
    kind: 'digest',
    says: `a ${algorithm.toUpperCase().replace('SHA', 'SHA-')} digest`,
    value: `${algorithm}:${value}`,
  };
}

function asKey(text: string): Recognised | undefined {
  const [, label = '', body = ''] = PEM.exec(text) ?? [];
  if (label === '') {
    if (/^(ssh-|ecdsa-sha2-)\S+ \S/.test(text)) return { kind: 'key', says: 'an SSH public key', value: text };
    return undefined;
  }
  // A field of one line has lost the line breaks.
  const lines = body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? [];
  const value = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
  if (label === 'CERTIFICATE') return { kind: 'certificate', says: 'a certificate', value };
  return { kind: 'key', says: 'a public key', value: label === 'PUBLIC KEY' ? value : text };
}

function asName(text: string): Recognised {
  if (EMAIL.test(text)) return { kind: 'email', says: 'an e-mail address', value: text };
  if (URI.test(text)) return { kind: 'uri', says: 'the URI of an identity', value: text };
  return { kind: 'text', says: 'a name: of a certificate, as it stands in it', value: text };
}
