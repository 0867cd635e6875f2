import { contextTag, type DerReader, TAG } from './der.ts';
import { InvalidKey, must } from './failures.ts';

const WORDS = 'x509: invalid NameConstraints extension';
/** DNS names, mailboxes, URIs and addresses: the kinds that Go can compare. */
const COMPARABLE = [1, 2, 6, 7].map((kind) => contextTag(kind, 'primitive'));

/**
 * RFC 5280 §4.2.1.10. Looks whether it is in order, and whether it constrains names of a kind that nobody can compare;
 * the constraints themselves are not kept: the root of a chain here is whoever made the chain.
 *
 * @throws InvalidKey
 */
export function readNameConstraints(value: DerReader): { readonly isUnhandled: boolean } {
  const contents = must(value.enter(TAG.sequence), WORDS);
  const permitted = contents.enter(contextTag(0, 'constructed'));
  const excluded = contents.enter(contextTag(1, 'constructed'));
  if (!value.isEmpty || !contents.isEmpty) throw new InvalidKey(WORDS);
  if ((permitted?.isEmpty ?? true) && (excluded?.isEmpty ?? true))
    throw new InvalidKey('x509: empty name constraints extension');
  const tags = [permitted, excluded].flatMap((subtrees) => (subtrees === undefined ? [] : tagsOf(subtrees)));
  return { isUnhandled: tags.some((tag) => !COMPARABLE.includes(tag)) };
}

function tagsOf(subtrees: DerReader): number[] {
  const tags: number[] = [];
  while (!subtrees.isEmpty) tags.push(must(subtrees.enter(TAG.sequence)?.any(), WORDS).tag);
  return tags;
}
