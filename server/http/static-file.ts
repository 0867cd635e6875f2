import type { Request } from 'express';
import type { Headers, MadeBytes, OtherText } from './answer.ts';

/** Something whose bytes are settled, as any web server would serve it. */
export interface StaticFile<Type extends string> {
  readonly type: Type;
  readonly content: Uint8Array | MadeBytes;
  /** See `OtherText`. */
  readonly isKept?: boolean;
  /** Names these very bytes, without quotes. */
  readonly tag: string;
  readonly headers: Headers;
}

export type FileAnswer<Type extends string> =
  | { readonly status: 200 | 206; readonly headers: Headers; readonly body: OtherText<Type> }
  | { readonly status: 304 | 416; readonly headers: Headers };

/** Conditional requests: RFC 9110 §13.1.2. */
export function serveFile<Type extends string>(request: Request, file: StaticFile<Type>): FileAnswer<Type> {
  const { type, content, isKept = false, tag } = file;
  const headers: Headers = { ...file.headers, ETag: `"${tag}"`, 'Accept-Ranges': 'bytes' };
  const known = request.headers['if-none-match'];
  if (known !== undefined && names(known, tag)) return { status: 304, headers };
  return servePart(request, { ...file, headers }) ?? { status: 200, headers, body: { type, text: content, isKept } };
}

/**
 * A range: RFC 9110 §14.2. Undefined where the whole is as good: for more of them than one, for what is none, for
 * whoever has a part of other bytes, and of what is made while it is sent, where a part costs as much as the whole.
 */
function servePart<Type extends string>(
  request: Request,
  { type, content, tag, headers }: StaticFile<Type>,
): FileAnswer<Type> | undefined {
  const { range: asked, 'if-range': expected } = request.headers;
  if (asked === undefined || request.method !== 'GET') return undefined;
  if (expected !== undefined && expected !== `"${tag}"`) return undefined; // a weak tag names no bytes: RFC 9110 §13.1.5
  const range = readRange(asked, content.length);
  if (range === undefined) return undefined;
  const bytes = content instanceof Uint8Array ? content : content.make();
  if (!(bytes instanceof Uint8Array)) return undefined;
  if (range === 'beyond') return { status: 416, headers: { ...headers, ...beyond(bytes) } };
  const { start, end } = range;
  const partial = { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}` };
  return { status: 206, headers: partial, body: { type, text: bytes.subarray(start, end) } };
}

interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/** One range of a file of `size` bytes: RFC 9110 §14.1.2. Undefined if it is none, or not one. */
function readRange(text: string, size: number): ByteRange | 'beyond' | undefined {
  const [, first = '', last = ''] = RANGE.exec(text) ?? [];
  if (first === '') return last === '' ? undefined : lastBytes(Number(last), size);
  const [start, end] = [Number(first), last === '' ? size : Number(last) + 1];
  if (end <= start && last !== '') return undefined;
  return start < size ? { start, end: Math.min(end, size) } : 'beyond';
}

function lastBytes(count: number, size: number): ByteRange | 'beyond' {
  return count === 0 ? 'beyond' : { start: Math.max(0, size - count), end: size };
}

/** Headers for a range that begins behind the end, which must not be cached for as long as the file is. */
function beyond({ length }: Uint8Array): Headers {
  return { 'Content-Range': `bytes */${length}`, 'Cache-Control': 'no-store' };
}

/** Whether a list of entity tags has this one. A weak tag is good enough to say that nothing has changed. */
function names(list: string, tag: string): boolean {
  return list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === `"${tag}"`);
}

/** Characters of an `Accept-Encoding` that is read: browsers send some 25. */
const MOST_CHARACTERS = 1024;

/** Whether the sender takes gzip: RFC 9110 §12.5.3. What says nothing of codings takes the plain form. */
export function takesGzip({ headers }: Request): boolean {
  const accepted = headers['accept-encoding'];
  if (typeof accepted !== 'string' || accepted.length > MOST_CHARACTERS) return false;
  const codings = new Map(accepted.split(',').map(readCoding));
  return codings.get('gzip') ?? codings.get('x-gzip') ?? codings.get('*') ?? false;
}

/** A coding, and whether it is wanted. */
function readCoding(item: string): readonly [string, boolean] {
  const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
  return [coding, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))];
}
