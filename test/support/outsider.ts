import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { auditLog } from './audit.ts';
import { leafHash, nodeOf, openRekorCheckpoint, readVkey, rootOfLeaves } from './auditor.ts';

/** The part of an answer of Rekor v1 that a client keeps, to hold the log to it. */
interface Receipt {
  readonly id: string;
  readonly logIndex: number;
  readonly body: string;
  readonly integratedTime: number;
  readonly signedEntryTimestamp: string;
  readonly checkpoint: string;
}

/** The tree that a note told of. */
interface Told {
  readonly size: number;
  /** In hex. */
  readonly root: string;
}

interface Keys {
  readonly vkey: string;
  readonly name: string;
  readonly pem: string;
  readonly key: KeyObject;
  /** In hex. */
  readonly logId: string;
}

/**
 * Remembers what a log has answered, under the keys that it had when it was first met, and holds it to that: nothing of the
 * project judges here, so that a mistake of the project cannot confirm itself.
 */
export class Outsider {
  #keys: Keys | undefined;
  readonly #receipts: Receipt[] = [];
  readonly #notes = new Map<string, Told>();

  get acknowledged(): number {
    return this.#receipts.length;
  }

  /** The largest index that was acknowledged; -1 before the first. */
  get last(): number {
    return this.#receipts.reduce((most, { logIndex }) => Math.max(most, logIndex), -1);
  }

  /** Of the log's checkpoints by C2SP. */
  get vkey(): string {
    return this.#met().vkey;
  }

  /** Remembers the keys of the log at this address, once. */
  async meet(base: string): Promise<void> {
    if (this.#keys !== undefined) return;
    const vkey = (await textOf(base, '/vkey')).trim();
    const pem = await textOf(base, '/api/v1/log/publicKey');
    const key = createPublicKey(pem);
    const logId = hash('sha256', key.export({ type: 'spki', format: 'der' }));
    this.#keys = { vkey, name: readVkey(vkey).name, pem, key, logId };
  }

  /** @throws Error for a signed entry timestamp or a checkpoint that does not hold */
  remember(receipt: Receipt): void {
    this.#requireTimestamp(receipt);
    this.rememberNote(receipt.checkpoint);
    this.#receipts.push(receipt);
  }

  #requireTimestamp({ body, integratedTime, logIndex, signedEntryTimestamp }: Receipt): void {
    const { key, logId: logID } = this.#met();
    const signed = Buffer.from(JSON.stringify({ body, integratedTime, logID, logIndex }));
    if (!verify('sha256', signed, key, Buffer.from(signedEntryTimestamp, 'base64')))
      throw new Error(`the signed entry timestamp of entry ${logIndex} does not hold`);
  }

  /** @param leaves - of the log before this entry @throws Error unless its checkpoint, which holds, is over these and it alone */
  requireNext(receipt: Receipt, leaves: readonly Buffer[]): void {
    this.#requireTimestamp(receipt);
    const { body, checkpoint } = receipt;
    const { name, pem } = this.#met();
    const { size, root } = openRekorCheckpoint(checkpoint, name, pem);
    const leaf = leafHash(Buffer.from(body, 'base64'));
    if (size !== leaves.length + 1 || !rootOfLeaves([...leaves, leaf]).equals(root))
      throw new Error(`a fork: entry ${leaves.length} was answered under another tree:\n${checkpoint}`);
  }

  /** @throws Error for a checkpoint whose signature does not hold */
  rememberNote(note: string): void {
    if (this.#notes.has(note)) return;
    const { name, pem } = this.#met();
    const { size, root } = openRekorCheckpoint(note, name, pem);
    this.#notes.set(note, { size, root: root.toString('hex') });
  }

  /**
   * Reads the whole log by its tiles, makes all hashes again, and compares them with every receipt and every note so far.
   *
   * @returns its size @throws Error for an entry that is lost, another or there twice, and for a head that the log does not extend
   */
  async audit(base: string): Promise<number> {
    const { vkey } = this.#met();
    const { checkpoint, bodies, leaves } = await auditLog({ raw: (_, path) => rawAnswer(base, path) }, '', vkey);
    const lost = this.#receipts.find(({ logIndex, body }) => bodies[logIndex]?.toString('base64') !== body);
    if (lost !== undefined)
      throw new Error(`acknowledged and lost: entry ${lost.logIndex} (${lost.id}) in a log of ${checkpoint.size}`);
    const misnamed = this.#receipts.find(({ id, body }) => !id.endsWith(hexLeaf(body)));
    if (misnamed !== undefined) throw new Error(`entry ${misnamed.logIndex} was answered as ${misnamed.id}`);
    if (new Set(leaves.map(String)).size !== leaves.length) throw new Error('an entry is there twice');
    this.#requireExtended(leaves);
    return checkpoint.size;
  }

  #requireExtended(leaves: readonly Buffer[]): void {
    const roots = rootsOf(leaves, new Set([...this.#notes.values()].map(({ size }) => size)));
    for (const [note, { size, root }] of this.#notes)
      if (size > 0 && roots.get(size) !== root)
        throw new Error(`a fork: a log of ${leaves.length} entries does not extend the head that was shown:\n${note}`);
  }

  #met(): Keys {
    if (this.#keys === undefined) throw new Error('the log was not met before');
    return this.#keys;
  }
}

const hexLeaf = (body: string): string => leafHash(Buffer.from(body, 'base64')).toString('hex');

/** Roots of the trees of these sizes over the first leaves, in hex: a row of full subtrees, joined when two are as large. */
function rootsOf(leaves: readonly Buffer[], sizes: ReadonlySet<number>): ReadonlyMap<number, string> {
  const roots = new Map<number, string>();
  const peaks: { readonly leaves: number; readonly root: Buffer }[] = [];
  for (const [index, leaf] of leaves.entries()) {
    let peak = { leaves: 1, root: leaf };
    for (let last = peaks.at(-1); last?.leaves === peak.leaves; last = peaks.at(-1)) {
      peak = { leaves: 2 * peak.leaves, root: nodeOf(last.root, peak.root) };
      peaks.pop();
    }
    peaks.push(peak);
    if (!sizes.has(index + 1)) continue;
    const root = peaks.map((one) => one.root).reduceRight((right, left) => nodeOf(left, right));
    roots.set(index + 1, root.toString('hex'));
  }
  return roots;
}

/** Asks as any client does. */
export async function rawAnswer(base: string, path: string) {
  const response = await fetch(base + path);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: {}, bytes, text: bytes.toString() };
}

async function textOf(base: string, path: string): Promise<string> {
  const { status, text } = await rawAnswer(base, path);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return text;
}
