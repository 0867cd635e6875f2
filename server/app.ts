import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { LogShards } from '../log/shards.ts';
import type { OwnWitness } from '../witness/own-witness.ts';
import type { Admission } from './admission/contract.ts';
import { type Answer, bindingError } from './http/answer.ts';
import { SenderGone } from './http/body.ts';
import { ConnectionTurns } from './http/connection-turns.ts';
import { plain } from './apis/plain.ts';
import { rekorV1 } from './apis/rekor-v1.ts';
import { isBelowV2, NO_PATH_V2, NOT_FOUND_V2, rekorV2 } from './apis/rekor-v2.ts';
import { messageRefusal, refusal } from './http/message-rules.ts';
import { Exchange } from './http/exchange.ts';
import { Busy } from './http/failures.ts';
import type { RequestLine } from './http/request-line.ts';
import type { Target } from './http/target.ts';
import type { Handlers, OperationId } from './http/operation.ts';
import { type MountSettings, mountOperations } from './operations/mount.ts';
import type { ConsoleFiles } from './pages/console-files.ts';
import { isOffered, offeredDocument } from './operations/offered.ts';
import { type OpenApiDocument, mountPages, type PageParts } from './pages/mount.ts';
import { type DuplicateAnswer, entryRoutes } from './routes/v1/entries.ts';
import { logRoutes } from './routes/v1/log.ts';
import { retrieveRoutes } from './routes/v1/retrieve.ts';
import { searchRoutes } from './routes/v1/search.ts';
import { headRoutes } from './routes/heads.ts';
import { identityRoutes } from './routes/identity.ts';
import type { Health } from '../host/health.ts';
import { serviceRoutes } from './routes/service.ts';
import { tileRoutes } from './routes/tiles.ts';
import { v2EntryRoutes } from './routes/v2/entries.ts';
import { witnessRoutes } from './routes/witness.ts';
import { UnsentAnswers } from './http/unsent-answers.ts';

/** Sizes are bytes. */
export interface AppSettings extends MountSettings {
  readonly searchPage: number;
  /** Of an entry, as the log holds it. */
  readonly maxCanonicalBody: number;
  readonly searchLimit: number;
  readonly duplicates: DuplicateAnswer;
  /** Express's `trust proxy`: addresses, blocks, and `loopback`. */
  readonly trustedProxies: readonly string[];
  /** Kinds of entries that are taken, with their versions. */
  readonly kinds: readonly string[];
  readonly algorithms: readonly string[];
  /** In lower case. */
  readonly requestIdHeader: string;
  /** Where the world finds the server; if undefined, what the request says is shown. */
  readonly publicUrl: string | undefined;
  /** Bytes of answers that wait for their readers. */
  readonly maxUnsentAnswers: number;
  /** Milliseconds in which a reader has to take some of its answer. */
  readonly unsentTimeout: number;
}

export interface AppParts {
  readonly shards: LogShards;
  /** Our own witness for other logs, if there is one. */
  readonly witness: OwnWitness | undefined;
  readonly admission: Admission;
  readonly health: Health;
  readonly settings: AppSettings;
  readonly document: OpenApiDocument;
  readonly consoleFiles: ConsoleFiles;
  /** Whether the log forgets everything at its end. Every page says so. */
  readonly dev: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** For measurements: told of every request once it is over. */
  readonly observe?: (line: RequestLine) => void;
  readonly report: {
    request(line: RequestLine): void;
    /** Records an error that is no failure of the caller's: a bug, or a broken part. */
    error(thrown: unknown): void;
  };
}

/** Returns the whole HTTP application. Listens to nothing: `main.ts` does, and so does supertest. */
export function createApp(parts: AppParts): Express {
  const app = takingEveryTarget(express());
  for (const habit of ['x-powered-by', 'etag']) app.disable(habit);
  for (const habit of ['case sensitive routing', 'strict routing']) app.enable(habit);
  app.set('query parser', false);
  app.set('trust proxy', [...parts.settings.trustedProxies]);
  app.use(enter(parts));
  mountOperations(app, parts, handlersOf(parts));
  mountPages(app, pagePartsOf(parts));
  app.use(refuseRoute(parts), refuseThrown(parts));
  return app;
}

/** Express routes paths, and has a page of its own for every other target. Those wait in `originalUrl`, and are looked at first. */
function takingEveryTarget(app: Express): Express {
  const { handle } = app as unknown as { readonly handle: (...all: Parameters<RequestHandler>) => void };
  return Object.assign(app, {
    handle(...[request, response, next]: Parameters<RequestHandler>) {
      if (!request.url.startsWith('/')) Object.assign(request, { originalUrl: request.url, url: '/' });
      handle.call(app, request, response, next);
    },
  });
}

/** Before any route: the request gets its turn on its connection, the exchange is made, preflights are answered, the path is cleaned. */
function enter({ settings, now, observe, report }: AppParts): RequestHandler {
  const ended = (line: RequestLine): void => {
    report.request(line);
    observe?.(line);
  };
  const { requestIdHeader, trustedProxies } = settings;
  // Who believes no proxy need not read what they say.
  const remoteOf = (request: Request) => (trustedProxies.length > 0 ? request.ip : request.socket.remoteAddress);
  const unsent = new UnsentAnswers({ bytes: settings.maxUnsentAnswers, timeoutMs: settings.unsentTimeout });
  const begin: RequestHandler = (request, response, next) => {
    const exchange = new Exchange(request, response, {
      requestIdHeader,
      now,
      ended,
      failed: report.error,
      unsent,
      remoteOf,
    });
    const { cleanPath, search } = exchange.target;
    const refused = messageRefusal(request, exchange.target) ?? withoutPath(request, exchange.target, settings);
    if (refused !== undefined) return exchange.send(refused);
    if (exchange.isPreflight) return exchange.send({ status: 204 });
    if (request.url !== cleanPath + search) request.url = cleanPath + search;
    next();
  };
  const turns = new ConnectionTurns();
  /** A request that had to wait begins where Express does not see what is thrown. */
  const inTurn = async (...[request, response, next]: Parameters<RequestHandler>): Promise<void> => {
    try {
      await begin(request, response, next);
    } catch (error) {
      next(error);
    }
  };
  return (request, response, next) => turns.take(request.socket, response, () => void inTurn(request, response, next));
}

/** A target that is no path, which Express cannot route; undefined for all others. */
function withoutPath({ method }: Request, { path }: Target, { apis }: Pick<AppSettings, 'apis'>): Answer | undefined {
  if (path.startsWith('/')) return undefined;
  if (path === '*' && method !== 'CONNECT') return ofServer(method, apis);
  const isTarget = method === 'CONNECT' || /^[a-z][a-z0-9+.-]*:/i.test(path);
  return isTarget && !apis.includes('rekor-v1') ? NO_PATH_V2 : refusal(400);
}

function pagePartsOf(parts: AppParts): PageParts {
  const { shards, witness, settings, document } = parts;
  const offered = { ...settings, isClosed: shards.active.isClosed, hasWitness: witness !== undefined };
  const has = (id: OperationId): boolean => isOffered(id, offered);
  return { ...parts, document: offeredDocument(document, has), offer: { ...settings, has } };
}

/** RFC 9110 §9.3.7: `*` names the server as a whole, about which only OPTIONS asks. */
function ofServer(method: string, apis: AppSettings['apis']): Answer {
  if (method === 'OPTIONS') return { status: 200 };
  return apis.includes('rekor-v1') ? bindingError(404, 'path * was not found') : NO_PATH_V2;
}

function handlersOf({ shards, admission, settings, health, witness, dev }: AppParts): Handlers {
  return {
    ...entryRoutes(shards, admission, settings.duplicates),
    ...retrieveRoutes(shards, admission),
    ...logRoutes(shards),
    ...searchRoutes(shards, admission, settings),
    ...v2EntryRoutes(shards, admission, settings),
    ...tileRoutes(shards, !dev),
    ...headRoutes(shards, settings.searchPage),
    ...identityRoutes(shards, settings, witness),
    ...witnessRoutes(witness),
    ...serviceRoutes(health),
  };
}

/** A log of v2 alone speaks as genuine Rekor v2 does, also where there is nothing. */
function refuseRoute({ settings: { apis } }: AppParts): RequestHandler {
  const isV2Alone = !apis.includes('rekor-v1');
  return (request, response) => {
    const exchange = Exchange.of(response);
    const { allowed, target } = exchange;
    if (isV2Alone && allowed.length > 0) return exchange.send(rekorV2.methodNotAllowed(request.method, allowed));
    if (isV2Alone || isBelowV2(target.path)) return exchange.send(NOT_FOUND_V2);
    if (allowed.length === 0) return exchange.send(bindingError(404, `path ${target.path} was not found`));
    return exchange.send(rekorV1.methodNotAllowed(request.method, allowed));
  };
}

function refuseThrown({ report }: AppParts): ErrorRequestHandler {
  return (thrown, _request, response, _next) => {
    if (thrown instanceof SenderGone) return;
    const exchange = Exchange.of(response);
    const refused = thrown instanceof Busy ? plain.renderFailure(thrown, '') : undefined;
    if (refused === undefined) report.error(thrown);
    return exchange.send(refused ?? exchange.bug);
  };
}
