import { createPublicKey, hash, verify } from 'node:crypto';

/*
 * Checks of an auditor, written from the specifications on node:crypto alone: nothing of the project is used here, so
 * that a mistake of the project cannot confirm itself.
 */

/** The text of a signed note whose signature has been found good. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Lines behind the root. */
  readonly extensions: readonly string[];
  /** Names and key ids of all signatures, in order. */
  readonly signatures: readonly { readonly name: string; readonly keyId: string }[];
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
const SPKI_OF_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const DASH = '\u2014 ';

/** An Ed25519 verifier key of c2sp.org/signed-note: its name, its whole id, and itself. @throws Error */
export function readVkey(vkey: string) {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim()) ?? [];
  const typed = Buffer.from(encoded, 'base64');
  if (typed.length !== 33 || typed[0] !== 1) throw new Error('not an Ed25519 key');
  const longId = sha256(Buffer.from(`${name}\n`), typed);
  if (longId.toString('hex', 0, 4) !== id) throw new Error('the key id is not that of the key');
  const der = Buffer.concat([SPKI_OF_ED25519, typed.subarray(1)]);
  return { name, longId, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/** Opens a checkpoint of c2sp.org/tlog-checkpoint; the first signature has to be the log's. @throws Error */
export function openCheckpoint(note: string, vkey: string): Checkpoint {
  const { name, longId, key } = readVkey(vkey);
  return openNote(note, `${DASH}${name} `, longId, (text, signature) => verify(undefined, text, key, signature));
}

/** Opens a checkpoint of Rekor v1: ECDSA, the key's id is the hash of its DER. @param pem - `PUBLIC KEY` @throws Error */
export function openRekorCheckpoint(note: string, name: string, pem: string): Checkpoint {
  const key = createPublicKey(pem);
  const id = sha256(key.export({ type: 'spki', format: 'der' }));
  return openNote(note, `${DASH}${name} `, id, (text, signature) => verify('sha256', text, key, signature));
}

function openNote(
  note: string,
  prefix: string,
  id: Buffer,
  holds: (text: Buffer, signature: Buffer) => boolean,
): Checkpoint {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '') throw new Error('not a note');
  const [first = ''] = lines;
  const blob = Buffer.from(first.slice(prefix.length), 'base64');
  if (!first.startsWith(prefix) || !blob.subarray(0, 4).equals(id.subarray(0, 4)))
    throw new Error('the first signature is not by the key of the log');
  if (!holds(Buffer.from(text), blob.subarray(4))) throw new Error('the signature does not hold');
  return { ...readText(text), signatures: lines.map(readSignature) };
}

function readText(text: string): Omit<Checkpoint, 'signatures'> {
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  if (!/^(0|[1-9]\d*)$/.test(size)) throw new Error('no size');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), extensions };
}

function readSignature(line: string): Checkpoint['signatures'][number] {
  const [, name = '', encoded = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
  return { name, keyId: Buffer.from(encoded, 'base64').toString('hex', 0, 4) };
}

/** RFC 9162 §2.1.1. */
export function leafHash(body: Uint8Array): Buffer {
  return sha256(Uint8Array.of(0), body);
}

export function nodeOf(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Uint8Array.of(1), left, right);
}

/** The root that an inclusion path leads to: RFC 9162 §2.1.3.2. Undefined if the path is too short or too long. */
export function rootOfPath(leaf: Buffer, index: number, size: number, path: readonly Uint8Array[]): Buffer | undefined {
  let [at, last, root] = [BigInt(index), BigInt(size) - 1n, leaf];
  if (at > last) return undefined;
  for (const sibling of path) {
    if (last === 0n) return undefined;
    if (at % 2n === 1n || at === last) {
      root = nodeOf(sibling, root);
      while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n];
    } else root = nodeOf(root, sibling);
    [at, last] = [at / 2n, last / 2n];
  }
  return last === 0n ? root : undefined;
}

/** The bodies in an entry bundle of c2sp.org/tlog-tiles. @throws Error unless they fill it */
export function readBundle(bundle: Buffer): readonly Buffer[] {
  const bodies: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) throw new Error('the bundle ends inside an entry');
    bodies.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return bodies;
}

/** MTH of RFC 9162 §2.1.1, built level by level. */
export function rootOfLeaves(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  let row = leaves;
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const [left, right] = [row[i] as Buffer, row[i + 1]];
      above.push(right === undefined ? left : nodeOf(left, right));
    }
    row = above;
  }
  return row[0] as Buffer;
}
