import type { Request } from 'express';
import type { Headers, OtherText } from './answer.ts';

/** Something whose bytes are settled, as any web server would serve it. */
export interface StaticFile<Type extends string> {
  readonly type: Type;
  readonly bytes: Uint8Array;
  /** Names these very bytes, without quotes. */
  readonly tag: string;
  readonly headers: Headers;
}

export type FileAnswer<Type extends string> =
  | { readonly status: 200 | 206; readonly headers: Headers; readonly body: OtherText<Type> }
  | { readonly status: 304 | 416; readonly headers: Headers };

/** Conditional requests: RFC 9110 §13.1.2. */
export function serveFile<Type extends string>(request: Request, file: StaticFile<Type>): FileAnswer<Type> {
  const { type, bytes, tag } = file;
  const headers: Headers = { ...file.headers, ETag: `"${tag}"`, 'Accept-Ranges': 'bytes' };
  const { 'if-none-match': known, range, 'if-range': expected } = request.headers;
  if (known !== undefined && names(known, tag)) return { status: 304, headers };
  const changed = typeof expected === 'string' && !names(expected, tag);
  const part = range === undefined || changed ? undefined : servePart(request, { ...file, headers });
  return part ?? { status: 200, headers, body: { type, text: bytes } };
}

/** A range: RFC 9110 §14.2. Undefined where the whole is as good: for more of them than one, and what is none. */
function servePart<Type extends string>(
  request: Request,
  { type, bytes, headers }: StaticFile<Type>,
): FileAnswer<Type> | undefined {
  const ranges = request.range(bytes.length);
  if (ranges === -1) return { status: 416, headers: { ...headers, 'Content-Range': `bytes */${bytes.length}` } };
  const [range, ...others] = Array.isArray(ranges) && ranges.type === 'bytes' ? ranges : [];
  if (range === undefined || others.length > 0) return undefined;
  const { start, end } = range;
  const content = { ...headers, 'Content-Range': `bytes ${start}-${end}/${bytes.length}` };
  return { status: 206, headers: content, body: { type, text: bytes.subarray(start, end + 1) } };
}

/** Whether a list of entity tags has this one. A weak tag is good enough to say that nothing has changed. */
function names(list: string, tag: string): boolean {
  return list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === `"${tag}"`);
}

/** Whether the sender takes gzip: RFC 9110 §12.5.3. What says nothing of codings takes the plain form. */
export function takesGzip({ headers }: Request): boolean {
  const accepted = headers['accept-encoding'];
  if (typeof accepted !== 'string') return false;
  for (const item of accepted.split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (coding !== 'gzip' && coding !== 'x-gzip' && coding !== '*') continue;
    return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}
