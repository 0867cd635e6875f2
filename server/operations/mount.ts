import type { Express, NextFunction, Request, Response } from 'express';
import { isBelowV2, NOT_FOUND_V2, rekorV2 } from '../apis/rekor-v2.ts';
import { type Answer, bindingError } from '../http/answer.ts';
import { BodyBudget } from '../http/body-budget.ts';
import { Exchange } from '../http/exchange.ts';
import type { ApiName, Handlers, OperationId } from '../http/operation.ts';
import { type OperationSpec, operationSpecs } from './operation-specs.ts';
import { type Operation, serve, type ServeOptions } from './serve.ts';
import { decodedPath, isWellEncoded, type Target } from '../http/target.ts';
import type { OpenApiDocument } from '../pages/mount.ts';

export interface MountSettings {
  readonly maxRequestBody: number;
  readonly maxV2RequestBody: number;
  /** Bytes of request bodies that may be in memory at the same time. */
  readonly maxBodiesInFlight: number;
  /** Bytes of small request bodies, beside those. */
  readonly maxSmallBodiesInFlight: number;
  /** The APIs that are open. */
  readonly apis: readonly ApiName[];
  /** Of the operations that can be switched off, those that are answered. */
  readonly operations: readonly OperationId[];
}

interface Route {
  readonly path: string;
  readonly match: OperationSpec['match'];
  /** By method. */
  readonly operations: ReadonlyMap<string, Operation>;
}

/** Which operation has which path and method is written in the document, and only there. */
export function mountOperations(
  app: Express,
  { document, settings }: { readonly document: OpenApiDocument; readonly settings: MountSettings },
  handlers: Handlers,
): void {
  const options = optionsOf(settings);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => {
    const route = routeOf(path, methods, handlers, settings);
    return route === undefined ? [] : [route];
  });
  // Most requests name a path without parameters: one look finds it, where Express would try one pattern after another.
  const find = finderOf(routes);
  app.use((request, response, next) => {
    const exchange = Exchange.of(response);
    const { target } = exchange;
    const found = find(target);
    if (found) return answer(found.route, options, request, response, next, found.rest);
    return isWellEncoded(target.path) ? next() : exchange.send(invalidEscape(target, settings));
  });
  for (const route of routes.filter(({ match, path }) => match === 'clean' && !isFixed(path)))
    app.route(patternOf(route.path)).all((request, response, next) => answer(route, options, request, response, next));
}

/** From here on Express decodes what stands in a path. */
function invalidEscape({ path }: Target, { apis }: MountSettings): Answer {
  return isBelowV2(path) || !apis.includes('rekor-v1')
    ? NOT_FOUND_V2
    : bindingError(400, `the path ${path} has an invalid escape`);
}

function optionsOf(settings: MountSettings): ServeOptions {
  return {
    budget: new BodyBudget({ all: settings.maxBodiesInFlight, small: settings.maxSmallBodiesInFlight }),
    mostBytes: { 'rekor-v1': settings.maxRequestBody, 'rekor-v2': settings.maxV2RequestBody },
  };
}

/** Undefined if all its operations are of an API that is closed. */
function routeOf(
  path: string,
  methods: OpenApiDocument['paths'][string],
  handlers: Handlers,
  { apis, operations: enabled }: MountSettings,
): Route | undefined {
  const operations = new Map<string, Operation>();
  for (const [method, { operationId }] of Object.entries(methods)) {
    const id = operationId as OperationId;
    const row = operationSpecs[id];
    if (row.api !== undefined && !apis.includes(row.api)) continue;
    const operation = { row, enabled: row.disabled === undefined || enabled.includes(id), handler: handlers[id] };
    operations.set(method.toUpperCase(), operation);
    if (row.answersHead) operations.set('HEAD', operation);
  }
  const [first] = operations.values();
  return first && { path, match: first.row.match, operations };
}

interface Found {
  readonly route: Route;
  readonly rest: string;
}

/** Looks a target up among the routes whose paths are compared as a whole, or up to their last parameter. */
function finderOf(routes: readonly Route[]): (target: Target) => Found | undefined {
  const at = (match: OperationSpec['match']) =>
    new Map(routes.filter((route) => route.match === match && isFixed(route.path)).map((route) => [route.path, route]));
  const [exact, clean] = [at('exact'), at('clean')];
  // The longer path first: `/tile/entries/` before `/tile/`.
  const below = routes
    .filter(({ match }) => match === 'below')
    .map((route) => ({ route, prefix: route.path.slice(0, route.path.indexOf('{')) }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return (target) => {
    const path = decodedPath(target);
    const route = exact.get(isPing(path) ? PING : path) ?? clean.get(target.cleanPath);
    if (route !== undefined) return { route, rest: '' };
    const found = below.find(({ prefix }) => path.startsWith(prefix));
    return found && { route: found.route, rest: path.slice(found.prefix.length) };
  };
}

const PING = '/ping';

/** Rekor takes `/ping` in any case, and with nothing behind it. */
const isPing = (path: string): boolean => path.length === PING.length && path.toLowerCase() === PING;
const isFixed = (path: string): boolean => !path.includes('{');
const patternOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const FORM = 'application/x-www-form-urlencoded';

/**
 * The method that a request is taken to have. A gateway lets `POST` of a form ask for what there is only by `GET`, also by
 * `X-HTTP-Method-Override`: rekor-v2 §1.8.
 */
function methodOf({ method, headers }: Request, operations: Route['operations']): string {
  const [first] = operations.values();
  if (method !== 'POST' || headers['content-type'] !== FORM || first?.row.format !== rekorV2) return method;
  const override = headers['x-http-method-override'];
  if (typeof override === 'string' && override !== '')
    return /^(get|post)$/i.test(override) ? override.toUpperCase() : '';
  return operations.has(method) ? method : 'GET';
}

function answer(
  { path, match, operations }: Route,
  options: ServeOptions,
  request: Request,
  response: Response,
  next: NextFunction,
  rest?: string,
): Promise<void> | void {
  const exchange = Exchange.of(response);
  const operation = operations.get(methodOf(request, operations));
  if (operation !== undefined) {
    const { headers, format } = operation.row;
    exchange.enter(path, headers, format.internalError);
    return serve(exchange, request, operation, options, rest);
  }
  const [first] = operations.values();
  if (path === PING) return next(); // to Rekor it has no other methods: 404
  if (match === 'clean' && first?.row.format !== rekorV2) {
    exchange.allow([...operations.keys()]);
    return next(); // another route may have the path too
  }
  if (first) return exchange.send(first.row.format.methodNotAllowed(request.method, [...operations.keys()]));
}
