import { createHash, createPublicKey, verify } from 'node:crypto';

/*
 * Notes, keys and consistency proofs once more, for the witness that tests compare the project with. Nothing here comes
 * from the project: bytes are Buffers, numbers are bigints, hashes are hex.
 */

/** A key as policies and vkeys have it. */
export interface NamedKey {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  /** 1 for logs, 4 for witnesses. */
  readonly type: number;
  /** 32 bytes. */
  readonly raw: Buffer;
}

/** A line below a note. */
export interface NoteLine {
  readonly name: string;
  readonly id: string;
  readonly signature: Buffer;
}

export interface TreeState {
  readonly size: bigint;
  /** In hex. */
  readonly root: string;
}

export interface ReadNote extends TreeState {
  readonly text: string;
  readonly origin: string;
  readonly lines: readonly NoteLine[];
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export function keyIdOf(name: string, type: number, raw: Uint8Array): string {
  return sha256(Buffer.from(`${name}\n`), Buffer.from([type]), raw)
    .subarray(0, 4)
    .toString('hex');
}

export function vkeyOf(name: string, type: number, raw: Uint8Array): string {
  return `${name}+${keyIdOf(name, type, raw)}+${Buffer.concat([Buffer.from([type]), raw]).toString('base64')}`;
}

/** @throws Error for what is no vkey of an Ed25519 key */
export function readVkey(vkey: string): NamedKey {
  const [name = '', id = '', ...rest] = vkey.trim().split('+');
  const [type = 0, ...raw] = Buffer.from(rest.join('+'), 'base64');
  if (raw.length !== 32 || id !== keyIdOf(name, type, Buffer.from(raw))) throw new Error(`no vkey: ${vkey}`);
  return { name, id, type, raw: Buffer.from(raw) };
}

/** @throws Error for what is no checkpoint in a note */
export function readNote(note: string): ReadNote {
  const gap = note.lastIndexOf('\n\n');
  const text = note.slice(0, gap + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (gap < 0 || !note.endsWith('\n') || !/^\d+$/.test(size)) throw new Error(`no checkpoint: ${note}`);
  const lines = note
    .slice(gap + 2, -1)
    .split('\n')
    .map(readLine);
  return { text, origin, size: BigInt(size), root: Buffer.from(root, 'base64').toString('hex'), lines };
}

function readLine(line: string): NoteLine {
  const [dash, name = '', encoded = ''] = line.split(' ');
  const bytes = Buffer.from(encoded, 'base64');
  if (dash !== '\u2014' || bytes.length < 5) throw new Error(`no signature line: ${line}`);
  return { name, id: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
}

const isBy = (line: NoteLine, { name, id }: NamedKey): boolean => line.name === name && line.id === id;

/** Whether the log with this vkey has signed the text. */
export function isSigned({ text, lines }: Pick<ReadNote, 'text' | 'lines'>, vkey: string): boolean {
  const key = readVkey(vkey);
  return lines.some((line) => isBy(line, key) && ed25519(key.raw, Buffer.from(text), line.signature));
}

/** When the witness with this vkey says it cosigned, in seconds; undefined if it did not, or not this text. */
export function cosignedAt({ text, lines }: Pick<ReadNote, 'text' | 'lines'>, vkey: string): number | undefined {
  const key = readVkey(vkey);
  const line = lines.find((one) => isBy(one, key));
  if (line?.signature.length !== 72) return undefined;
  const time = line.signature.readBigUInt64BE();
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  return ed25519(key.raw, message, line.signature.subarray(8)) ? Number(time) : undefined;
}

function ed25519(raw: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  return verify(undefined, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
}

/** Whether `proof` is PROOF(old, D[0:next]): RFC 9162 §2.1.4.1, read from its end, where the largest subtree stands. */
export function isConsistent(old: TreeState, next: TreeState, proof: readonly string[]): boolean {
  const rest = [...proof];
  const roots = (m: bigint, n: bigint, whole: boolean): readonly [string, string] => {
    if (m === n) {
      const root = whole ? old.root : (rest.pop() ?? '');
      return [root, root];
    }
    const sibling = rest.pop() ?? '';
    const k = largestPowerBelow(n);
    if (m <= k) {
      const [before, after] = roots(m, k, whole);
      return [before, node(after, sibling)];
    }
    const [before, after] = roots(m - k, n - k, false);
    return [node(sibling, before), node(sibling, after)];
  };
  if (old.size === 0n || old.size > next.size) return false;
  const [before, after] = roots(old.size, next.size, true);
  return rest.length === 0 && before === old.root && after === next.root;
}

/** Whether `proof` is PATH(index, D[0:tree]) of a leaf's bytes: RFC 9162 §2.1.3.1. */
export function isIncluded(leaf: Uint8Array, index: bigint, tree: TreeState, proof: readonly string[]): boolean {
  const rest = [...proof];
  const root = (m: bigint, n: bigint): string => {
    if (n === 1n) return sha256(Buffer.from([0]), leaf).toString('hex');
    const sibling = rest.pop() ?? '';
    const k = largestPowerBelow(n);
    return m < k ? node(root(m, k), sibling) : node(sibling, root(m - k, n - k));
  };
  return index < tree.size && root(index, tree.size) === tree.root && rest.length === 0;
}

function largestPowerBelow(n: bigint): bigint {
  let k = 1n;
  while (2n * k < n) k *= 2n;
  return k;
}

const node = (left: string, right: string): string =>
  sha256(Buffer.from([1]), Buffer.from(left, 'hex'), Buffer.from(right, 'hex')).toString('hex');
