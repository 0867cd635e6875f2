import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

export const toHex = bytesToHex;

/** Undefined unless `text` is hex of exactly `length` bytes, in either case. */
export function parseHex(text: string, length: number): Uint8Array | undefined {
  return text.length === 2 * length && /^[0-9a-fA-F]*$/.test(text) ? hexToBytes(text) : undefined;
}

const CHUNK = 8192; // arguments that one call of fromCharCode surely takes

/** ECMAScript 2026 has it; Node 24 does not. `btoa` takes 30 us for an entry's body, this takes 0.2. */
const native = (Uint8Array.prototype as { readonly toBase64?: (this: Uint8Array) => string }).toBase64;

/** RFC 4648 §4, padded. */
export function toBase64(bytes: Uint8Array): string {
  return native === undefined ? toBase64ByBtoa(bytes) : native.call(bytes);
}

/** What `toBase64` does where the language has no such method. */
export function toBase64ByBtoa(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** RFC 4648 §4, strict: padding required, no other alphabet, no stray bits (§3.5), no white space. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = decodeBase64(text);
  return toBase64(bytes) === text ? bytes : undefined;
}

/** What is known to be base64 already. */
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
  return encoder.encode(text);
}
