import { isIpAddress } from '../../base/ip-address.ts';
import { contextTag, type DerReader, TAG } from './der.ts';
import { isAscii } from './distinguished-name.ts';
import { InvalidKey, must } from './failures.ts';
import type { GoRelease } from './go-release.ts';
import { isConstraintDomain, isMailbox } from './mailbox.ts';

const WORDS = 'x509: invalid NameConstraints extension';
const ADDRESS = contextTag(7, 'primitive');
const MAILBOX = contextTag(1, 'primitive');
const DNS = contextTag(2, 'primitive');
const URI = contextTag(6, 'primitive');

/**
 * RFC 5280 §4.2.1.10. Looks whether it is in order, and whether it constrains names of a kind that Go cannot compare;
 * the constraints themselves are not kept: the root of a chain here is whoever made the chain.
 *
 * @throws InvalidKey
 */
export function readNameConstraints(value: DerReader, release: GoRelease): { readonly isUnhandled: boolean } {
  const contents = must(value.enter(TAG.sequence), WORDS);
  const permitted = contents.enter(contextTag(0, 'constructed'));
  const excluded = contents.enter(contextTag(1, 'constructed'));
  if (!value.isEmpty || !contents.isEmpty) throw new InvalidKey(WORDS);
  if ((permitted?.isEmpty ?? true) && (excluded?.isEmpty ?? true))
    throw new InvalidKey('x509: empty name constraints extension');
  const areKnown = [permitted, excluded].map((subtrees) => subtrees === undefined || areComparable(subtrees, release));
  return { isUnhandled: areKnown.includes(false) };
}

function areComparable(subtrees: DerReader, release: GoRelease): boolean {
  let areKnown = true;
  while (!subtrees.isEmpty) {
    const { tag, contents } = must(subtrees.enter(TAG.sequence)?.any(), WORDS);
    if (tag === ADDRESS) checkRange(contents.bytes);
    else if (tag === MAILBOX || tag === DNS || tag === URI) checkText(tag, contents.bytes, release);
    else areKnown = false;
  }
  return areKnown;
}

const ascii = new TextDecoder('latin1');

function checkText(tag: number, bytes: Uint8Array, release: GoRelease): void {
  if (!isAscii(bytes)) throw new InvalidKey('x509: invalid constraint value');
  const text = ascii.decode(bytes);
  if (tag === MAILBOX && text.includes('@')) {
    if (!isMailbox(text, release === 'go1.25')) throw unreadable('rfc822Name', text);
    return;
  }
  const kind = tag === MAILBOX ? 'rfc822Name' : tag === DNS ? 'dnsName' : 'URI';
  if (tag === URI && isIpAddress(text)) throw new InvalidKey(`${unreadable(kind, text).message}: cannot be IP address`);
  if (!isConstraintDomain(text)) throw unreadable(kind, text);
}

function unreadable(kind: string, text: string): InvalidKey {
  return new InvalidKey(`x509: failed to parse ${kind} constraint ${JSON.stringify(text)}`);
}

/** An address and a mask, which is ones and then zeros. */
function checkRange(range: Uint8Array): void {
  if (range.length !== 8 && range.length !== 32)
    throw new InvalidKey(`x509: IP constraint contained value of length ${range.length}`);
  const mask = Array.from(range.subarray(range.length / 2), (byte) => byte.toString(2).padStart(8, '0')).join('');
  if (mask.includes('01')) throw new InvalidKey(`x509: IP constraint contained invalid mask ${mask}`);
}
