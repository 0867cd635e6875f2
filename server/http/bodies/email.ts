import { isIpAddress } from '../../../base/ip-address.ts';
import { isEncodedWordOfUnknownCharset } from './encoded-word.ts';

/*
 * One e-mail address as Go's net/mail reads it, which is how Rekor checks the e-mail of a search: RFC 5322 §3.4 with
 * display names, comments and groups of one, and with Unicode (RFC 6532). Takes time that grows with the length.
 */

/** Whether Go's `mail.ParseAddress` takes `text`. */
export function isEmail(text: string): boolean {
  const reader = new AddressReader(text);
  return reader.address(true) === 1 && reader.skipComments() && reader.isEmpty;
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t';
const isVisible = (char: string): boolean => (char >= '!' && char <= '~') || char >= '\u0080';

/** RFC 5322 §3.2.3, but for the dot. */
const SPECIALS = '()<>[]:;@\\,"';

class AddressReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#text.length;
  }

  get #next(): string {
    return this.#text.charAt(this.#at);
  }

  /** Reads one address, or a group; returns how many there were, undefined where there is none. */
  address(mayBeGroup: boolean): number | undefined {
    this.#skipBlanks();
    const from = this.#at;
    if (this.#mailbox()) {
      this.#skipBlanks();
      return this.#next !== '(' || this.#displayNameComment() ? 1 : undefined;
    }
    this.#at = from;
    if (this.#next !== '<' && !this.#phrase()) return undefined;
    this.#skipBlanks();
    if (mayBeGroup && this.#take(':')) return this.#group();
    return this.#angleAddress() ? 1 : undefined;
  }

  #angleAddress(): boolean {
    return this.#take('<') && this.#mailbox() && this.#take('>');
  }

  /** Reads over blanks and comments; false where a comment has no end. */
  skipComments(): boolean {
    this.#skipBlanks();
    while (this.#take('(')) {
      if (this.#comment() === undefined) return false;
      this.#skipBlanks();
    }
    return true;
  }

  #group(): number | undefined {
    let count = 0;
    this.#skipBlanks();
    if (this.#take(';')) return this.skipComments() ? count : undefined;
    for (;;) {
      const read = this.address(false);
      if (read === undefined || !this.skipComments()) return undefined;
      count += read;
      if (this.#take(';')) return this.skipComments() ? count : undefined;
      if (!this.#take(',')) return undefined;
    }
  }

  /** `local-part "@" domain` of RFC 5322 §3.4.1. Blanks may stand before either. */
  #mailbox(): boolean {
    this.#skipBlanks();
    const local = this.#next === '"' ? this.#quotedString() : this.#dotAtom();
    if (local === undefined || local === '' || !this.#take('@')) return false;
    this.#skipBlanks();
    return this.#next === '[' ? this.#domainLiteral() : this.#dotAtom() !== undefined;
  }

  /** Words up to something else; true if there is one at least. */
  #phrase(): boolean {
    for (let words = 0; ; words += 1) {
      if (words > 0 && !this.skipComments()) return false;
      this.#skipBlanks();
      if (this.isEmpty || !this.#word()) return words > 0;
    }
  }

  #word(): boolean {
    if (this.#next === '"') return this.#quotedString() !== undefined;
    const atom = this.#atom();
    return atom !== undefined && !isEncodedWordOfUnknownCharset(atom);
  }

  /** Its text, which may be empty; undefined where it has no end or a control character. */
  #quotedString(): string | undefined {
    this.#at += 1;
    for (const from = this.#at; !this.isEmpty; this.#at += 1) {
      if (this.#next === '"') {
        this.#at += 1;
        return this.#text.slice(from, this.#at - 1);
      }
      if (this.#next === '\\') this.#at += 1;
      if (!isVisible(this.#next) && !isBlank(this.#next)) return undefined;
    }
    return undefined;
  }

  #dotAtom(): string | undefined {
    const atom = this.#atom();
    return atom?.split('.').includes('') === true ? undefined : atom;
  }

  /** Dots may stand anywhere in it. */
  #atom(): string | undefined {
    const from = this.#at;
    while (!this.isEmpty && isVisible(this.#next) && !SPECIALS.includes(this.#next)) this.#at += 1;
    return this.#at === from ? undefined : this.#text.slice(from, this.#at);
  }

  /** RFC 5321 §4.1.3, of which Go takes bare addresses alone. */
  #domainLiteral(): boolean {
    const close = this.#text.indexOf(']', this.#at);
    const literal = close < 0 ? '' : this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    return close >= 0 && isIpAddress(literal);
  }

  /** A comment behind an address is its display name. */
  #displayNameComment(): boolean {
    this.#at += 1;
    const comment = this.#comment();
    return comment !== undefined && !comment.split(/[ \t]+/).some(isEncodedWordOfUnknownCharset);
  }

  /** Its text without escapes; undefined where it has no end. */
  #comment(): string | undefined {
    const kept: string[] = [];
    for (let depth = 1; !this.isEmpty; this.#at += 1) {
      const isEscape = this.#next === '\\' && this.#at + 1 < this.#text.length;
      if (isEscape) this.#at += 1;
      else if (this.#next === '(') depth += 1;
      else if (this.#next === ')') depth -= 1;
      if (depth === 0) {
        this.#at += 1;
        return kept.join('');
      }
      kept.push(this.#next);
    }
    return undefined;
  }

  #take(char: string): boolean {
    if (this.#next !== char) return false;
    this.#at += 1;
    return true;
  }

  #skipBlanks(): void {
    while (isBlank(this.#next)) this.#at += 1;
  }
}
