import type { Request, Response } from 'express';
import { type Answer, BUG, type Headers } from './answer.ts';
import { corsHeaders, type CorsRequest, isPreflight } from './cors.ts';
import type { BodyLease } from './body-budget.ts';
import { Delivery, lengthOf } from './delivery.ts';
import { pathInLog, reasonOf, requestIdOf, type RequestLine } from './request-line.ts';
import { SenderGone } from './body.ts';
import { parseTarget, type Target } from './target.ts';
import type { UnsentAnswers } from './unsent-answers.ts';

export interface ExchangeOptions {
  /** In lower case. */
  readonly requestIdHeader: string;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly ended: (line: RequestLine) => void;
  /** Told what broke while an answer was on its way. */
  readonly failed: (error: unknown) => void;
  readonly unsent: UnsentAnswers;
  /** The address that a request came from, as far as proxies are to be believed. */
  readonly remoteOf: (request: Request) => string | undefined;
}

const CLIENT_GONE = 499;

/** One request and its answer. Nothing else holds a response, and every answer leaves through `send`. */
export class Exchange {
  readonly target: Target;
  readonly isPreflight: boolean;
  readonly #request: Request;
  readonly #response: Response;
  readonly #options: ExchangeOptions;
  readonly #started: number;
  readonly #remote: string;
  #template = '(none)';
  #headers: Headers;
  #allowed: readonly string[] = [];
  #bug: Answer = BUG;
  #body: BodyLease | undefined;
  readonly #requestId: string;
  readonly #url: string;
  #reason: string | undefined;
  #bytesOut = 0;
  #gone: AbortController | undefined;
  readonly #delivery: Delivery;

  constructor(request: Request, response: Response, options: ExchangeOptions) {
    this.target = parseTarget(request.originalUrl);
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#started = options.now();
    this.#url = request.originalUrl; // as sent: routing cleans `url`
    this.#requestId = requestIdOf(request.headers[options.requestIdHeader]);
    const cors = corsRequestOf(request);
    this.isPreflight = isPreflight(cors);
    this.#headers = { ...corsHeaders(cors), [options.requestIdHeader]: this.#requestId };
    this.#remote = options.remoteOf(request) ?? ''; // once the connection is closed nobody knows
    response.locals['exchange'] = this;
    this.#delivery = new Delivery(response, options.unsent, {
      remote: this.#remote,
      givenUp: (reason) => void (this.#reason = reason),
      failed: options.failed,
    });
    response.on('close', () => {
      if (!this.#delivery.isWhole) this.#gone?.abort(new SenderGone('the sender went away'));
      options.ended(this.#line());
    });
  }

  /** Aborted once the sender goes away before the answer is whole. */
  get gone(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#response.destroyed) this.#gone.abort(new SenderGone('the sender went away'));
    return this.#gone.signal;
  }

  #line(): RequestLine {
    const response = this.#response;
    return {
      requestId: this.#requestId,
      method: this.#request.method,
      path: pathInLog(this.#url),
      route: this.#template,
      status: this.#delivery.isWhole ? response.statusCode : CLIENT_GONE,
      ...(this.#reason !== undefined && { reason: this.#reason }),
      durationMs: Math.round(10 * (this.#options.now() - this.#started)) / 10,
      bytesIn: this.#body?.bytes ?? 0,
      bytesOut: this.#bytesOut,
      remote: this.#remote,
    };
  }

  /** The exchange that the first middleware made for this response. */
  static of(response: Response): Exchange {
    return response.locals['exchange'] as Exchange;
  }

  /** The address of the sender; empty if it went away at once. */
  get remote(): string {
    return this.#remote;
  }

  /** Methods of the routes that have the path, but not the method. */
  get allowed(): readonly string[] {
    return this.#allowed;
  }

  allow(methods: readonly string[]): void {
    this.#allowed = [...new Set([...this.#allowed, ...methods])];
  }

  /** The answer if a bug shows itself. */
  get bug(): Answer {
    return this.#bug;
  }

  /** A route took the request. @param headers - sent with whatever is answered */
  enter(template: string, headers: Headers = {}, bug: Answer = BUG): void {
    this.#template = template;
    this.#bug = bug;
    this.#headers = { ...this.#headers, ...headers };
  }

  /** The request's body is being read. */
  receive(body: BodyLease): void {
    this.#body = body;
  }

  /** @throws Busy if it is long, and too many wait for their readers: a shorter answer can still be sent */
  send(answer: Answer): Promise<void> | void {
    const { status, headers, body } = answer;
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    const length = lengthOf(body);
    const sent = this.#request.method === 'HEAD' ? undefined : body;
    const sending = this.#delivery.send(
      status,
      {
        ...this.#headers,
        ...headers,
        ...(body !== undefined && { 'Content-Type': body.type }),
        ...(status !== 204 && status !== 304 && { 'Content-Length': String(length) }),
      },
      sent,
      length,
    );
    this.#bytesOut = sent === undefined ? 0 : length;
    this.#reason ??= reasonOf(answer);
    return sending;
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
