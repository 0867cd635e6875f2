import type { Request } from 'express';
import type { Answer } from '../http/answer.ts';
import type { BodyLease } from '../http/body-budget.ts';

/** An operation's demands on its requests. */
export interface Asks {
  /** Media types that it answers with, the default first. */
  readonly produces: readonly string[];
  /** Name of its body parameter, which error texts mention; undefined for operations without a body. */
  readonly body?: 'proposedEntry' | 'entry' | 'query' | 'createEntryRequest' | 'addCheckpoint';
}

/** How one of the APIs says what goes wrong, and what it asks of a request before an operation sees it. */
export interface Dialect {
  /** The media type that the answer will have, or why there can be none. */
  agree(request: Request, asks: Asks): string | Answer;
  /** The request's body, as far as the operation has one. @throws what `refuse` knows */
  readBody(request: Request, asks: Asks, most: number, lease: BodyLease): Promise<Uint8Array>;
  /** Aborted when the caller waits no longer; undefined if it waits however long it takes. */
  deadline?(request: Request): AbortSignal | undefined;
  /** Returns the answer to a failure; undefined for what is none. */
  refuse(thrown: unknown, accepted: string): Answer | undefined;
  /** Said of a bug: nothing, because its text may hold secrets. */
  readonly bug: Answer;
  /** @param methods - those that the path has */
  notAllowed(method: string, methods: readonly string[]): Answer;
}
