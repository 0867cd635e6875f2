import { equalBytes, toHex } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { logIndex, type Proof, type TreeHead, treeSize } from '../../merkle/types.ts';
import { earlierRoot, prefixRoot, verifyConsistency } from '../../merkle/verify.ts';
import { AnswerReader, hexHash } from '../answer-reader.ts';
import { type IncludedRekorEntry, verifyTrustedRekorEntry } from '../rekor-v1.ts';
import { openTrusted, type TrustedHead, type TrustedKey } from '../trusted-keys.ts';
import { requireEntry, statusFailure } from './answers.ts';
import { FalseAnswer, NoLog, NotFound, NotOffered } from './failures.ts';
import type { ConsistencyProof, EntryReference, FoundIds, LogClient, LogEntry } from './log-client.ts';
import type { SearchQuery, Submission, Submitted } from './log-client.ts';
import { type Answer, type Ask, readJson, type Transport } from './transport.ts';

/** How a log of Rekor v1 is trusted, and what is known of it. */
export interface RekorV1Options {
  readonly keys: readonly TrustedKey[];
  readonly ecdsa: EcdsaCheck;
  /** Ids on a page of a search, where the server is a Stele: genuine Rekor gives all at once. */
  readonly searchPage?: number;
}

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };
const ENTRY_ID = /^(?:[0-9a-f]{16})?[0-9a-f]{64}$/;

/** A log by the API of Rekor v1. */
export class RekorV1Client implements LogClient {
  readonly api = 'rekor-v1';
  readonly base: string;
  readonly #transport: Transport;
  readonly #options: RekorV1Options;

  constructor(transport: Transport, options: RekorV1Options) {
    [this.#transport, this.base, this.#options] = [transport, transport.base, options];
  }

  async head(): Promise<TrustedHead> {
    return this.#openHead(new AnswerReader(await this.#info()), 'the head');
  }

  async endedShards(): Promise<readonly TrustedHead[]> {
    return this.#ended(await this.#info());
  }

  async headAt(size: number): Promise<TreeHead> {
    const info = await this.#info();
    const { checkpoint } = this.#openHead(new AnswerReader(info), 'the head');
    return this.#headAt(size, checkpoint, () => this.#sizeOfEnded(info));
  }

  async extends({ checkpoint: old }: TrustedHead, { checkpoint: head }: TrustedHead): Promise<Verdict> {
    if (old.origin !== head.origin) return fails(`${old.origin} and ${head.origin} are different logs`);
    if (old.size > head.size) return fails(`the log has ${head.size} entries, and had ${old.size} before`);
    if (old.size === 0) return HOLDS;
    const hashes = old.size === head.size ? [] : await this.#proof(old.size, head.size, head.origin);
    return verifyConsistency(old, head, hashes)
      ? HOLDS
      : fails(`nothing shows that the log of ${head.size} entries begins with the ${old.size} that it had before`);
  }

  async consistency(from: number, to: number): Promise<ConsistencyProof> {
    const info = await this.#info();
    const { checkpoint } = this.#openHead(new AnswerReader(info), 'the head');
    const offset = (): number => this.#sizeOfEnded(info);
    const head = await this.#headAt(to, checkpoint, offset);
    const hashes = await this.#proof(from, to, checkpoint.origin);
    const root = earlierRoot(treeSize(from), head, hashes);
    const old = root === undefined ? await this.#headAt(from, checkpoint, offset) : { size: treeSize(from), root };
    if (verifyConsistency(old, head, hashes)) return { from: old, to: head, hashes };
    throw new FalseAnswer(`${this.base}: the consistency proof from ${from} to ${to} does not hold`);
  }

  async entry(reference: EntryReference): Promise<LogEntry> {
    if (reference.by === 'index') {
      const answer = await this.#get(`/api/v1/log/entries?logIndex=${reference.index}`, `entry ${reference.index}`);
      const entry = this.#openEntry(readJson(answer));
      if (entry.logIndex === reference.index) return entry;
      throw new FalseAnswer(`${this.base}: entry ${reference.index} was asked for, and ${entry.logIndex} came`);
    }
    const id = reference.id.toLowerCase();
    const entry = this.#openEntry(readJson(await this.#get(`/api/v1/log/entries/${id}`, `entry ${id}`)));
    if (entry.promise?.entryId.endsWith(id) === true) return entry;
    throw new FalseAnswer(`${this.base}: entry ${id} was asked for, and ${entry.uuid} came`);
  }

  async submit({ rekorV1 }: Submission): Promise<Submitted> {
    if (rekorV1 === undefined) throw new NotOffered('Rekor v1 does not take entries of this form');
    const answer = await this.#post('/api/v1/log/entries', rekorV1.request);
    if (answer.status === 201)
      return { entry: requireEntry(this.#openEntry(readJson(answer)), rekorV1, this.base), isKnown: false };
    const known = answer.status === 409 ? answer.headers.get('location')?.split('/').at(-1) : undefined;
    if (known === undefined || !ENTRY_ID.test(known)) throw statusFailure(answer, 'the entry');
    return { entry: requireEntry(await this.entry({ by: 'id', id: known }), rekorV1, this.base), isKnown: true };
  }

  async *search(query: SearchQuery): AsyncGenerator<FoundIds> {
    const { searchPage } = this.#options;
    let page = searchPage === undefined ? '' : `?limit=${searchPage}`;
    for (;;) {
      const answer = await this.#post(`/api/v1/index/retrieve${page}`, query);
      if (answer.status !== 200) throw statusFailure(answer, 'a search');
      const [completeTo, next] = ['x-stele-complete-to', 'x-stele-next-after'].map((name) => numberIn(answer, name));
      yield { ids: readIds(answer), completeTo };
      if (searchPage === undefined || next === undefined) return;
      page = `?limit=${searchPage}&after=${next}`;
    }
  }

  async #info(): Promise<object> {
    const answer = await this.#get('/api/v1/log', 'the head of the log');
    const value = readJson(answer);
    if (typeof value === 'object' && value !== null) return value;
    throw new NoLog(`${answer.url} answers with JSON that is no object`);
  }

  /** @param origin - of the shard; its tree id is behind the last blank */
  async #proof(from: number, to: number, origin: string): Promise<Proof> {
    const tree = origin.slice(origin.lastIndexOf(' ') + 1);
    const path = `/api/v1/log/proof?firstSize=${from}&lastSize=${to}&treeID=${tree}`;
    const answer = await this.#get(path, 'a consistency proof');
    return new AnswerReader(readJson(answer)).hashes('hashes', hexHash);
  }

  async #get(path: string, thing: string): Promise<Answer> {
    const answer = await this.#transport.ask(path, { headers: { accept: 'application/json' } });
    if (answer.status === 200) return answer;
    throw statusFailure(answer, thing);
  }

  #post(path: string, body: object): Promise<Answer> {
    const ask: Ask = { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) };
    return this.#transport.ask(path, ask);
  }

  /** The members beside the signed head have to say what it says. @throws FalseAnswer */
  #openHead(shard: AnswerReader, name: string): TrustedHead {
    const note = shard.text('signedTreeHead');
    const opened = openTrusted(note, this.#options.keys, this.#options.ecdsa);
    if (!opened.holds) throw new FalseAnswer(`${this.base}: ${name} does not hold: ${opened.reason}`);
    const { origin, size, root } = opened.checkpoint;
    const isSame = size === shard.count('treeSize') && equalBytes(root, shard.hash('rootHash', hexHash));
    if (!isSame || !origin.endsWith(` - ${shard.text('treeID')}`))
      throw new FalseAnswer(`${this.base}: ${name} is signed for another tree than the answer says`);
    return opened;
  }

  #ended(info: object): readonly TrustedHead[] {
    return endedIn(info).map((shard, i) => this.#openHead(shard, `the head of ended shard ${i}`));
  }

  /** Entries of the shards before the one that grows. */
  #sizeOfEnded(info: object): number {
    return this.#ended(info).reduce((sum, { checkpoint }) => sum + checkpoint.size, 0);
  }

  /** A root that no head says is found from the entry that was the last one then, and its proof under a signed head. */
  async #headAt(size: number, head: TreeHead, offset: () => number): Promise<TreeHead> {
    if (size === head.size) return head;
    if (size > head.size)
      throw new NotFound(`${this.base} has ${head.size} entries, and a tree of ${size} was asked for`);
    const entry = await this.entry({ by: 'index', index: offset() + size - 1 });
    const under = entry.head.checkpoint.size;
    const root = prefixRoot(under, logIndex(entry.index), hashLeaf(entry.body), entry.hashes);
    if (root === undefined || entry.index !== size - 1)
      throw new FalseAnswer(
        `${this.base}: entry ${entry.logIndex} stands at ${entry.index} of its tree, not at ${size - 1}`,
      );
    return { size: treeSize(size), root };
  }

  /** @throws FalseAnswer unless there is one entry, and all about it holds */
  #openEntry(answer: unknown): LogEntry {
    const found = typeof answer === 'object' && answer !== null ? Object.entries(answer) : [];
    const [[id, value] = ['', undefined]] = found as readonly (readonly [string, unknown])[];
    if (found.length !== 1) throw new FalseAnswer(`${this.base}: one entry was asked for, and ${found.length} came`);
    const verdict = verifyTrustedRekorEntry(id, value, this.#options.keys, this.#options.ecdsa);
    if (!verdict.holds) throw new FalseAnswer(`${this.base}: the entry does not hold: ${verdict.reason}`);
    return entryOf(id, verdict);
  }
}

function entryOf(id: string, verdict: IncludedRekorEntry): LogEntry {
  const { body, index, virtualIndex, note, checkpoint, hashes } = verdict;
  const { integratedTime, logId, signedEntryTimestamp } = verdict;
  return {
    logIndex: virtualIndex,
    index,
    uuid: toHex(hashLeaf(body)),
    body,
    head: { note, checkpoint },
    hashes,
    promise: { entryId: id, integratedTime, logId, signedEntryTimestamp },
  };
}

/** `null` on genuine Rekor where there are none. */
function endedIn(info: object): readonly AnswerReader[] {
  const { inactiveShards } = info as { readonly inactiveShards?: unknown };
  if (!Array.isArray(inactiveShards)) return [];
  return inactiveShards.map((shard: unknown, i) => new AnswerReader(shard, `inactiveShards.${i}`));
}

/** @throws FalseAnswer */
function readIds(answer: Answer): readonly string[] {
  const ids = readJson(answer);
  if (Array.isArray(ids) && ids.every((id): id is string => typeof id === 'string' && ENTRY_ID.test(id))) return ids;
  throw new FalseAnswer(`${answer.url} answers with something that is no list of entry ids`);
}

function numberIn({ headers }: Answer, name: string): number | undefined {
  const text = headers.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
