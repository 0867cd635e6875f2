import { toHex } from '../../base/bytes.ts';
import type { Verdict } from '../../base/verdict.ts';
import { parseTlogProof } from '../../checkpoint/proof/tlog-proof.ts';
import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { logIndex, type TreeHead, treeSize } from '../../merkle/types.ts';
import { verifyConsistency } from '../../merkle/verify.ts';
import { type IncludedLogEntry, verifyTrustedLogEntry } from '../rekor-v2.ts';
import { openTrusted, type TrustedHead, type TrustedKey } from '../trusted-keys.ts';
import { VerifiedTree } from '../verified-tree.ts';
import { requireEntry, statusFailure } from './answers.ts';
import { FalseAnswer, NotFound, NotOffered } from './failures.ts';
import { type HttpTiles, httpTiles } from './http-tiles.ts';
import type { Api, ConsistencyProof, EntryReference, FoundIds, LogClient, LogEntry } from './log-client.ts';
import type { Submission, Submitted } from './log-client.ts';
import { type Answer, readJson, readText, type Transport } from './transport.ts';

/** How a log of tiles is trusted, and where what is. */
export interface TileClientOptions {
  readonly api: Exclude<Api, 'rekor-v1'>;
  readonly keys: readonly TrustedKey[];
  readonly ecdsa: EcdsaCheck;
  /** Where the tiles are; undefined for a server that has none and takes entries all the same. */
  readonly tiles: { readonly transport: Transport; readonly prefix: string } | undefined;
  /** Whether the server finds entries by their leaf hash, as a Stele does. */
  readonly findsHashes: boolean;
}

/** A log by its tiles (c2sp.org/tlog-tiles), and by the API of Rekor v2 where entries are submitted. */
export class TileClient implements LogClient {
  readonly api: Api;
  readonly base: string;
  readonly #transport: Transport;
  readonly #options: TileClientOptions;
  readonly #source: HttpTiles | undefined;
  #tree: { readonly head: TrustedHead; readonly tree: VerifiedTree } | undefined;

  constructor(transport: Transport, options: TileClientOptions) {
    const { api, tiles } = options;
    [this.api, this.base, this.#transport, this.#options] = [api, transport.base, transport, options];
    this.#source = tiles && httpTiles(tiles.transport, tiles.prefix);
  }

  async head(): Promise<TrustedHead> {
    const opened = openTrusted(await this.#tiles().checkpoint(), this.#options.keys, this.#options.ecdsa);
    if (opened.holds) return opened;
    throw new FalseAnswer(`${this.base}: the checkpoint does not hold: ${opened.reason}`);
  }

  async endedShards(): Promise<readonly TrustedHead[]> {
    return [];
  }

  async headAt(size: number): Promise<TreeHead> {
    const { tree } = await this.#treeOf(size);
    return { size: treeSize(size), root: await tree.rootAt(treeSize(size)) };
  }

  async extends(old: TrustedHead, head: TrustedHead): Promise<Verdict> {
    const tree = await VerifiedTree.open(this.#tiles(), head.checkpoint);
    this.#tree = { head, tree };
    return tree.extends(old.checkpoint);
  }

  async consistency(from: number, to: number): Promise<ConsistencyProof> {
    const { tree } = await this.#treeOf(to);
    const [old, size] = [treeSize(from), treeSize(to)];
    const hashes = await tree.consistencyProof(old, size);
    const heads = { from: { size: old, root: await tree.rootAt(old) }, to: { size, root: await tree.rootAt(size) } };
    if (verifyConsistency(heads.from, heads.to, hashes)) return { ...heads, hashes };
    throw new Error('a proof that is made from checked tiles holds');
  }

  async entry(reference: EntryReference): Promise<LogEntry> {
    if (reference.by === 'index') return this.#entryAt(reference.index);
    const uuid = reference.id.toLowerCase().slice(-64);
    const entry = await this.#entryAt(await this.#indexOf(uuid));
    if (entry.uuid === uuid) return entry;
    throw new FalseAnswer(`${this.base}: entry ${uuid} was asked for, and ${entry.uuid} came`);
  }

  async submit({ rekorV2 }: Submission): Promise<Submitted> {
    if (rekorV2 === undefined) throw new NotOffered('Rekor v2 does not take entries of this form');
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const ask = { method: 'POST' as const, headers, body: JSON.stringify(rekorV2.request) };
    const answer = await this.#transport.ask('/api/v2/log/entries', ask);
    if (answer.status === 404)
      throw new NotOffered(
        `${answer.url} is not there: the log is served as files, and takes no entries at this address`,
      );
    if (answer.status === 201)
      return { entry: requireEntry(this.#openEntry(answer), rekorV2, this.base), isKnown: false };
    const known = answer.status === 409 ? answer.headers.get('x-log-index') : null;
    if (known === null || !/^\d{1,15}$/.test(known)) throw statusFailure(answer, 'the entry');
    return { entry: requireEntry(await this.#entryAt(Number(known)), rekorV2, this.base), isKnown: true };
  }

  search(): AsyncIterable<FoundIds> {
    throw new NotOffered(
      `${this.base} has no search: tiles and Rekor v2 have none. stele audit and stele watch read all entries`,
    );
  }

  #tiles(): HttpTiles {
    if (this.#source !== undefined) return this.#source;
    throw new NotOffered(`${this.base} takes entries, and its tiles are elsewhere: name their address with --tiles`);
  }

  /** The tree under a head with `size` entries at least: the one that was read last, or a newer one. @throws NotFound */
  async #treeOf(size: number): Promise<{ readonly head: TrustedHead; readonly tree: VerifiedTree }> {
    if (this.#tree === undefined || this.#tree.head.checkpoint.size < size) {
      const head = await this.head();
      this.#tree = { head, tree: await VerifiedTree.open(this.#tiles(), head.checkpoint) };
    }
    if (this.#tree.head.checkpoint.size >= size) return this.#tree;
    throw new NotFound(`${this.base} has ${this.#tree.head.checkpoint.size} entries, and ${size} are needed`);
  }

  async #entryAt(index: number): Promise<LogEntry> {
    const { head, tree } = await this.#treeOf(index + 1);
    const at = logIndex(index);
    const [body, hashes] = [await tree.body(at), await tree.inclusionProof(at)];
    return { logIndex: index, index, uuid: toHex(hashLeaf(body)), body, head, hashes };
  }

  /** @throws NotOffered where nothing but the entries themselves says which is which */
  async #indexOf(uuid: string): Promise<number> {
    if (!this.#options.findsHashes)
      throw new NotOffered(
        `${this.base} finds no entry by its hash: Rekor v2 and tiles have no such look-up. Name its index`,
      );
    const answer = await this.#transport.ask(`/api/v2/log/proof/${uuid}`);
    if (answer.status !== 200) throw statusFailure(answer, `entry ${uuid}`);
    return parseTlogProof(readText(answer)).index;
  }

  #openEntry(answer: Answer): LogEntry {
    const verdict = verifyTrustedLogEntry(readJson(answer), this.#options.keys, this.#options.ecdsa);
    if (verdict.holds) return entryOf(verdict);
    throw new FalseAnswer(`${this.base}: the entry does not hold: ${verdict.reason}`);
  }
}

function entryOf({ body, index, note, checkpoint, hashes }: IncludedLogEntry): LogEntry {
  return { logIndex: index, index, uuid: toHex(hashLeaf(body)), body, head: { note, checkpoint }, hashes };
}
