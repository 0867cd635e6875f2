import { toBase64, utf8 } from '../../../base/bytes.ts';
import { lowerCase } from '../../../base/go-case.ts';
import { ownTurn } from '../../../log/turns.ts';
import type { ProvenEntry, SearchHit, SearchQuestion } from '../../../log/types.ts';
import type { Question, Recognised } from '../../../web/recognise.ts';
import { completeFor, findReadable, inSteps } from '../../routes/readable.ts';
import { findEntry } from '../entry/find.ts';
import type { PageParts, PageRequest } from '../page.ts';

/** One page of what a search found, in the order of the log. */
export interface Hits {
  readonly entries: readonly ProvenEntry[];
  /** Size of the log that the answer is about. */
  readonly completeTo: number;
  /** Index to go on after; undefined at the end. */
  readonly next: number | undefined;
}

/** Kinds of terms that name an entry, and no property of some. */
const NAMES: ReadonlySet<Recognised['kind']> = new Set(['index', 'entry-id']);

/** Whether a question mixes the name of an entry with other terms, to which there is no answer. */
export function isMixed({ terms }: Question): boolean {
  return terms.length > 1 && terms.some(({ kind }) => NAMES.has(kind));
}

/** Finds a page of entries. @throws InvalidRequest for a key that cannot be read, Busy, SenderGone */
export async function lookUp(
  question: Question,
  { after, limit }: { readonly after: number | undefined; readonly limit: number },
  asked: PageRequest,
  parts: PageParts,
): Promise<Hits> {
  const { shards } = parts;
  const [first] = question.terms;
  const named = first !== undefined && after === undefined ? await namedBy(first, question, asked, parts) : undefined;
  if (first === undefined || NAMES.has(first.kind)) {
    const entries = named === undefined ? [] : [named];
    return { entries, completeTo: completeFor(asked.principal, shards.size, entries), next: undefined };
  }
  const search = { question: await indexQuestion(question, asked, parts), after, limit };
  const page = await inSteps(asked, parts, () => findReadable(search, asked, parts));
  const entries = await entriesOf(page.hits, asked, parts);
  const isNew = named !== undefined && !entries.some(({ virtualIndex }) => virtualIndex === named.virtualIndex);
  return { entries: isNew ? [named, ...entries] : entries, completeTo: page.completeTo, next: page.next };
}

/** Each in a turn of its own. */
async function entriesOf(
  hits: readonly SearchHit[],
  { gone }: PageRequest,
  { shards }: PageParts,
): Promise<readonly ProvenEntry[]> {
  const entries: ProvenEntry[] = [];
  for (const { virtualIndex } of hits) {
    if (entries.length > 0) await ownTurn(gone());
    const entry = await shards.byIndex(virtualIndex);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** The entry that a term names: a SHA-256 may be the uuid of one. */
async function namedBy(
  term: Recognised,
  { terms }: Question,
  asked: PageRequest,
  parts: PageParts,
): Promise<ProvenEntry | undefined> {
  const names = NAMES.has(term.kind) || (term.kind === 'hash' && terms.length === 1);
  return names ? findEntry(term.value, asked, parts) : undefined;
}

async function indexQuestion(
  { terms, operator }: Question,
  asked: PageRequest,
  parts: PageParts,
): Promise<SearchQuestion> {
  const groups: (readonly string[])[] = [];
  for (const term of terms) groups.push(await spellings(term, asked, parts));
  return { groups, operator };
}

/** Texts by which the index may know a term. */
async function spellings(
  { kind, value }: Recognised,
  { from, gone }: PageRequest,
  { admission }: PageParts,
): Promise<readonly string[]> {
  if (kind === 'hash') return [`sha256:${value}`, value];
  if (kind !== 'key' && kind !== 'certificate') return [lowerCase(value)];
  const body = { publicKey: { format: formatOf(value), content: toBase64(utf8(value)) } };
  const { groups } = await admission.searchQuestion(utf8(JSON.stringify(body)), { from, gone: gone() });
  return groups.flat().flatMap((hash) => [hash, `sha256:${hash}`]); // kinds spell the hash of a key with its algorithm, or without
}

function formatOf(key: string): string {
  if (key.startsWith('-----BEGIN PGP')) return 'pgp';
  return key.startsWith('-----BEGIN') ? 'x509' : 'ssh';
}
