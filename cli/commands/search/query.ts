import { createHash } from 'node:crypto';
import { toBase64, toHex } from '../../../base/bytes.ts';
import type { SearchQuery } from '../../../client/http/log-client.ts';
import { canonicalKeyOf } from '../../../entries/pki/search-formats.ts';
import { Failure } from '../../../base/failure.ts';
import { digestFile } from '../../entry/digest-file.ts';
import { readInput } from '../../files/input.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { Values } from '../../frame/options.ts';
import type { search } from './about.ts';

/** Questions for the log, and how an answer is told from another entry. */
export interface Question {
  /** Their answers are joined. */
  readonly queries: readonly SearchQuery[];
  readonly operator: 'and' | 'or';
  /** For each term the spellings of which an entry's index has one. */
  readonly terms: readonly (readonly string[])[];
}

type Options = Values<typeof search.options>;

/** @throws UsageFault */
export async function questionOf(options: Options): Promise<Question> {
  if (options.and && options.or) throw new UsageFault('give --and or --or, and not both');
  const { email, identity } = options;
  const [hash, key] = [await hashOf(options), await keyOf(options)];
  const terms = [hash, email, identity].flatMap((name) => (name === undefined ? [] : [[name.toLowerCase()]]));
  if (terms.length === 0 && key === undefined)
    throw new UsageFault('nothing to search for: give --artifact, --hash, --email, --identity, --key or --certificate');
  const operator = options.and ? 'and' : 'or';
  const query: SearchQuery = {
    ...(hash !== undefined && { hash }),
    ...(email !== undefined && { email }),
    ...(identity !== undefined && { subject: identity }),
    operator,
  };
  return key === undefined
    ? { queries: [query], operator, terms }
    : withKey({ queries: [query], operator, terms }, key);
}

/** Envelopes have their keys among the digests of the index, and a question takes one digest: rekor-v1 §5. */
function withKey({ queries: [query], operator, terms }: Question, key: KeyTerm): Question {
  const own: SearchQuery = { operator, ...query };
  const byKey: SearchQuery = { ...own, publicKey: key.publicKey };
  const byDigest: SearchQuery = { ...own, hash: `sha256:${key.hash}` };
  const isPossible = operator === 'or' || own.hash === undefined;
  return {
    queries: isPossible ? [byKey, byDigest] : [byKey],
    operator,
    terms: [...terms, [key.hash, `sha256:${key.hash}`]],
  };
}

async function hashOf({ artifact, hash }: Options): Promise<string | undefined> {
  if (artifact !== undefined && hash !== undefined) throw new UsageFault('give --artifact or --hash, and not both');
  if (hash !== undefined) return namedHash(hash);
  if (artifact === undefined) return undefined;
  const { sha256 = new Uint8Array() } = await digestFile(artifact);
  return `sha256:${toHex(sha256)}`;
}

/** By the length of the hex, as Rekor names it. @throws UsageFault */
function namedHash(text: string): string {
  const [, name, hex = ''] = /^(?:(sha256|sha512|sha1):)?([0-9a-fA-F]+)$/.exec(text) ?? [];
  const algorithm = { 64: 'sha256', 128: 'sha512', 40: 'sha1' }[hex.length];
  if (algorithm !== undefined && (name ?? algorithm) === algorithm) return `${algorithm}:${hex.toLowerCase()}`;
  throw new UsageFault(`--hash is sha256:, sha512: or sha1: and hex of that length, not ${JSON.stringify(text)}`);
}

interface KeyTerm {
  readonly publicKey: { readonly format: string; readonly content: string };
  /** SHA-256 of its canonical form, hex: what the index knows it by. */
  readonly hash: string;
}

async function keyOf(options: Options): Promise<KeyTerm | undefined> {
  const { key, certificate, 'key-format': format = 'x509' } = options;
  if (key !== undefined && certificate !== undefined) throw new UsageFault('give --key or --certificate, and not both');
  const file = key ?? certificate;
  if (file === undefined) return undefined;
  const what = key === undefined ? `--certificate ${file}` : `--key ${file}`;
  const content = readInput(file, what);
  try {
    const canonical = await canonicalKeyOf(format, content);
    const hash = createHash('sha256').update(canonical).digest('hex');
    return { publicKey: { format, content: toBase64(content) }, hash };
  } catch (error) {
    if (error instanceof Failure) throw new UsageFault(`${what}: ${error.message}`);
    throw error;
  }
}
