import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { keyIdOf, vkeyOf } from './witness-math.ts';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const ZERO = Buffer.of(0);
const ONE = Buffer.of(1);

/** The files of a log as c2sp.org/tlog-tiles has them. Nothing here comes from the project. */
export interface TileLog {
  readonly origin: string;
  readonly vkey: string;
  /** A checkpoint over the first `size` of these leaves. */
  note(leaves: readonly Uint8Array[], size?: number): string;
  /** All files of a log of these leaves, by path. */
  files(leaves: readonly Uint8Array[]): Map<string, Uint8Array>;
}

export function newTileLog(origin: string): TileLog {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const id = Buffer.from(keyIdOf(origin, 1, raw), 'hex');
  const note = (leaves: readonly Uint8Array[], size = leaves.length): string =>
    noteOf(origin, leaves.slice(0, size), privateKey, id);
  return { origin, vkey: vkeyOf(origin, 1, raw), note, files: (leaves) => filesOf(leaves, note(leaves)) };
}

function noteOf(origin: string, leaves: readonly Uint8Array[], key: KeyObject, id: Uint8Array): string {
  const text = `${origin}\n${leaves.length}\n${rootOf(leaves).toString('base64')}\n`;
  const signature = Buffer.concat([id, sign(undefined, Buffer.from(text), key)]).toString('base64');
  return `${text}\n\u2014 ${origin} ${signature}\n`;
}

/** RFC 9162 §2.1.1, level by level: a node without a sibling goes up as it is. */
function rootOf(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256();
  let row = leaves.map((leaf) => sha256(ZERO, leaf));
  while (row.length > 1) row = pairs(row, true);
  return row[0] as Buffer;
}

function pairs(row: readonly Buffer[], keepsLast: boolean): Buffer[] {
  const above: Buffer[] = [];
  for (let i = 0; i + 1 < row.length; i += 2) above.push(sha256(ONE, row[i] as Buffer, row[i + 1] as Buffer));
  if (keepsLast && row.length % 2 === 1) above.push(row.at(-1) as Buffer);
  return above;
}

function filesOf(leaves: readonly Uint8Array[], note: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([['checkpoint', Buffer.from(note)]]);
  const put = (row: string, parts: readonly Uint8Array[]): void => {
    for (let index = 0; index * 256 < parts.length; index += 1) {
      const own = parts.slice(index * 256, (index + 1) * 256);
      const partial = own.length === 256 ? '' : `.p/${own.length}`;
      files.set(`tile/${row}/${pathOf(index)}${partial}`, Buffer.concat(own));
    }
  };
  put('entries', leaves.map(framed));
  let row = leaves.map((leaf) => sha256(ZERO, leaf));
  for (let level = 0; row.length > 0; level += 1) {
    put(String(level), row);
    for (let height = 0; height < 8; height += 1) row = pairs(row, false);
  }
  return files;
}

function framed(leaf: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(leaf.length);
  return Buffer.concat([length, leaf]);
}

/** Of tiles below 10^6. */
function pathOf(index: number): string {
  const digits = String(index).padStart(6, '0');
  return index < 1000 ? digits.slice(3) : `x${digits.slice(0, 3)}/${digits.slice(3)}`;
}

/** Leaves that look like entries: JSON, each another. */
export function leavesNamed(name: string, count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(JSON.stringify({ kind: 'test', spec: { name, i } })));
}
