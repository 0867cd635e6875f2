import { sha256 as portableSha256 } from '@noble/hashes/sha2.js';

/*
 * SHA-256 for every floor. Where the program runs on Node, Node's own is taken: a node of the tree costs half as much, a
 * leaf a quarter. It is asked for at run time and not imported, so that the same file serves a browser.
 */

type Digest = (algorithm: 'sha256', data: Uint8Array, encoding: 'buffer') => Uint8Array;

interface Host {
  readonly process?: { readonly getBuiltinModule?: (name: 'crypto') => { readonly hash?: Digest } | undefined };
}

const native = (globalThis as Host).process?.getBuiltinModule?.('crypto')?.hash;

/** 32 bytes. */
export const sha256: (data: Uint8Array) => Uint8Array =
  native === undefined ? portableSha256 : (data) => native('sha256', data, 'buffer');
