import type { Request, Response } from 'express';
import { Failure } from '../../base/failure.ts';
import type { Answer, Headers } from './answer.ts';
import { corsHeaders, type CorsRequest, isPreflight, withoutOrigins } from './cors.ts';
import type { BodyLease } from './body-budget.ts';
import { Delivery, lengthOf, type Reader } from './delivery.ts';
import { pathInLog, reasonIn, reasonOf, requestIdOf, type RequestLine } from './request-line.ts';
import { type EndedRequest, NO_OPERATION } from './request-meters.ts';
import { SenderGone } from './body.ts';
import { parseTarget, type Target } from './target.ts';
import type { UnsentAnswers } from './unsent-answers.ts';

/** Parts that all exchanges of a server share. */
export interface ExchangeOptions {
  /** In lower case. */
  readonly requestIdHeader: string;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told of every request once it is over, and the operation that took it: the place for metrics. */
  readonly ended: (line: RequestLine, measured: EndedRequest) => void;
  /** Told what broke while an answer was on its way. */
  readonly failed: (error: unknown) => void;
  readonly unsent: UnsentAnswers;
  /** The answer if a bug shows itself where no route has taken the request. */
  readonly internalError: Answer;
  /** The address that a request came from, as far as proxies are to be believed. */
  readonly remoteOf: (request: Request) => string | undefined;
}

/** Traits of a route that every answer to its requests has. */
interface Entered {
  readonly operation?: string;
  /** Sent with whatever is answered. */
  readonly headers?: Headers | undefined;
  /** The answer if a bug shows itself. */
  readonly bug?: Answer;
}

const CLIENT_GONE = 499;

/** One request and its answer. Nothing else holds a response, and every answer leaves through `send`. */
export class Exchange implements Reader {
  readonly target: Target;
  /** Told the status once the request is over. */
  trace: { ended(status: number): void } | undefined;
  readonly isPreflight: boolean;
  /** The address of the sender; empty if it went away at once. */
  readonly remote: string;
  readonly #request: Request;
  readonly #response: Response;
  readonly #options: ExchangeOptions;
  readonly #started: number;
  #template = '(none)';
  #operation = NO_OPERATION;
  #failure: string | undefined;
  #cors: Headers;
  #isPrivate = false;
  #principal: string | undefined;
  #routeHeaders: Headers | undefined;
  #bug: Answer;
  #body: BodyLease | undefined;
  readonly #requestId: string;
  readonly #url: string;
  #reason: string | undefined;
  #bytesOut = 0;
  #gone: AbortController | undefined;
  readonly #delivery: Delivery;

  constructor(request: Request, response: Response, options: ExchangeOptions) {
    this.target = parseTarget(request.url);
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#bug = options.internalError;
    this.#started = options.now();
    this.#url = request.url; // as sent: routing cleans it
    this.#requestId = requestIdOf(request.headers[options.requestIdHeader]);
    const cors = corsRequestOf(request);
    this.isPreflight = isPreflight(cors);
    this.#cors = corsHeaders(cors);
    this.remote = options.remoteOf(request) ?? ''; // once the connection is closed nobody knows
    this.#delivery = new Delivery(response, options.unsent, this);
    response.on('close', () => this.#end());
  }

  #end(): void {
    this.#delivery.end();
    if (!this.#delivery.isWhole) this.#gone?.abort(new SenderGone('the sender went away'));
    const durationMs = this.#options.now() - this.#started;
    const line = this.#line(durationMs);
    const { status } = line;
    this.trace?.ended(status);
    this.#options.ended(line, { operation: this.#operation, status, durationMs, failure: this.#failure });
  }

  /** Aborted once the sender goes away before the answer is whole. */
  get gone(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#response.destroyed) this.#gone.abort(new SenderGone('the sender went away'));
    return this.#gone.signal;
  }

  #line(durationMs: number): RequestLine {
    const response = this.#response;
    return {
      requestId: this.#requestId,
      method: this.#request.method,
      path: pathInLog(this.#url),
      route: this.#template,
      status: this.#delivery.isWhole ? response.statusCode : CLIENT_GONE,
      ...(this.#reason !== undefined && { reason: this.#reason }),
      durationMs: Math.round(10 * durationMs) / 10,
      bytesIn: this.#body?.bytes ?? 0,
      bytesOut: this.#bytesOut,
      remote: this.remote,
      ...(this.#principal !== undefined && { principal: this.#principal }),
    };
  }

  /** The answer if a bug shows itself. */
  get bug(): Answer {
    return this.#bug;
  }

  givenUp(reason: string): void {
    this.#reason = reason;
  }

  failed(error: unknown): void {
    this.#options.failed(error);
  }

  /** A route took the request. @param template - of its path */
  enter(template: string, { operation, headers, bug }: Entered = {}): void {
    this.#template = template;
    this.#operation = operation ?? NO_OPERATION;
    if (bug !== undefined) this.#bug = bug;
    this.#routeHeaders = headers;
  }

  /** Has the answer kept by no cache, and read by no page of another site: not everyone may have it. */
  keepPrivate(): void {
    this.#isPrivate = true;
    this.#cors = withoutOrigins(this.#cors);
  }

  /** Notes who sent the request, for its log line. Everyone is nobody in particular. */
  from({ name }: { readonly name: string }): void {
    if (name !== 'anonymous') this.#principal = name;
  }

  /** The request's body is being read. */
  receive(body: BodyLease): void {
    this.#body = body;
  }

  /** As `send`, for the answer to a failure, or to what is none. */
  refuse(answer: Answer, thrown: unknown): Promise<void> | void {
    if (thrown instanceof Failure) {
      this.#failure = String(thrown.code);
      if (answer.body?.type.startsWith('text/html') === true) this.#reason ??= reasonIn(thrown.message); // a page is no reason
    }
    return this.send(answer);
  }

  /** @throws Busy if it is long, and too many wait for their readers: a shorter answer can still be sent */
  send(answer: Answer): Promise<void> | void {
    const { status, body } = answer;
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    const length = lengthOf(body);
    const sent = this.#request.method === 'HEAD' ? undefined : body;
    const sending = this.#delivery.send(status, this.#headersOf(answer, length), sent, length);
    this.#bytesOut = sent === undefined ? 0 : length;
    this.#reason ??= reasonOf(answer);
    return sending;
  }

  #headersOf({ status, headers, body }: Answer, length: number): Headers {
    const all: Record<string, string> = { ...this.#cors, [this.#options.requestIdHeader]: this.#requestId };
    if (this.#routeHeaders !== undefined) Object.assign(all, this.#routeHeaders);
    if (headers !== undefined) Object.assign(all, headers);
    if (body !== undefined) all['Content-Type'] = body.type;
    if (status !== 204 && status !== 304) all['Content-Length'] = String(length);
    if (this.#isPrivate && all['Cache-Control']?.includes('no-store') !== true) all['Cache-Control'] = 'no-store';
    return all;
  }
}

function corsRequestOf({ method, headers }: Request): CorsRequest {
  return {
    method,
    origin: headers.origin,
    requestMethod: headers['access-control-request-method'],
    requestHeaders: headers['access-control-request-headers'],
  };
}
