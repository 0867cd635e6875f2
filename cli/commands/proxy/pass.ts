import type { IncomingHttpHeaders } from 'node:http';
import { Unreachable } from '../../../client/http/failures.ts';
import type { Answering, Asked } from './asked.ts';
import { headersOf, type Reply } from './reply.ts';

/** Headers of a client that go on to the log. Credentials are none of them: the proxy has its own. */
const PASSED: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
]);

/** Passes a request on, and its answer as it comes. */
export async function passed({ upstream, timeout }: Answering, asked: Asked): Promise<Reply> {
  const { method, url, headers, body, gone } = asked;
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), timeout);
  const signal = AbortSignal.any([gone, slow.signal]);
  const { transport, send } = upstream;
  const sent = { method, headers: passedOn(headers), signal, ...(body !== '' && { body }) };
  try {
    const answer = await send(`${transport.base}${url.pathname}${url.search}`, sent);
    return { status: answer.status, headers: headersOf(answer.headers, transport.base), body: steady(answer, timer) };
  } catch (error) {
    clearTimeout(timer);
    const reason = slow.signal.aborted ? `it has not answered within ${timeout / 1000} s` : reasonOf(error);
    throw new Unreachable(`${transport.base} does not answer: ${reason}`, { cause: error });
  }
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => PASSED.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An answer that goes on is not slow. */
async function* steady({ body }: Response, timer: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
      timer.refresh();
      yield part;
    }
  } finally {
    clearTimeout(timer);
  }
}
