import { MalformedJson } from './failures.ts';
import { unescaped } from './json-reader.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const END = -1;

/** Arrays and objects inside one another, as in Go's decoder. */
const MAX_DEPTH = 10_000;

const LITERALS = new Map<number, readonly [text: string, value: boolean | null]>([
  [0x74, ['true', true]],
  [0x66, ['false', false]],
  [0x6e, ['null', null]],
]);
/** Characters that may follow a backslash, but for `u`: `"\/bfnrt`. */
const SHORT_ESCAPES = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

export type JsonKind = 'object' | 'array' | 'string' | 'other';

/**
 * Walks over a JSON text (RFC 8259) value by value, so that its reader makes nothing of what it does not need. Checks all
 * it walks over: strings, numbers and brackets. Every method throws MalformedJson.
 */
export class JsonScanner {
  readonly #json: string;
  #at = 0;
  /** Closing brackets that are awaited while a value is skipped. */
  readonly #ends = new Uint8Array(MAX_DEPTH);
  /** Whether the string that was walked over last has escapes. */
  #isEscaped = false;

  constructor(json: string) {
    this.#json = json;
  }

  /** The type of the next value, as far as its first character shows. */
  kind(): JsonKind {
    const code = this.#next();
    return code === BRACE ? 'object' : code === BRACKET ? 'array' : code === QUOTE ? 'string' : 'other';
  }

  /** A string, a literal, or 0 for any number. */
  scalar(): string | boolean | null | number {
    if (this.#next() === QUOTE) return this.#string(true);
    return this.#skipScalar();
  }

  /**
   * Reads the object or array that is next. `each` has to read or skip one value, and is told the name of a member; of names
   * that are longer than `longest` characters it is told that they are empty.
   */
  children(each: (name: string) => void, longest = Infinity): void {
    const isObject = this.#next() === BRACE;
    const end = isObject ? BRACE_END : BRACKET_END;
    this.#at += 1;
    if (this.#next() === end) {
      this.#at += 1;
      return;
    }
    for (let code = COMMA; code !== end; this.#at += 1) {
      if (code !== COMMA) throw this.#malformed();
      each(isObject ? this.#name(longest) : '');
      code = this.#next();
    }
  }

  /** Skips the value that is next, however deep it is. */
  passOver(): void {
    const ends = this.#ends;
    let depth = 0;
    do {
      const end = this.#open();
      if (end !== END && depth === MAX_DEPTH) throw new MalformedJson(`JSON is nested deeper than ${MAX_DEPTH}`);
      if (end !== END) ends[depth++] = end;
      else depth = this.#close(ends, depth);
      if (depth > 0 && ends[depth - 1] === BRACE_END) this.#name(0);
    } while (depth > 0);
  }

  /** Enters an array or object that is not empty, and says what will close it; skips all else and says `END`. */
  #open(): number {
    const code = this.#next();
    if (code !== BRACE && code !== BRACKET) {
      this.#skipScalar();
      return END;
    }
    const end = code === BRACE ? BRACE_END : BRACKET_END;
    this.#at += 1;
    if (this.#next() !== end) return end;
    this.#at += 1;
    return END;
  }

  /** Leaves all that is closed behind a value, and the comma that follows: how deep it is then. */
  #close(ends: Uint8Array, from: number): number {
    let depth = from;
    for (; depth > 0; depth -= 1) {
      const code = this.#next();
      this.#at += 1;
      if (code === COMMA) return depth;
      if (code !== ends[depth - 1]) throw this.#malformed();
    }
    return depth;
  }

  /** Asserts that nothing but white space is left. */
  finish(): void {
    if (this.#next() !== END) throw this.#malformed();
  }

  #name(longest: number): string {
    if (this.#next() !== QUOTE) throw this.#malformed();
    const from = this.#at;
    const length = this.#skipString() - from - 2;
    const name = length <= longest && longest > 0 ? this.#decode(from) : '';
    if (this.#next() !== COLON) throw this.#malformed();
    this.#at += 1;
    return name;
  }

  #string(isNeeded: boolean): string {
    const from = this.#at;
    this.#skipString();
    return isNeeded ? this.#decode(from) : '';
  }

  #decode(from: number): string {
    return this.#isEscaped ? unescaped(this.#json.slice(from, this.#at)) : this.#json.slice(from + 1, this.#at - 1);
  }

  /** The next character that is no white space; `END` if there is none. */
  #next(): number {
    const json = this.#json;
    for (; this.#at < json.length; this.#at += 1) {
      const code = json.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
    }
    return END;
  }

  /** The next character; `END` if there is none. */
  #code(at = this.#at): number {
    return at < this.#json.length ? this.#json.charCodeAt(at) : END;
  }

  #skipScalar(): string | boolean | null | number {
    const code = this.#next();
    if (code === QUOTE) return this.#string(false);
    const literal = LITERALS.get(code);
    if (literal === undefined) return this.#skipNumber();
    const [text, value] = literal;
    if (!this.#json.startsWith(text, this.#at)) throw this.#malformed();
    this.#at += text.length;
    return value;
  }

  /** From quote to quote; where it ends. */
  #skipString(): number {
    const json = this.#json;
    let at = this.#at + 1;
    this.#isEscaped = false;
    for (let code = json.charCodeAt(at); code !== QUOTE; code = json.charCodeAt(at)) {
      if (!(code >= 0x20)) throw this.#malformed(at); // also at the end, where there is none
      this.#isEscaped ||= code === BACKSLASH;
      at += code === BACKSLASH ? this.#escapeLength(at) : 1;
    }
    this.#at = at + 1;
    return this.#at;
  }

  #escapeLength(at: number): number {
    const kind = this.#code(at + 1);
    if (kind !== 0x75) {
      if (!SHORT_ESCAPES.has(kind)) throw this.#malformed(at);
      return 2;
    }
    for (let i = at + 2; i < at + 6; i += 1) if (!isHexDigit(this.#code(i))) throw this.#malformed(at);
    return 6;
  }

  #skipNumber(): number {
    if (this.#code() === MINUS) this.#at += 1;
    if (this.#code() === ZERO) this.#at += 1;
    else this.#skipDigits();
    if (this.#code() === DOT) {
      this.#at += 1;
      this.#skipDigits();
    }
    const exponent = this.#code();
    if (exponent !== 0x65 && exponent !== 0x45) return 0;
    this.#at += 1;
    const sign = this.#code();
    if (sign === 0x2b || sign === MINUS) this.#at += 1;
    this.#skipDigits();
    return 0;
  }

  /** One or more. */
  #skipDigits(): void {
    const from = this.#at;
    while (isDigit(this.#code())) this.#at += 1;
    if (this.#at === from) throw this.#malformed();
  }

  #malformed(at = this.#at): MalformedJson {
    return new MalformedJson(`no JSON at character ${at}`);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
