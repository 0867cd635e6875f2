import type { Request } from 'express';
import { dropForwarded } from '../access/forwarded-certificate.ts';
import { authorise, type Gate } from '../access/gate.ts';
import { ANONYMOUS_NAME, type Principal, PUBLIC_PRINCIPAL } from '../access/principal.ts';
import type { Answer } from '../http/answer.ts';
import { asAccepted } from '../apis/rekor-v1.ts';
import { addressBlock } from '../http/address-block.ts';
import { type BodyBudget, BodyLease } from '../http/body-budget.ts';
import { hasBody, readBody } from '../http/body.ts';
import type { Exchange } from '../http/exchange.ts';
import { isOverload } from '../http/failure-responses.ts';
import { DeadlineExceeded } from '../http/failures.ts';
import { missing } from '../http/read.ts';
import { RefusalPace } from '../http/refusal-pace.ts';
import { SubmissionLimit } from '../http/submission-limit.ts';
import { SubmissionTrace } from '../tracing/submission-trace.ts';
import { parseQuery } from '../http/target.ts';
import type { AnyOperation, OperationParts, OperationRequest, OperationSettings } from './operation.ts';
import type { Selection } from './router.ts';

type Found = Extract<Selection, { readonly is: 'found' }>;

/**
 * Takes each request through its operation: negotiate, authenticate, authorise, read, handle, render. Every answer leaves
 * through the exchange, which tells the operation, its status and its time once it is over.
 */
export class Pipeline {
  readonly #parts: OperationParts;
  readonly #budget: BodyBudget;
  readonly #gate: Gate;
  readonly #refusals: RefusalPace;
  readonly #submissions: SubmissionLimit;

  constructor(parts: OperationParts, budget: BodyBudget, gate: Gate) {
    this.#parts = parts;
    this.#budget = budget;
    this.#gate = gate;
    this.#refusals = new RefusalPace(parts.now);
    this.#submissions = new SubmissionLimit(parts.now);
  }

  /** @throws what is no failure of the sender's, and Busy where too many answers wait for their readers */
  async serve(exchange: Exchange, http: Request, found: Found): Promise<void> {
    const { id, path, operation } = found.routed;
    const { format, headers } = operation;
    exchange.enter(path, { operation: id, headers, bug: format.internalError });
    if (!this.#gate.isPublic(operation.access)) exchange.keepPrivate();
    const accepted = format.negotiate(http, operation);
    if (typeof accepted !== 'string') return exchange.send(accepted);
    try {
      const sender = this.#find(http, operation);
      const principal = sender instanceof Promise ? await sender : sender; // most are found at once, and wait for no turn
      exchange.from(principal);
      authorise(principal, operation.access);
      using _ = this.#entered(senderOf(exchange, principal), operation);
      const trace = this.#trace(exchange, http, found);
      await exchange.send(await this.#handled(exchange, found, { http, accepted, principal, trace }));
    } catch (error) {
      const answer = format.renderFailure(error, accepted);
      if (answer === undefined) throw error;
      if (isOverload(error)) await this.#refusals.turn();
      await exchange.refuse(answer, error);
    }
  }

  /** Probes and keys are answered whatever credential comes with the question. @throws Unauthenticated, AccessUnavailable */
  #find(http: Request, { access }: AnyOperation): Principal | Promise<Principal> {
    const found = access === 'anyone' ? PUBLIC_PRINCIPAL : this.#gate.authenticate(http);
    dropForwarded(http);
    return found;
  }

  /** Counts a submission for as long as it is worked on. @throws Busy */
  #entered(sender: string, { access }: AnyOperation): Disposable | undefined {
    if (access !== 'submit') return undefined;
    return { [Symbol.dispose]: this.#submissions.enter(sender) };
  }

  /** Submissions are traced, where anything takes traces. */
  #trace(exchange: Exchange, { method, headers }: Request, { routed }: Found): SubmissionTrace | undefined {
    const { tracing, now } = this.#parts;
    if (tracing === undefined || routed.operation.access !== 'submit') return undefined;
    const trace = new SubmissionTrace(tracing, now, { operation: routed.id, method, route: routed.path, headers });
    exchange.trace = trace;
    return trace;
  }

  /** Reads the body and has the request handled. A body counts against the budget until the work on it is over. */
  async #handled(exchange: Exchange, found: Found, known: Known): Promise<Answer> {
    const { operation, isEnabled } = found.routed;
    if (!isEnabled && operation.disabled) return asAccepted(operation.disabled, known.accepted);
    const deadline = operation.format.deadline?.(known.http);
    const lease = operation.body === undefined ? undefined : new BodyLease(this.#budget, exchange.remote);
    let work: Promise<Answer> | undefined;
    try {
      const body = lease === undefined ? NO_BODY : await this.#read(exchange, operation, known.http, lease);
      known.trace?.done('parse');
      this.#count(operation, known.principal, exchange, body);
      work = operation.handle(requestOf(exchange, found, { ...known, body, deadline }), this.#parts);
      return await (deadline === undefined ? work : inTime(work, deadline));
    } finally {
      if (lease !== undefined) releaseAfter(lease, deadline === undefined ? undefined : work);
    }
  }

  /** @throws QuotaExceeded */
  #count({ access }: AnyOperation, principal: Principal, { remote }: Exchange, { length }: Uint8Array): void {
    if (access === 'submit') this.#gate.countRequest?.(principal, addressBlock(remote), length);
  }

  /** @throws RequestTooLarge, BodyTooSlow, Busy, SenderGone, and InvalidRequest where there has to be a body */
  async #read(exchange: Exchange, operation: AnyOperation, http: Request, lease: BodyLease): Promise<Uint8Array> {
    exchange.receive(lease);
    const { format, body: parameter } = operation;
    const most = maxBytesOf(operation, this.#parts.settings);
    const body = hasBody(http) ? await readBody(http, most, lease) : NO_BODY;
    if (body.length === 0 && format.requiresBody && parameter !== undefined) throw missing(parameter, 'body');
    return body;
  }
}

/** Known of a request before its body is read. */
type Known = Pick<OperationRequest, 'http' | 'accepted' | 'principal' | 'trace'>;

const NO_BODY = new Uint8Array();

function requestOf(
  exchange: Exchange,
  { params, rest }: Found,
  known: Known & Pick<OperationRequest, 'body' | 'deadline'>,
): OperationRequest {
  const { path, search, authority } = exchange.target;
  return {
    ...known,
    path: params,
    rest,
    query: parseQuery(search),
    target: path + search,
    authority,
    from: senderOf(exchange, known.principal),
    gone: () => exchange.gone,
  };
}

/** Requests that wait have turns by their sender: a principal is one sender wherever it sends from. */
function senderOf({ remote }: Exchange, { name }: Principal): string {
  return name === ANONYMOUS_NAME ? addressBlock(remote) : name;
}

function maxBytesOf({ api, maxBodyBytes: most }: AnyOperation, settings: OperationSettings): number {
  const { maxRequestBody, maxV2RequestBody } = settings;
  if (api === undefined) return most ?? maxRequestBody;
  return Math.min(most ?? Infinity, api === 'rekor-v1' ? maxRequestBody : maxV2RequestBody);
}

/** The answer, if it comes in time. If the time was over before, a request that cannot be read is refused as such. @throws DeadlineExceeded */
async function inTime(work: Promise<Answer>, deadline: AbortSignal): Promise<Answer> {
  if (deadline.aborted) {
    await work;
    throw new DeadlineExceeded(LATE_MESSAGE);
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  deadline.addEventListener('abort', () => reject(new DeadlineExceeded(LATE_MESSAGE)), { once: true });
  return Promise.race([late, work]);
}

/** Releases a body: at once, or where `work` may go on behind a deadline, when it is over. */
function releaseAfter(lease: BodyLease, work: Promise<unknown> | undefined): void {
  if (work === undefined) lease.release();
  else void Promise.allSettled([work]).then(() => lease.release());
}

/** In the words of Go's context. */
const LATE_MESSAGE = 'context deadline exceeded';
