import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** ECMAScript 2026 has these; Node 24 does not. */
interface Modern {
  readonly toHex?: (this: Uint8Array) => string;
  readonly setFromHex?: (this: Uint8Array, text: string) => unknown;
  readonly toBase64?: (this: Uint8Array) => string;
  readonly setFromBase64?: (
    this: Uint8Array,
    text: string,
    options: typeof BASE64_OPTIONS,
  ) => { readonly written: number };
}

const UINT8_ARRAY = Uint8Array.prototype as Modern;
const BASE64_OPTIONS = { lastChunkHandling: 'strict' } as const;

/** In lower case. */
export function toHex(bytes: Uint8Array): string {
  return UINT8_ARRAY.toHex === undefined ? bytesToHex(bytes) : UINT8_ARRAY.toHex.call(bytes);
}

/** Undefined unless `text` is hex of exactly `length` bytes, in either case. */
export function parseHex(text: string, length: number): Uint8Array | undefined {
  if (text.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  if (UINT8_ARRAY.setFromHex === undefined) return hexToBytes(text);
  const bytes = cut(length);
  UINT8_ARRAY.setFromHex.call(bytes, text);
  return bytes;
}

const CHUNK = 8192; // arguments that one call of fromCharCode surely takes

/** RFC 4648 §4, padded. */
export function toBase64(bytes: Uint8Array): string {
  return UINT8_ARRAY.toBase64 === undefined ? toBase64ByBtoa(bytes) : UINT8_ARRAY.toBase64.call(bytes);
}

/** Does the work of `toBase64` where the language has no such method: 30 us for an entry's body instead of 0.2. */
export function toBase64ByBtoa(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/**
 * RFC 4648 §4, padded, no stray bits (§3.5), with ASCII white space wherever it likes. Undefined for all else, and for
 * everything where the language cannot read it.
 */
export function parseSpacedBase64(text: string): Uint8Array | undefined {
  const { setFromBase64 } = UINT8_ARRAY;
  if (setFromBase64 === undefined) return undefined;
  // One byte more than it can take: where room runs out, the rest of the text is not looked at.
  const room = cut(Math.ceil(text.length * 0.75) + 1);
  try {
    return shorten(room, setFromBase64.call(room, text, BASE64_OPTIONS).written);
  } catch {
    shorten(room, 0);
    return undefined;
  }
}

/** RFC 4648 §4, strict: padding required, no other alphabet, no stray bits (§3.5), no white space. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = decodeBase64(text);
  return toBase64(bytes) === text ? bytes : undefined;
}

/** As `parseBase64`, but for stray bits behind the last byte, which are dropped: as Go's decoder has it. */
export function parseStrayBase64(text: string): Uint8Array | undefined {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? decodeBase64(text) : undefined;
}

/** Decodes a text that is known to be base64 already. */
export function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** Negative if `a` comes before `b` byte by byte, positive if after; what is the beginning of the other comes before it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] as number) - (b[at] ?? -1);
}

/** One after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = cut(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for what is no UTF-8. A byte order mark is a character like any other. */
export function parseUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function utf8(text: string): Uint8Array {
  const most = 3 * text.length; // no UTF-16 unit takes more than 3 bytes
  if (most > LONGEST_CUT) return encoder.encode(text);
  const room = cut(most);
  return shorten(room, encoder.encodeInto(text, room).written);
}

const SLAB = 64 * 1024;
const LONGEST_CUT = 16 * 1024;
let slab = new Uint8Array(SLAB);
let used = 0;

/**
 * Bytes that nobody has written to. Short ones are cut from a slab that others have their part of: to make a buffer for
 * each costs four times as much as to fill it.
 */
function cut(length: number): Uint8Array {
  if (length > LONGEST_CUT) return new Uint8Array(length);
  if (used + length > SLAB) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}

/** The beginning of what was cut last; the rest is to be cut again. */
function shorten(room: Uint8Array, length: number): Uint8Array {
  if (room.buffer === slab.buffer) used -= room.length - length;
  return room.subarray(0, length);
}
