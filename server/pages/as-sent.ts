import type { Request } from 'express';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Answer } from '../http/answer.ts';
import { takesGzip } from '../http/static-file.ts';

/** Bytes of a page that are worth compressing. */
const LEAST_BYTES = 1024;
/** A page is made once and sent once: a higher quality would take longer than the bytes it saves. */
const BROTLI_QUALITY = 7;

const compressed = promisify(brotliCompress);

/** Characters of an `Accept-Encoding` that is read. */
const MOST_CHARACTERS = 1024;

export type Coding = 'br' | 'gzip';

/** The best coding that a sender takes. */
export function codingOf(request: Request): Coding | undefined {
  if (takesBrotli(request)) return 'br';
  return takesGzip(request) ? 'gzip' : undefined;
}

/** `q=0` takes it back. */
function takesBrotli({ headers }: Request): boolean {
  const accepted = headers['accept-encoding'];
  if (typeof accepted !== 'string' || accepted.length > MOST_CHARACTERS) return false;
  return accepted.split(',').some((coding) => /^br(?!;\s*q=0(?:\.0*)?$)/.test(coding.trim()));
}

/**
 * A page as its reader takes it: compressed by Brotli, off the main thread. Browsers take it wherever their connection is
 * private; what asks without it, such as curl, gets the page as it stands. Holds no secret that a stranger could have repeated
 * in it.
 *
 * @param isForReaders - whether those who take no HTML get another answer
 */
export async function asSent(answer: Answer, coding: Coding | undefined, isForReaders: boolean): Promise<Answer> {
  const { body, headers } = answer;
  if (body?.type !== 'text/html; charset=utf-8' || typeof body.text !== 'string') return answer;
  const bytes = Buffer.from(body.text);
  const varied = { ...headers, Vary: isForReaders ? 'Origin, Accept, Accept-Encoding' : 'Origin, Accept-Encoding' };
  // Plain bytes are good for all, whoever a cache keeps them for.
  if (coding !== 'br' || bytes.length < LEAST_BYTES) return isForReaders ? { ...answer, headers: varied } : answer;
  const text = await compressed(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
  return { ...answer, headers: { ...varied, 'Content-Encoding': coding }, body: { type: body.type, text } };
}
