import type { IncomingHttpHeaders } from 'node:http';
import { isBelowV2, NOT_FOUND_V2, rekorV2 } from '../apis/rekor-v2.ts';
import type { Answer } from '../http/answer.ts';
import { bindingError } from '../apis/rekor-v1.ts';
import { decodedPath, isWellEncoded, type Target } from '../http/target.ts';
import type { AnyOperation, OperationId, OperationSettings, Operations } from './operation.ts';

/** The part of a request that decides which operation it is for. */
interface RequestHead {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** An operation that is to answer a request. */
export interface Routed {
  readonly id: OperationId;
  readonly operation: AnyOperation;
  /** Template of its path. */
  readonly path: string;
  /** Whether the operator lets it answer. */
  readonly isEnabled: boolean;
}

/** A route that a target has: its parameters, or what follows its prefix. */
interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly rest: string;
}

/** The way of a request: an operation answers it, it is refused, or no operation has its path and method. */
export type Selection =
  | ({ readonly is: 'found'; readonly routed: Routed } & Pick<Found, 'params' | 'rest'>)
  | { readonly is: 'refused'; readonly answer: Answer }
  /** Some may have the path, by other methods. */
  | { readonly is: 'none'; readonly allowed: readonly string[] };

interface Route {
  readonly path: string;
  readonly match: AnyOperation['match'];
  /** By method. */
  readonly operations: Map<string, Routed>;
}

const NO_PARAMETERS: Found['params'] = {};

/** Finds the operation that a request is for, among those of the APIs that are open. */
export class Router {
  readonly #exact: ReadonlyMap<string, Route>;
  readonly #normalized: ReadonlyMap<string, Route>;
  readonly #prefixes: readonly { readonly route: Route; readonly prefix: string }[];
  readonly #patterns: readonly { readonly route: Route; readonly pattern: RegExp }[];
  readonly #hasV1: boolean;

  constructor(operations: Operations, settings: Pick<OperationSettings, 'apis' | 'operations'>) {
    const routes = routesOf(operations, settings);
    const at = (match: Route['match']) =>
      new Map(
        routes.filter((route) => route.match === match && isFixed(route.path)).map((route) => [route.path, route]),
      );
    [this.#exact, this.#normalized] = [at('exact'), at('normalized')];
    // The longer path first: `/tile/entries/` before `/tile/`.
    this.#prefixes = routes
      .filter(({ match }) => match === 'prefix')
      .map((route) => ({ route, prefix: route.path.slice(0, route.path.indexOf('{')) }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
    this.#patterns = routes
      .filter(({ match, path }) => match === 'normalized' && !isFixed(path))
      .map((route) => ({ route, pattern: patternOf(route.path) }));
    this.#hasV1 = settings.apis.includes('rekor-v1');
  }

  /** A fixed path goes before one with parameters, and where it lacks the method, the other is tried. */
  select(target: Target, request: RequestHead): Selection {
    const fixed = this.#fixed(target);
    const chosen = fixed && choose(fixed, request);
    if (chosen !== undefined && chosen.is !== 'none') return chosen;
    if (fixed === undefined && !isWellEncoded(target.path))
      return { is: 'refused', answer: invalidEscape(target, this.#hasV1) };
    const allowed = new Set(chosen?.allowed);
    for (const found of this.#withParameters(target)) {
      const other = choose(found, request);
      if (other.is !== 'none') return other;
      for (const method of other.allowed) allowed.add(method);
    }
    return { is: 'none', allowed: [...allowed] };
  }

  #fixed(target: Target): Found | undefined {
    const path = decodedPath(target);
    const route = this.#exact.get(isPing(path) ? PING : path) ?? this.#normalized.get(target.cleanPath);
    if (route !== undefined) return { route, params: NO_PARAMETERS, rest: '' };
    const found = this.#prefixes.find(({ prefix }) => path.startsWith(prefix));
    return found && { route: found.route, params: NO_PARAMETERS, rest: path.slice(found.prefix.length) };
  }

  *#withParameters({ cleanPath }: Target): Iterable<Found> {
    for (const { route, pattern } of this.#patterns) {
      const groups = pattern.exec(cleanPath)?.groups;
      if (groups === undefined) continue;
      const params = Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)] as const);
      yield { route, params: Object.fromEntries(params), rest: '' };
    }
  }
}

function routesOf(
  operations: Operations,
  { apis, operations: enabled }: Pick<OperationSettings, 'apis' | 'operations'>,
): readonly Route[] {
  const routes = new Map<string, Route>();
  for (const [id, operation] of Object.entries(operations) as readonly (readonly [OperationId, AnyOperation])[]) {
    const { api, match, disabled, answersHead } = operation;
    if (api !== undefined && !apis.includes(api)) continue;
    const [method = '', path = ''] = operation.route.split(' ');
    const route = routes.get(path) ?? { path, match, operations: new Map<string, Routed>() };
    routes.set(path, route);
    const routed = { id, operation, path, isEnabled: disabled === undefined || enabled.includes(id) };
    route.operations.set(method, routed);
    if (answersHead) route.operations.set('HEAD', routed);
  }
  return [...routes.values()];
}

function choose({ route, params, rest }: Found, request: RequestHead): Selection {
  const { path, match, operations } = route;
  const routed = operations.get(methodOf(request, operations));
  if (routed !== undefined) return { is: 'found', routed, params, rest };
  if (path === PING) return { is: 'none', allowed: [] }; // to Rekor it has no other methods: 404
  const allowed = [...operations.keys()];
  const format = formatOf(operations);
  if (match === 'normalized' && format !== rekorV2) return { is: 'none', allowed };
  return { is: 'refused', answer: format.methodNotAllowed(request.method, allowed) };
}

function formatOf(operations: Route['operations']): AnyOperation['format'] {
  const [first] = operations.values();
  if (first === undefined) throw new Error('a route has an operation');
  return first.operation.format;
}

const PING = '/ping';

/** Rekor takes `/ping` in any case, and with nothing behind it. */
const isPing = (path: string): boolean => path.length === PING.length && path.toLowerCase() === PING;
const isFixed = (path: string): boolean => !path.includes('{');
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

/** The refusal of a path with a parameter that cannot be decoded. */
function invalidEscape({ path }: Target, hasV1: boolean): Answer {
  return isBelowV2(path) || !hasV1 ? NOT_FOUND_V2 : bindingError(400, `the path ${path} has an invalid escape`);
}

const FORM = 'application/x-www-form-urlencoded';

/**
 * The method that a request is taken to have. A gateway lets `POST` of a form ask for what there is only by `GET`, also by
 * `X-HTTP-Method-Override`: rekor-v2 §1.8.
 */
function methodOf({ method, headers }: RequestHead, operations: Route['operations']): string {
  if (method !== 'POST' || headers['content-type'] !== FORM || formatOf(operations) !== rekorV2) return method;
  const override = headers['x-http-method-override'];
  if (typeof override === 'string' && override !== '')
    return /^(get|post)$/i.test(override) ? override.toUpperCase() : '';
  return operations.has(method) ? method : 'GET';
}
