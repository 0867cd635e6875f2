import { contextTag, type DerReader, TAG } from './der.ts';
import { isAscii } from './distinguished-name.ts';
import { InvalidKey, must } from './failures.ts';

const WORDS = 'x509: invalid NameConstraints extension';
const ADDRESS = contextTag(7, 'primitive');
/** Mailboxes, DNS names and URIs. */
const TEXTS = [1, 2, 6].map((kind) => contextTag(kind, 'primitive'));

/**
 * RFC 5280 §4.2.1.10. Looks whether it is in order, and whether it constrains names of a kind that Go cannot compare;
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
  const areKnown = [permitted, excluded].map((subtrees) => subtrees === undefined || areComparable(subtrees));
  return { isUnhandled: areKnown.includes(false) };
}

function areComparable(subtrees: DerReader): boolean {
  let areKnown = true;
  while (!subtrees.isEmpty) {
    const { tag, contents } = must(subtrees.enter(TAG.sequence)?.any(), WORDS);
    if (tag === ADDRESS) checkRange(contents.bytes);
    else if (!TEXTS.includes(tag)) areKnown = false;
    else if (!isAscii(contents.bytes)) throw new InvalidKey('x509: invalid constraint value');
  }
  return areKnown;
}

/** An address and a mask, which is ones and then zeros. */
function checkRange(range: Uint8Array): void {
  if (range.length !== 8 && range.length !== 32)
    throw new InvalidKey(`x509: IP constraint contained value of length ${range.length}`);
  const mask = Array.from(range.subarray(range.length / 2), (byte) => byte.toString(2).padStart(8, '0')).join('');
  if (mask.includes('01')) throw new InvalidKey(`x509: IP constraint contained invalid mask ${mask}`);
}
