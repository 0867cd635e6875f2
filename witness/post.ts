import { Failure } from '../base/failure.ts';
import { NOTE_LIMIT } from '../checkpoint/note.ts';

/** The response of a witness. */
export interface Posted {
  readonly status: number;
  /** Media type without parameters, in lower case. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** Sends text, and gives what comes back in time. @param enough - the answer is not waited for any longer */
export type Post = (url: string, text: string, enough: AbortSignal) => Promise<Posted>;

/** No whole answer came. */
export class WitnessUnreachable extends Failure<'witness-unreachable'> {
  readonly code = 'witness-unreachable';
}

/** @param timeout - milliseconds for the whole exchange */
export function postOver(fetchAny: typeof fetch, timeout: number): Post {
  return async (url, text, enough) => {
    try {
      const signal = AbortSignal.any([enough, AbortSignal.timeout(timeout)]);
      const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
      const response = await fetchAny(url, { method: 'POST', body: text, headers, signal, redirect: 'error' });
      const type = (response.headers.get('content-type')?.split(';', 1)[0] ?? '').trim().toLowerCase();
      return { status: response.status, type, body: await readLimited(response) };
    } catch (error) {
      if (error instanceof WitnessUnreachable) throw error;
      throw new WitnessUnreachable(reasonOf(error, timeout));
    }
  };
}

/** @throws WitnessUnreachable if the body is longer than any answer has to be */
async function readLimited({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > NOTE_LIMIT) throw new WitnessUnreachable(`answers with more than ${NOTE_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `gives no answer within ${timeout} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const text = [cause, error].find((one) => one instanceof Error)?.message;
  return `cannot be reached: ${code ?? text ?? 'no reason is known'}`;
}
