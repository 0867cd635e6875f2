import { createHmac, hash } from 'node:crypto';

/*
 * AWS Signature Version 4 in the headers of a request, by hand: sixty lines, where the packages that have it bring 96 kB to 22 MB.
 * `test/vectors/aws-sigv4` has the published vectors it is held to.
 */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that expire. */
  readonly sessionToken?: string | undefined;
}

export interface SignedParts {
  readonly method: string;
  /** Percent-encoded, as it is sent. */
  readonly path: string;
  /** Names and values as they are, before they are encoded. */
  readonly query?: Readonly<Record<string, string>>;
  /** All of them are signed. `host` is needed. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, in hex. */
  readonly payload: string;
}

export interface Scope {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Returns all headers of the request: those given, the time, and the signature over them. */
export function signV4(parts: SignedParts, credentials: Credentials, scope: Scope): Readonly<Record<string, string>> {
  const { sessionToken } = credentials;
  const time = new Date(scope.at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const headers = {
    ...parts.headers,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([name]) => name).join(';');
  const lines = sorted.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`).join('');
  const request = [parts.method, parts.path, queryString(parts.query), lines, names, parts.payload].join('\n');
  const place = [day, scope.region, scope.service, 'aws4_request'];
  const text = [ALGORITHM, time, place.join('/'), hash('sha256', request, 'hex')].join('\n');
  const key = place.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const by = `Credential=${credentials.accessKeyId}/${place.join('/')}`;
  return { ...headers, authorization: `${ALGORITHM} ${by}, SignedHeaders=${names}, Signature=${signature}` };
}

/** Returns the query as it is signed and sent: encoded, then sorted. Empty for none. */
export function queryString(query: SignedParts['query'] = {}): string {
  const pairs = Object.entries(query).map(([name, value]) => [encoded(name), encoded(value)] as const);
  const sorted = pairs.sort(([a], [b]) => (a < b ? -1 : 1)); // by the names alone: `=` comes behind `-` and digits
  return sorted.map((pair) => pair.join('=')).join('&');
}

/** Percent-encodes all but what RFC 3986 §2.3 leaves alone. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
