import { CostlyJson } from './failures.ts';

/** Limits of the cost of reading a JSON text. V8 spends about 70 bytes and 0.3 us on a value, however short its text. */
export interface JsonLimits {
  /** Arrays and objects inside one another. */
  readonly depth: number;
  /** Members and elements, counted over all levels. */
  readonly values: number;
}

/**
 * Depth as in Go's decoder, which Rekor uses. No request and no envelope has more than some hundred values: what is long in
 * them stands in strings.
 */
export const JSON_LIMITS: JsonLimits = { depth: 10_000, values: 20_000 };

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** Bytes of a string that are looked at one by one before the rest is searched for its end. */
const NEAR_BYTES = 32;

/**
 * Counts depth and values of a JSON text without parsing it, piece by piece. It does not validate: a text
 * within the limits may still be no JSON, a text beyond them need not be parsed to be refused.
 */
export class JsonMeter {
  readonly #limits: JsonLimits;
  readonly #scope: 'text' | 'value';
  #offset = 0;
  #depth = 0;
  #values = 1;
  #inString = false;
  #escaped = false;
  #members = 0;
  #end: number | undefined;

  /** @param scope - what is counted: the whole text, or only the first array or object in it */
  constructor(limits: JsonLimits, scope: 'text' | 'value' = 'text') {
    this.#limits = limits;
    this.#scope = scope;
  }

  /** Offset just behind the first array or object at the top, once it has been seen. */
  get end(): number | undefined {
    return this.#end;
  }

  /** Colons outside of strings: as many as there are members, if it is JSON, and each of two with one name counts. */
  get members(): number {
    return this.#members;
  }

  /** @throws CostlyJson as soon as a limit is passed */
  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isDone();)
      at = this.#inString ? this.#skipString(bytes, at) : this.#skipRest(bytes, at);
    this.#offset += bytes.length;
  }

  #isDone(): boolean {
    return this.#end !== undefined && this.#scope === 'value';
  }

  /** Behind the quote that ends the string, or at the end of the bytes. Most of a JSON text is inside strings. */
  #skipString(bytes: Uint8Array, from: number): number {
    let at = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    for (let near = at + NEAR_BYTES; at < bytes.length; at += 1) {
      if (at >= near) {
        const quote = bytes.indexOf(QUOTE, at);
        if (quote > at && bytes[quote - 1] !== BACKSLASH) at = quote; // else it is escaped, or may be
        near = quote < 0 ? bytes.length : quote + NEAR_BYTES; // what was searched once is not searched again
      }
      const byte = bytes[at];
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) return this.#leaveString(at + 1);
    }
    this.#escaped = at > bytes.length;
    return bytes.length;
  }

  #leaveString(next: number): number {
    this.#inString = false;
    return next;
  }

  /** Behind the quote that begins a string, or at the end of the bytes. */
  #skipRest(bytes: Uint8Array, from: number): number {
    let at = from;
    for (; at < bytes.length && !this.#inString && !this.#isDone(); at += 1) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) this.#inString = true;
      else if (byte >= COMMA) this.#structure(byte, this.#offset + at + 1);
    }
    return at;
  }

  #structure(byte: number, next: number): void {
    if (byte === 0x7b || byte === 0x5b) {
      this.#depth += 1;
      this.#count();
    } else if (byte === COMMA) {
      this.#count();
    } else if (byte === COLON) {
      this.#members += 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      this.#depth -= 1;
      if (this.#depth === 0) this.#end ??= next;
    }
  }

  #count(): void {
    const { depth, values } = this.#limits;
    this.#values += 1;
    if (this.#depth > depth) throw new CostlyJson(`JSON is nested deeper than ${depth}`);
    if (this.#values > values) throw new CostlyJson(`JSON has more than ${values} values`);
  }
}
