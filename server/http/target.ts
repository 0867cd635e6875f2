/** The request line, taken apart. */
export interface Target {
  /** Percent-encoded, as sent. */
  readonly path: string;
  /** Without dot segments, doubled and trailing slashes. */
  readonly cleanPath: string;
  /** With its question mark; empty if there is none. */
  readonly search: string;
  /** Host of a target in absolute form, in lower case and without port. */
  readonly authority: string | undefined;
}

/** A request has no fragment: what looks like one is of the path, or of the query. @param url - origin form (RFC 9112 §3.2.1), or absolute form as sent to proxies (§3.2.2) */
export function parseTarget(url: string): Target {
  const { local, authority } = url.startsWith('/') ? { local: url.replaceAll('#', '%23') } : readAbsolute(url);
  const mark = local.indexOf('?');
  const path = mark < 0 ? local : local.slice(0, mark);
  return { path, cleanPath: cleanPath(path), search: mark < 0 ? '' : local.slice(mark), authority };
}

function readAbsolute(url: string): { readonly local: string; readonly authority?: string } {
  const parsed = URL.parse(url);
  if (parsed === null) return { local: url };
  return { local: parsed.pathname + parsed.search, authority: parsed.hostname };
}

/** Go's `path.Clean`, which Rekor applies before it routes: clients do send trailing slashes. */
export function cleanPath(path: string): string {
  if (!/\/(\/|\.|$)/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** Whether every percent sign begins an escape of UTF-8. */
export function isWellEncoded(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The path with its escapes decoded, as a gateway and file servers compare it; as sent if they are no UTF-8. */
export function decodedPath({ path }: Target): string {
  return path.includes('%') && isWellEncoded(path) ? decodeURIComponent(path) : path;
}

/** Of a repeated parameter the last value stays: rekor-v1 §1.4. */
export function parseQuery(search: string): ReadonlyMap<string, string> {
  return search === '' ? NO_PARAMETERS : new Map(parametersOf(search));
}

/** As Go reads a query: a parameter with a semicolon or a broken escape in it is left out. */
function parametersOf(search: string): URLSearchParams {
  const parameters = search.slice(1).split('&');
  return new URLSearchParams(`?${parameters.filter((each) => !/;|%(?![0-9A-Fa-f]{2})/.test(each)).join('&')}`);
}

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

/**
 * `Location` of an entry: the request's path as sent, a slash, and the id; the query without `apiKey`, sorted. Rekor
 * builds it so, and clients take its last segment. Only `//` at the front is cut: it would name another host.
 */
export function entryLocation(target: string, id: string): string {
  const { path, search } = parseTarget(target);
  const location = `${path.replace(/^\/+/, '/')}/${id}`;
  if (search.length < 2) return location + search;
  const query = parametersOf(search);
  query.delete('apiKey');
  query.sort();
  return query.size === 0 ? location : `${location}?${query.toString()}`;
}
