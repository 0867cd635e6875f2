import { parseGoBase64 } from '../../../base/go-base64.ts';
import { isObject } from '../../../base/json-reader.ts';
import { parseUtf8, toHex } from '../../../base/bytes.ts';
import { readSigner, type Signer } from './signer.ts';

/*
 * Reads the body of an entry for people. Kinds differ in where digests, keys and certificates stand, and agree in how
 * they are written: so the body is walked, and no kind is named here, nor has one that this log would not take to be known.
 */

/** A digest that an entry holds. */
export interface BodyDigest {
  /** Member of the body that it stands under. */
  readonly member: string;
  readonly algorithm: string;
  readonly hex: string;
}

/** A body as far as a page can tell what it says. */
export interface BodyView {
  readonly kind: string;
  readonly version: string;
  readonly digests: readonly BodyDigest[];
  readonly signers: readonly Signer[];
  /** Undefined for a body that is no UTF-8. */
  readonly text: string | undefined;
  /** Undefined for a body that is no JSON object. */
  readonly json: object | undefined;
}

/** Members and elements of a body that are looked at, and how deep. */
const MAX_NODES = 4096;
const MAX_DEPTH = 16;
/** Keys and certificates that are read. */
const MAX_SIGNERS = 16;

/** Reads a body of 65,535 bytes at most, which nothing else has to understand. */
export function viewBody(body: Uint8Array): BodyView {
  const text = parseUtf8(body);
  const json = text === undefined ? undefined : parse(text);
  const found: Found = { digests: [], signers: [], left: MAX_NODES };
  if (json !== undefined) walk(json, 'spec', 0, found);
  const { digests, signers } = found;
  return { kind: textOf(json, 'kind'), version: textOf(json, 'apiVersion'), digests, signers, text, json };
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(json: object | undefined, name: string): string {
  const value: unknown = json !== undefined && Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined;
  return typeof value === 'string' ? value : 'unknown';
}

interface Found {
  readonly digests: BodyDigest[];
  readonly signers: Signer[];
  left: number;
}

function walk(value: unknown, member: string, depth: number, found: Found): void {
  found.left -= 1;
  if (found.left < 0 || depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) walk(item, member, depth + 1, found);
  } else if (isObject(value)) {
    const digest = readDigest(value, member);
    if (digest !== undefined) found.digests.push(digest);
    for (const [name, part] of Object.entries(value)) walk(part, nameOf(name, member), depth + 1, found);
  } else if (typeof value === 'string') {
    readKey(value, member, found);
  }
}

/** `hash` alone says less than what it is the hash of. */
function nameOf(name: string, parent: string): string {
  return name === 'hash' || name === 'rawBytes' || name === 'content' ? parent : name;
}

const HEX = /^(?:[0-9a-f]{2}){16,64}$/i;

/** `{ algorithm, value }` as Rekor v1 has it, in hex, or `{ algorithm, digest }` as Rekor v2 does, in base64. */
function readDigest(value: object, member: string): BodyDigest | undefined {
  const { algorithm, value: hex, digest } = value as { readonly [name: string]: unknown };
  if (typeof algorithm !== 'string') return undefined;
  const name = algorithm.toLowerCase().replace(/^sha2_/, 'sha');
  if (typeof hex === 'string' && HEX.test(hex)) return { member, algorithm: name, hex: hex.toLowerCase() };
  const bytes = typeof digest === 'string' ? parseGoBase64(digest) : undefined;
  return bytes && { member, algorithm: name, hex: toHex(bytes) };
}

const KEY_MEMBERS: ReadonlySet<string> = new Set(['publicKey', 'verifier', 'x509Certificate']);

function readKey(value: string, member: string, { signers }: Found): void {
  if (!KEY_MEMBERS.has(member) || signers.length >= MAX_SIGNERS) return;
  const bytes = parseGoBase64(value);
  const signer = bytes && readSigner(bytes);
  if (signer !== undefined && !signers.some(({ fingerprint }) => fingerprint === signer.fingerprint))
    signers.push(signer);
}
