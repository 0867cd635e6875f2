/*
 * JavaScript without comments and idle white space. Modules of packages are two thirds comments, which a phone should not
 * have to load. Line ends stay, so that statements without semicolons end where they ended.
 */

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|[\p{ID_Start}$_#@][\p{ID_Continue}$]*|\d[\w.]*|\s+|[\s\S]/uy;
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** Words behind which a slash begins an expression. */
const BEFORE_EXPRESSION: ReadonlySet<string> = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'new',
  'else',
  'do',
  'await',
  'yield',
]);

/** Returns the same program in fewer characters. @throws Error for a text that cannot be read to its end */
export function compact(source: string): string {
  const reader = new Reader(source);
  const parts: string[] = [];
  for (let token = reader.next(); token !== undefined; token = reader.next()) parts.push(token);
  return joined(parts);
}

class Reader {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  /** Depths of braces at which a template goes on. */
  readonly #templates: number[] = [];
  #before = '';

  constructor(source: string) {
    this.#source = source;
  }

  /** The next token; white space and comments are a blank or a line end. Undefined at the end. */
  next(): string | undefined {
    if (this.#at >= this.#source.length) return undefined;
    const token = this.#take(TOKEN);
    if (/^(?:\s|\/[/*])/.test(token)) return token.includes('\n') ? '\n' : ' ';
    const whole = this.#whole(token);
    this.#before = token;
    return whole;
  }

  #whole(token: string): string {
    if (token === '/' && this.#beginsExpression()) return this.#again(REGEX);
    if (token === '`') return token + this.#template();
    if (token === '{') this.#depth += 1;
    if (token !== '}') return token;
    if (this.#templates.at(-1) !== this.#depth) {
      this.#depth -= 1;
      return token;
    }
    this.#templates.pop();
    this.#depth -= 1;
    return token + this.#template();
  }

  /** The text of a template up to its end, or to the next expression in it. */
  #template(): string {
    const text = this.#take(TEMPLATE);
    if (text.endsWith('${')) {
      this.#depth += 1;
      this.#templates.push(this.#depth);
    }
    return text;
  }

  #beginsExpression(): boolean {
    const before = this.#before;
    return before === '' || BEFORE_EXPRESSION.has(before) || /^[([{,;=:!&|?+\-*%<>~^]$/.test(before);
  }

  #again(pattern: RegExp): string {
    this.#at -= 1;
    return this.#take(pattern);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#source) ?? [];
    if (text === undefined) throw new Error(`a module cannot be read from character ${this.#at} on`);
    this.#at += text.length;
    return text;
  }
}

const CLOSED = /[\s(){}[\],;:=<>?&|*]/;

/** Leaves blanks where they part two words, and one line end of several. */
function joined(parts: readonly string[]): string {
  let text = '';
  for (const [i, part] of parts.entries()) {
    const last = text.at(-1) ?? '\n';
    const first = parts[i + 1]?.[0] ?? '\n';
    if (part === '\n' && last === '\n') continue;
    if (part === ' ' && (CLOSED.test(last) || CLOSED.test(first))) continue;
    text += part;
  }
  return text;
}
