import type { IncomingHttpHeaders } from 'node:http';
import type { Sender } from './sender.ts';
import type { LogFinder } from './trusted-log.ts';
import type { Upstream } from './upstream.ts';

/** Answers requests with what the log answers. */
export interface Answering {
  readonly finder: LogFinder;
  readonly upstream: Upstream;
  readonly sender: Sender;
  /** Milliseconds until an answer begins, and between two parts of it. */
  readonly timeout: number;
}

/** A request that was read. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Aborted once the client is gone. */
  readonly gone: AbortSignal;
}
