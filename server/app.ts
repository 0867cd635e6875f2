import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Log } from '../log/types.ts';
import type { Admission } from './admission/contract.ts';
import { bindingError } from './http/answer.ts';
import { BodyBudget, SenderGone } from './http/body.ts';
import { Exchange, type RequestLine } from './http/exchange.ts';
import type { Handlers, OperationId } from './http/operation.ts';
import { UNKNOWN_ERROR } from './http/problems.ts';
import { rows } from './http/rows.ts';
import { type Operation, serve, type ServeOptions } from './http/serve.ts';
import { isWellEncoded } from './http/target.ts';
import type { ConsoleFiles } from './pages/console-files.ts';
import { type OpenApiDocument, mountPages } from './pages/mount.ts';
import { type DuplicateAnswer, entryRoutes } from './routes/v1/entries.ts';
import { logRoutes } from './routes/v1/log.ts';
import { retrieveRoutes } from './routes/v1/retrieve.ts';
import { searchRoutes } from './routes/v1/search.ts';
import { type Health, serviceRoutes } from './routes/service.ts';

/** Sizes are bytes. */
export interface AppSettings {
  readonly maxRequestBody: number;
  /** Request bodies held in memory at the same time. */
  readonly maxBodiesInFlight: number;
  readonly maxJsonDepth: number;
  readonly maxJsonValues: number;
  readonly searchPage: number;
  readonly searchLimit: number;
  readonly duplicates: DuplicateAnswer;
  /** Operations of the v1 API that are answered; the others get 501. */
  readonly operations: readonly OperationId[];
  /** Express's `trust proxy`: addresses, blocks, and `loopback`. */
  readonly trustedProxies: readonly string[];
  /** In lower case. */
  readonly requestIdHeader: string;
  /** Where the world finds the server; if undefined, what the request says is shown. */
  readonly publicUrl: string | undefined;
}

export interface AppParts {
  readonly log: Log;
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
    /** What is no failure of the caller's: a bug, or a broken part. */
    error(thrown: unknown): void;
  };
}

/** The whole HTTP face. Listens to nothing: `main.ts` does, and so does supertest. */
export function createApp(parts: AppParts): Express {
  const app = express();
  for (const habit of ['x-powered-by', 'etag']) app.disable(habit);
  for (const habit of ['case sensitive routing', 'strict routing']) app.enable(habit);
  app.set('query parser', false);
  app.set('trust proxy', [...parts.settings.trustedProxies]);
  app.use(enter(parts));
  mountOperations(app, parts);
  mountPages(app, parts);
  app.use(refuseRoute, refuseThrown(parts));
  return app;
}

/** Before any route: the exchange is made, preflights are answered, the path is cleaned. */
function enter({ settings, now, observe, report }: AppParts): RequestHandler {
  const ended = (line: RequestLine): void => {
    report.request(line);
    observe?.(line);
  };
  return (request, response, next) => {
    const exchange = new Exchange(request, response, { requestIdHeader: settings.requestIdHeader, now, ended });
    const { cleanPath, path, search } = exchange.target;
    if (exchange.isPreflight) return exchange.send({ status: 204 });
    if (!isWellEncoded(path)) return exchange.send(bindingError(400, `the path ${path} has an invalid escape`));
    if (request.url !== cleanPath + search) request.url = cleanPath + search;
    next();
  };
}

interface Route {
  readonly path: string;
  /** By method. */
  readonly operations: ReadonlyMap<string, Operation>;
}

/** Which operation has which path and method is written in the document, and only there. */
function mountOperations(app: Express, parts: AppParts): void {
  const { settings, document } = parts;
  const options: ServeOptions = {
    budget: new BodyBudget(settings.maxBodiesInFlight),
    limits: {
      most: settings.maxRequestBody,
      json: { depth: settings.maxJsonDepth, values: settings.maxJsonValues },
    },
  };
  const handlers = handlersOf(parts);
  const all = Object.entries(document.paths).map(([path, methods]) => {
    return { path, operations: operationsOf(methods, handlers, settings.operations) };
  });
  // Most requests name a path without parameters: one look finds it, where Express would try one pattern after another.
  const fixed = new Map(all.filter(({ path }) => isFixed(path)).map((route) => [route.path, route]));
  app.use((request, response, next) => {
    const route = fixed.get(pathOf(request.url));
    return route === undefined ? next() : answer(route, options, request, response, next);
  });
  for (const route of all.filter(({ path }) => !isFixed(path)))
    app.all(patternOf(route.path), (request, response, next) => answer(route, options, request, response, next));
}

function handlersOf({ log, admission, settings, health }: AppParts): Handlers {
  return {
    ...entryRoutes(log, admission, settings.duplicates),
    ...retrieveRoutes(log, admission),
    ...logRoutes(log),
    ...searchRoutes(log, admission, settings),
    ...serviceRoutes(health),
  };
}

function operationsOf(
  methods: OpenApiDocument['paths'][string],
  handlers: Handlers,
  enabled: readonly OperationId[],
): Route['operations'] {
  const operations = new Map<string, Operation>();
  for (const [method, { operationId }] of Object.entries(methods)) {
    const id = operationId as OperationId;
    const operation = { row: rows[id], enabled: enabled.includes(id), handler: handlers[id] };
    operations.set(method.toUpperCase(), operation);
    if (rows[id].answersHead) operations.set('HEAD', operation);
  }
  return operations;
}

const PING = '/ping';

/** Rekor takes `/ping` in any case. */
const isFixed = (path: string): boolean => !path.includes('{') && path !== PING;
const patternOf = (path: string): string | RegExp =>
  path === PING ? /^\/ping$/i : path.replaceAll(/\{(\w+)\}/g, ':$1');

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

function answer(
  { path, operations }: Route,
  options: ServeOptions,
  request: Request,
  response: Response,
  next: NextFunction,
): Promise<void> | void {
  const exchange = Exchange.of(response);
  const operation = operations.get(request.method);
  if (operation !== undefined) {
    exchange.enter(path, operation.row.headers);
    return serve(exchange, request, operation, options);
  }
  if (path !== PING) exchange.allow([...operations.keys()]); // to Rekor it has no other methods: 404
  return next();
}

const refuseRoute: RequestHandler = (request, response) => {
  const exchange = Exchange.of(response);
  const { allowed, target } = exchange;
  if (allowed.length === 0) return exchange.send(bindingError(404, `path ${target.path} was not found`));
  const methods = allowed.join(',');
  const text = `method ${request.method} is not allowed, but [${methods}] are`;
  exchange.send(bindingError(405, text, { Allow: methods }));
};

function refuseThrown({ report }: AppParts): ErrorRequestHandler {
  return (thrown, _request, response, _next) => {
    if (thrown instanceof SenderGone) return;
    report.error(thrown);
    Exchange.of(response).send(UNKNOWN_ERROR);
  };
}
