import { hash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MessagePort } from 'node:worker_threads';
import { Failure } from '../../base/failure.ts';
import { toHex } from '../../base/bytes.ts';
import type { JsonLimits } from '../../base/json-meter.ts';
import { readJson } from '../../base/json-reader.ts';
import { type AdmissionRules, admitAll, checkBudget, type ClaimCheck } from '../../entries/admission.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import { InvalidEntry, MalformedProposal } from '../../entries/failures.ts';
import { factsOf } from '../../entries/facts/facts.ts';
import { kinds, v2Kinds } from '../../entries/kinds/index.ts';
import { type Certificate, readCertificate } from '../../entries/pki/certificate.ts';
import { CostlyKey } from '../../entries/pki/failures.ts';
import { canonicalKeyOf, isCostlyFormat } from '../../entries/pki/search-formats.ts';
import { KindRegistry } from '../../entries/registry.ts';
import { checkClaims } from '../../entries/signatures/check.ts';
import { CheckBudget } from '../../entries/signatures/cost.ts';
import { readCreateEntryRequest, type V2Proposal } from '../../entries/v2-request.ts';
import { chooseVerifier } from '../../entries/signatures/verifiers/choose.ts';
import type { SearchQuestion } from '../../log/types.ts';
import { InvalidRequest } from '../http/failures.ts';
import { missing } from '../http/read.ts';
import { isBlank } from '../http/bodies/member.ts';
import { type LogQuery, readLogQuery } from '../http/bodies/log-query.ts';
import { type PublicKeyQuery, questionOf, readSearchIndex } from '../http/bodies/search-index.ts';
import {
  type AdmissionSettings,
  type Batch,
  Deferred,
  type LaneName,
  type Outcome,
  packReply,
  type Reply,
  type Task,
  toOutcome,
} from './messages.ts';

const registry = new KindRegistry(kinds);
const v2Registry = new KindRegistry(v2Kinds);

/** How requests of one API are read and answered, and which kinds it has. */
interface CreateTask {
  readonly registry: KindRegistry;
  readonly read: (body: Uint8Array) => unknown;
  readonly answer: (entry: AdmittedEntry | Error | undefined, request: unknown) => Outcome;
}

/** Signature checks of a request on the quick lane, as a multiple of one on P-256: 3 ms. */
const QUICK_CHECK_COST = 30;

function quickBudget(): CheckBudget {
  return new CheckBudget(QUICK_CHECK_COST, () => new Deferred('too costly for the quick lane'));
}

/** Runs a batch on an admission thread: each outcome stands where its request stood. */
export function createTasks(
  settings: AdmissionSettings,
  lane: LaneName = 'costly',
): (batch: Batch) => Promise<readonly Outcome[]> {
  const { json, maxRetrieve, rules } = { ...settings, rules: rulesOf(settings) };
  const verifier = chooseVerifier(settings.verifier);
  const check: ClaimCheck = (claims) => checkClaims(claims, verifier);
  const budget = lane === 'quick' ? quickBudget : checkBudget;

  /** All proposals of a batch at once, so that their signatures are checked together. */
  function create(bodies: readonly Uint8Array[], task: CreateTask): readonly Outcome[] {
    const read = bodies.map((body) => attempt(() => task.read(body)));
    const proposals = read.flatMap((outcome) => (outcome.is === 'value' ? [outcome.value] : []));
    const admitted = admitAll(proposals, 'create', rules, task.registry, check, budget).values();
    return read.map((outcome) =>
      outcome.is === 'value' ? task.answer(admitted.next().value, outcome.value) : outcome,
    );
  }

  const createTasksOf: Readonly<Record<'create' | 'createV2', CreateTask>> = {
    create: { registry, read: (body) => readProposed(body, json), answer: toAnswer },
    createV2: { registry: v2Registry, read: (body) => readCreateEntryRequest(body, rules), answer: toV2Answer },
  };

  function logQuery(body: Uint8Array): LogQuery {
    const { entries, ...query } = readLogQuery(body, { maxRetrieve, json });
    const found = admitAll(entries, 'lookup', rules, registry, check, budget);
    return { ...query, leaves: found.map((entry, i) => toHex(orThrow(entry, i).leafHash)) };
  }

  return async ({ tasks, lengths, bytes }) => {
    const bodies = cut(bytes, lengths);
    const of = (task: Task): readonly Uint8Array[] => bodies.filter((_, i) => tasks[i] === task);
    const created = {
      create: create(of('create'), createTasksOf.create).values(),
      createV2: create(of('createV2'), createTasksOf.createV2).values(),
    };
    const outcomes: Outcome[] = [];
    for (const [i, body] of bodies.entries()) {
      const task = tasks[i];
      if (task === 'create' || task === 'createV2') outcomes.push(created[task].next().value ?? toOutcome('no answer'));
      else if (task === 'logQuery') outcomes.push(attempt(() => logQuery(body)));
      else
        outcomes.push(
          await searchQuestion(body, json, lane).then((value) => ({ is: 'value', value }) as const, toOutcome),
        );
    }
    return outcomes;
  };
}

function rulesOf({ rules, policy }: AdmissionSettings): AdmissionRules {
  if (policy === undefined) return rules;
  const read = (list: readonly Uint8Array[]): readonly Certificate[] =>
    list.map((der) => readCertificate(der, 'go1.27'));
  const trusted = { roots: read(policy.roots), intermediates: read(policy.intermediates) };
  return { ...rules, factsOf: (entry) => JSON.stringify(factsOf(entry, trusted)) };
}

/** @throws InvalidRequest, Deferred */
async function searchQuestion(body: Uint8Array, json: JsonLimits, lane: LaneName): Promise<SearchQuestion> {
  const index = readSearchIndex(body, json);
  if (lane === 'quick' && index.publicKey && isCostlyFormat(index.publicKey.format))
    throw new Deferred('a costly format');
  return questionOf(index, index.publicKey && (await keyHash(index.publicKey)));
}

/** @throws InvalidRequest, MalformedJson */
function readProposed(body: Uint8Array, json: JsonLimits): unknown {
  if (isBlank(body)) throw missing('proposedEntry', 'body');
  return readJson(body, 'ignore', json);
}

function cut(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}

function attempt(work: () => unknown): Outcome {
  try {
    return { is: 'value', value: work() };
  } catch (error) {
    return toOutcome(error);
  }
}

/** Rekor v2 says which kind of request it was, and no more; the rest is said here too. */
function toV2Answer(entry: AdmittedEntry | Error | undefined, request: unknown): Outcome {
  const { kind } = request as V2Proposal;
  return toAnswer(
    entry instanceof InvalidEntry ? new InvalidEntry(`invalid ${kind} request: ${entry.message}`) : entry,
  );
}

function toAnswer(entry: AdmittedEntry | Error | undefined): Outcome {
  return entry === undefined || entry instanceof Error ? toOutcome(entry) : { is: 'value', value: entry };
}

function orThrow(entry: AdmittedEntry | Error, i: number): AdmittedEntry {
  if (entry instanceof MalformedProposal) throw entry.at(`entries.${i}`);
  if (entry instanceof Error) throw entry;
  return entry;
}

/** Rekor's index knows a key by the SHA-256 of its canonical bytes, bare. @throws InvalidRequest */
async function keyHash({ format, content }: PublicKeyQuery): Promise<string> {
  try {
    return hash('sha256', await canonicalKeyOf(format, content), 'hex');
  } catch (error) {
    if (error instanceof CostlyKey) throw new InvalidRequest(`publicKey.content: ${error.message}`, 400);
    if (error instanceof Failure) throw new InvalidRequest('public key provided could not be parsed', 400);
    throw error;
  }
}

/** Bytes of a batch whose garbage is worth 10 ms. */
const LARGE_BYTES = 2 ** 20;

/** The reply to no batch: the thread has started. */
const READY_REPLY: Reply = { id: 0, outcomes: [], admitted: new Uint8Array() };

/**
 * Answers every batch that arrives at `port` with a reply of its number, after one that says it has begun. Batches are not held back while one of them
 * yields, so replies may leave in another order than their batches came in.
 */
export function answerBatches(port: MessagePort, perform: (batch: Batch) => Promise<readonly Outcome[]>): void {
  const answer = async (batch: Batch): Promise<void> => {
    const reply = packReply(batch, await perform(batch));
    port.postMessage(reply, [reply.admitted.buffer]);
    if (batch.bytes.length > LARGE_BYTES) collectGarbage();
  };
  port.on('message', (batch: Batch) => void answer(batch));
  port.postMessage(READY_REPLY);
}

/**
 * Collects this thread's garbage at once. V8 would wait until there are some hundred megabytes of what large bodies leave
 * behind: strings and buffers of their own size, several of each.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  collect ??= runInNewContext('gc') as () => void;
  collect();
}

let collect: (() => void) | undefined;
