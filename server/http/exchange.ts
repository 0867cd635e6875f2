import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { type Answer, BUG, type Headers } from './answer.ts';
import { corsHeaders, type CorsRequest, isPreflight } from './cors.ts';
import type { BodyLease } from './body.ts';
import { parseTarget, type Target } from './target.ts';

/** What is said about a request once it is over. */
export interface RequestLine {
  readonly requestId: string;
  readonly method: string;
  /** The route's template, never what was sent; `(none)` if no route took the request. */
  readonly path: string;
  /** 499 if the sender went away before the answer was whole. */
  readonly status: number;
  readonly durationMs: number;
  /** Of the body, as far as it was read. */
  readonly bytesIn: number;
  readonly remote: string;
}

export interface ExchangeOptions {
  /** In lower case. */
  readonly requestIdHeader: string;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly ended: (line: RequestLine) => void;
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

  constructor(request: Request, response: Response, options: ExchangeOptions) {
    this.target = parseTarget(request.url);
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#started = options.now();
    const cors = corsRequestOf(request);
    this.isPreflight = isPreflight(cors);
    this.#headers = corsHeaders(cors);
    this.#remote = options.remoteOf(request) ?? ''; // once the connection is closed nobody knows
    response.locals['exchange'] = this;
    response.on('close', () => options.ended(this.#line()));
  }

  #line(): RequestLine {
    const { requestIdHeader, now } = this.#options;
    const response = this.#response;
    return {
      requestId: requestIdOf(this.#request.headers[requestIdHeader]),
      method: this.#request.method,
      path: this.#template,
      status: response.writableFinished ? response.statusCode : CLIENT_GONE,
      durationMs: now() - this.#started,
      bytesIn: this.#body?.bytes ?? 0,
      remote: this.#remote,
    };
  }

  /** The exchange that the first middleware made for this response. */
  static of(response: Response): Exchange {
    return response.locals['exchange'] as Exchange;
  }

  /** Methods of the routes that have the path, but not the method. */
  get allowed(): readonly string[] {
    return this.#allowed;
  }

  allow(methods: readonly string[]): void {
    this.#allowed = [...new Set([...this.#allowed, ...methods])];
  }

  /** What is answered if a bug shows itself. */
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

  send({ status, headers, body }: Answer): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    const all: Record<string, string | number> = { ...this.#headers, ...headers };
    if (body !== undefined) all['Content-Type'] = body.type;
    if (status !== 204 && status !== 304) all['Content-Length'] = lengthOf(body);
    response.writeHead(status, all);
    if (body === undefined || this.#request.method === 'HEAD') response.end();
    else response.end(body.text, body.ascii === true ? 'latin1' : 'utf8');
  }
}

function lengthOf(body: Answer['body']): number {
  if (body === undefined) return 0;
  return body.ascii === true ? body.text.length : Buffer.byteLength(body.text);
}

function corsRequestOf({ method, headers }: Request): CorsRequest {
  return {
    method,
    origin: headers.origin,
    requestMethod: headers['access-control-request-method'],
    requestHeaders: headers['access-control-request-headers'],
  };
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Taken from the request if it can stand in a log line, else made. */
function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
