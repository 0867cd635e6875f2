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

/** Ends a line inside of a statement of a module: a line end to JavaScript, and none to who splits the module at its own. */
const INNER_END = '\u2028';

/** Returns the same program in fewer characters, with each statement of the module on a line of its own. @throws Error for a text that cannot be read to its end */
export function compact(source: string): string {
  const reader = new Reader(source);
  const parts: string[] = [];
  for (let token = reader.next(); token !== undefined; token = reader.next()) parts.push(token);
  return joined(parts);
}

const NESTING: ReadonlyMap<string, number> = new Map([
  ['(', 1],
  ['[', 1],
  [')', -1],
  [']', -1],
]);

class Reader {
  readonly #source: string;
  #at = 0;
  /** Of braces, and of all other brackets. */
  #depth = 0;
  #nesting = 0;
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
    if (/^(?:\s|\/[/*])/.test(token)) return /[\n\u2028]/.test(token) ? this.#lineEnd() : ' ';
    const whole = this.#whole(token);
    this.#before = token;
    return whole;
  }

  #lineEnd(): string {
    return this.#nesting === 0 && this.#depth === 0 ? '\n' : INNER_END;
  }

  #whole(token: string): string {
    this.#nesting += NESTING.get(token) ?? 0;
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

/** Behind and before these no statement ends; behind a semicolon one of the module does. */
const GOES_ON = /[({[,:=&|?<*%^~!]$|(?<!\+)\+$|(?<!-)-$/;
const GOES_ON_INSIDE = /[({[,;:=&|?<*%^~!]$|(?<!\+)\+$|(?<!-)-$/;
const BELONGS_TO = /^[)\]},;:=&|?.<>]/;

const BLANK_BEFORE = /(?:^|[\s(){}[\],;:=<>?&|*])$/;
const BLANK_AFTER = /^[\s(){}[\],;:=<>?&|*]/;

/** Leaves blanks where they part two words, and line ends where they may end a statement. */
function joined(parts: readonly string[]): string {
  let text = '';
  for (const [i, part] of parts.entries()) if (!isIdle(part, text.slice(-2), parts[i + 1] ?? '\n')) text += part;
  return text;
}

/** Whether white space can go. */
function isIdle(part: string, last: string, next: string): boolean {
  if (part === ' ') return BLANK_BEFORE.test(last) || BLANK_AFTER.test(next);
  if (part !== '\n' && part !== INNER_END) return false;
  const goesOn = part === '\n' ? GOES_ON : GOES_ON_INSIDE;
  return /(?:^|[\n\u2028])$/.test(last) || goesOn.test(last) || BELONGS_TO.test(next);
}
