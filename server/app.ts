import express, { type Express, type Request, type Response } from 'express';
import type { Family } from '../metrics/family.ts';
import type { WitnessKey } from '../web/claims.ts';
import { isAccessFailure } from './access/failures.ts';
import { type Gate, OPEN_GATE } from './access/gate.ts';
import { plainText } from './apis/plain.ts';
import { bindingError, rekorV1 } from './apis/rekor-v1.ts';
import { isBelowV2, NO_PATH_V2, NOT_FOUND_V2, rekorV2 } from './apis/rekor-v2.ts';
import type { Answer } from './http/answer.ts';
import { SenderGone } from './http/body.ts';
import { BodyBudget } from './http/body-budget.ts';
import { ConnectionTurns } from './http/connection-turns.ts';
import { Exchange, type ExchangeOptions } from './http/exchange.ts';
import { Busy } from './http/failures.ts';
import { messageRefusal, refusal } from './http/message-rules.ts';
import type { RequestMeters } from './http/request-meters.ts';
import type { RequestLine } from './http/request-line.ts';
import type { Target } from './http/target.ts';
import { UnsentAnswers } from './http/unsent-answers.ts';
import { isOffered, type OpenApiDocument, offeredDocument } from './operations/document.ts';
import type { OperationId, OperationParts, OperationSettings } from './operations/operation.ts';
import { Pipeline } from './operations/pipeline.ts';
import { Router } from './operations/router.ts';
import type { ConsoleFiles } from './pages/console-files.ts';
import type { PageParts } from './pages/page.ts';
import type { PageFiles } from './pages/page-files.ts';
import { PageRouter } from './pages/routing/page-router.ts';
import { protect, rootOf } from './pages/routing/pages.ts';
import { operations } from './operation-registry.ts';

/** Sizes are bytes. */
export interface AppSettings extends OperationSettings {
  /** Of request bodies that may be in memory at the same time. */
  readonly maxBodiesInFlight: number;
  /** Of small request bodies, beside those. */
  readonly maxSmallBodiesInFlight: number;
  /** Express's `trust proxy`: addresses, blocks, and `loopback`. */
  readonly trustedProxies: readonly string[];
  /** Kinds of entries that are taken, with their versions. */
  readonly kinds: readonly string[];
  readonly algorithms: readonly string[];
  /** In lower case. */
  readonly requestIdHeader: string;
  /** Of answers that wait for their readers. */
  readonly maxUnsentAnswers: number;
  /** Milliseconds in which a reader has to take some of its answer. */
  readonly unsentTimeout: number;
  /** Whether there are pages beside the one at the root and the console; if absent, there are. */
  readonly pages?: boolean;
}

export interface AppParts extends OperationParts {
  readonly settings: AppSettings;
  readonly document: OpenApiDocument;
  readonly consoleFiles: ConsoleFiles;
  /** Reads scripts and styles of the pages; without it pages have none. */
  readonly pageFiles?: () => Promise<PageFiles>;
  /** Reads what is measured of the server, for the page of its operator. */
  readonly figures?: () => Promise<readonly Family[]>;
  /** Witnesses of the log's policy, for pages that check their cosignatures. */
  readonly witnesses?: readonly WitnessKey[];
  /** Says who may do what; without it, everyone may do everything but administer. */
  readonly gate?: Gate;
  /** Counts requests, where anything reads that. */
  readonly meters?: RequestMeters;
  /** For measurements: told of every request once it is over, and the operation that took it. */
  readonly observe?: (line: RequestLine, operation: string) => void;
  readonly report: {
    request(line: RequestLine): void;
    /** Records an error that is no failure of the caller's: a bug, or a broken part. */
    error(thrown: unknown): void;
  };
}

/** The server's answer to every request. Listens to nothing: `main.ts` does, and so does supertest. */
export function createApp(parts: AppParts): Express {
  const app = express();
  for (const habit of ['x-powered-by', 'etag']) app.disable(habit);
  for (const habit of ['case sensitive routing', 'strict routing']) app.enable(habit);
  app.set('query parser', false);
  app.set('trust proxy', [...parts.settings.trustedProxies]);
  const front = new Front(parts);
  return Object.assign(app, { handle: handlerOf(app, front) });
}

/** The class of requests is Express's, which reads what trusted proxies say. They are routed here: it would refuse targets that are no paths. */
function handlerOf({ request: prototype }: Express, front: Front): (request: Request, response: Response) => void {
  return (request, response) => {
    // Those that `listen.ts` makes have their class already, and keep their shape.
    if (Object.getPrototypeOf(request) !== prototype) Object.setPrototypeOf(request, prototype);
    front.take(request, response);
  };
}

/** Takes a request to an operation or a page, or refuses a path that is none. */
class Front {
  readonly #parts: AppParts;
  readonly #exchange: ExchangeOptions;
  readonly #router: Router;
  readonly #pipeline: Pipeline;
  readonly #turns = new ConnectionTurns();
  readonly #pages: PageRouter;
  readonly #gate: Gate;

  constructor(parts: AppParts) {
    const { settings, gate = OPEN_GATE } = parts;
    this.#parts = parts;
    this.#exchange = exchangeOptionsOf(parts);
    this.#router = new Router(operations, settings);
    const budget = new BodyBudget({ all: settings.maxBodiesInFlight, small: settings.maxSmallBodiesInFlight });
    this.#gate = gate;
    this.#pipeline = new Pipeline(parts, budget, gate);
    this.#pages = new PageRouter(pagePartsOf(parts), gate);
  }

  /** Answers a request in its turn on its connection. */
  take(request: Request, response: Response): void {
    this.#turns.take(request.socket, response, () => {
      this.#begin(request, response).catch(() => response.destroy()); // to tell what was thrown has failed as well
    });
  }

  async #begin(request: Request, response: Response): Promise<void> {
    const exchange = new Exchange(request, response, this.#exchange);
    try {
      await this.#answer(exchange, request, response);
    } catch (thrown) {
      await this.#refuseThrown(exchange, thrown);
    }
  }

  #answer(exchange: Exchange, request: Request, response: Response): Promise<void> | void {
    const { target } = exchange;
    const refused = messageRefusal(request, target) ?? withoutPath(request, target, this.#parts.settings);
    if (refused !== undefined) return exchange.send(refused);
    if (exchange.isPreflight) return this.#preflight(exchange, request);
    const selected = this.#router.select(target, request);
    if (selected.is === 'refused') return exchange.send(selected.answer);
    if (selected.is === 'found') return this.#pipeline.serve(exchange, request, selected);
    return this.#page(exchange, request, response, selected.allowed);
  }

  /** Answers a browser that asks whether the page of another site may ask: never for what not everyone may. */
  #preflight(exchange: Exchange, { headers }: Request): Promise<void> | void {
    const method = headers['access-control-request-method'] ?? '';
    const selected = this.#router.select(exchange.target, { method, headers: {} });
    const access =
      selected.is === 'found' ? selected.routed.operation.access : this.#pages.accessOf(exchange.target.cleanPath);
    if (access !== undefined && !this.#gate.isPublic(access)) exchange.keepPrivate();
    return exchange.send({ status: 204 });
  }

  async #page(exchange: Exchange, request: Request, response: Response, allowed: readonly string[]): Promise<void> {
    const { path, cleanPath } = exchange.target;
    const found = this.#pages.find(cleanPath, request.headers.accept);
    const root = rootOf(path);
    if (found === undefined || root === undefined)
      return exchange.send(this.#nothingAt(exchange.target, request, allowed));
    if (found.page.methods !== 'any' && !found.page.methods.includes(request.method)) {
      protect(request, response, found.page.path);
      return exchange.send(this.#nothingAt(exchange.target, request, found.page.methods));
    }
    return this.#pages.serve(exchange, { request, response, root }, found);
  }

  /** A log of v2 alone speaks as genuine Rekor v2 does, also where there is nothing. @param allowed - methods that the path has */
  #nothingAt({ path }: Target, { method }: Request, allowed: readonly string[]): Answer {
    const isV2Alone = !this.#parts.settings.apis.includes('rekor-v1');
    if (isV2Alone && allowed.length > 0) return rekorV2.methodNotAllowed(method, allowed);
    if (isV2Alone || isBelowV2(path)) return NOT_FOUND_V2;
    if (allowed.length === 0) return bindingError(404, `path ${path} was not found`);
    return rekorV1.methodNotAllowed(method, allowed);
  }

  #refuseThrown(exchange: Exchange, thrown: unknown): Promise<void> | void {
    if (thrown instanceof SenderGone) return;
    const refused = thrown instanceof Busy || isAccessFailure(thrown) ? plainText.renderFailure(thrown, '') : undefined;
    if (refused === undefined) this.#parts.report.error(thrown);
    return exchange.refuse(refused ?? exchange.bug, thrown);
  }
}

function exchangeOptionsOf({ settings, now, observe, report, meters }: AppParts): ExchangeOptions {
  const { requestIdHeader, trustedProxies } = settings;
  return {
    requestIdHeader,
    now,
    ended: (line, measured) => {
      report.request(line);
      meters?.ended(measured);
      observe?.(line, measured.operation);
    },
    failed: report.error,
    internalError: rekorV1.internalError,
    unsent: new UnsentAnswers({ bytes: settings.maxUnsentAnswers, timeoutMs: settings.unsentTimeout }),
    // Without trusted proxies their headers are not read.
    remoteOf: (request) => (trustedProxies.length > 0 ? request.ip : request.socket.remoteAddress),
  };
}

/** A target that is no path, which no route can have; undefined for all others. */
function withoutPath({ method }: Request, { path }: Target, { apis }: Pick<AppSettings, 'apis'>): Answer | undefined {
  if (path.startsWith('/')) return undefined;
  if (path === '*' && method !== 'CONNECT') return ofServer(method, apis);
  const isTarget = method === 'CONNECT' || /^[a-z][a-z0-9+.-]*:/i.test(path);
  return isTarget && !apis.includes('rekor-v1') ? NO_PATH_V2 : refusal(400);
}

/** RFC 9110 §9.3.7: `*` names the server as a whole, about which only OPTIONS asks. */
function ofServer(method: string, apis: AppSettings['apis']): Answer {
  if (method === 'OPTIONS') return { status: 200 };
  return apis.includes('rekor-v1') ? bindingError(404, 'path * was not found') : NO_PATH_V2;
}

function pagePartsOf(parts: AppParts): PageParts {
  const { settings, document } = parts;
  const has = (id: OperationId): boolean => isOffered(id, operations, parts);
  return { ...parts, document: offeredDocument(document, has), offer: { ...settings, has } };
}
