import { Agent, type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { RecordLogUnreachable } from '../../record-log.ts';

export interface Question {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Bytes of an answer at most. */
  readonly longest: number;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Milliseconds in which nothing may come or go, and for a whole request. */
const IDLE_MS = 5000;
const WHOLE_MS = 60_000;

const AGENT_OPTIONS = { keepAlive: true, maxSockets: 32, maxFreeSockets: 8 } as const;
const AGENTS = { 'http:': new Agent(AGENT_OPTIONS), 'https:': new TlsAgent(AGENT_OPTIONS) } as const;

/** Asks once. Follows no redirect. @throws RecordLogUnreachable where no whole answer of a bounded length comes in time */
export function ask(url: URL, { method, headers, body, longest }: Question): Promise<Answered> {
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  const request = protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const failed = (reason: string): void => {
      clearTimeout(late);
      reject(new RecordLogUnreachable(`${method} ${url.host}: ${reason}`));
      asked.destroy();
    };
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const asked = request(url, {
      method,
      headers: { ...headers, ...length },
      agent: AGENTS[protocol],
      timeout: IDLE_MS,
    });
    const late = setTimeout(() => failed(`no whole answer within ${WHOLE_MS} ms`), WHOLE_MS);
    late.unref();
    asked.on('timeout', () => failed(`nothing came within ${IDLE_MS} ms`));
    asked.on('error', (error) => failed(error.message));
    asked.on('response', (response) => {
      const pieces: Buffer[] = [];
      let taken = 0;
      response.on('data', (piece: Buffer) => {
        taken += piece.length;
        if (taken > longest) failed(`an answer of more than ${longest} bytes`);
        else pieces.push(piece);
      });
      response.on('error', (error) => failed(error.message));
      response.on('end', () => {
        clearTimeout(late);
        if (!response.complete) return failed('the answer was cut short');
        return resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
      });
    });
    asked.end(body);
  });
}
