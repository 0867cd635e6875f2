import { sha256 as portableSha256 } from '@noble/hashes/sha2.js';
import { toHex } from './bytes.ts';

/*
 * SHA-256 for every layer. Where the program runs on Node, Node's own is taken: a node of the tree costs half as much, a
 * leaf a quarter. It is asked for at run time and not imported, so that the same file serves a browser.
 */

type Digest = (algorithm: 'sha256', data: Uint8Array | string, encoding: 'hex' | 'latin1') => string;

interface Host {
  readonly process?: { readonly getBuiltinModule?: (name: 'crypto') => { readonly hash?: Digest } | undefined };
}

const native = (globalThis as Host).process?.getBuiltinModule?.('crypto')?.hash;

/** 32 bytes. */
export const sha256: (data: Uint8Array) => Uint8Array =
  native === undefined ? portableSha256 : (data) => bytesOf(native('sha256', data, 'latin1'));

/** In hex. */
export const sha256Hex: (data: Uint8Array) => string =
  native === undefined ? (data) => toHex(portableSha256(data)) : (data) => native('sha256', data, 'hex');

/** The first 32 bits of the hash. */
export const sha256Word: (data: Uint8Array) => number =
  native === undefined ? (data) => wordOf(portableSha256(data)) : (data) => wordOf(native('sha256', data, 'latin1'));

function wordOf(bytes: string | Uint8Array): number {
  const at = (i: number): number => (typeof bytes === 'string' ? bytes.charCodeAt(i) : (bytes[i] ?? 0));
  return ((at(0) << 24) | (at(1) << 16) | (at(2) << 8) | at(3)) >>> 0;
}

/** One byte to a character: to be given text and to copy it costs half of what it costs to be given a buffer. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}
