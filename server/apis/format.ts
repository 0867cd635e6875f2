import type { Request } from 'express';
import type { Answer } from '../http/answer.ts';

/** Rules for the requests of one operation. */
export interface RequestRules {
  /** Media types that it answers with, the default first. */
  readonly produces: readonly string[];
  /** Name of its body parameter, which error texts mention; undefined for operations without a body. */
  readonly body?: 'proposedEntry' | 'entry' | 'query' | 'createEntryRequest' | 'addCheckpoint';
}

/** The format of one API: how it reads a request before the operation's handler does, and how it renders failures. */
export interface ApiFormat {
  /** Returns the media type of the answer; an `Answer` if there is none that both sides take. */
  negotiate(request: Request, rules: RequestRules): string | Answer;
  /** Says whether a request without a body is refused where the operation has one. */
  readonly requiresBody: boolean;
  /** Returns a signal that aborts at the caller's deadline; undefined without one. */
  deadline?(request: Request): AbortSignal | undefined;
  /** Returns the answer to a failure; undefined for an error that is no `Failure`. */
  renderFailure(thrown: unknown, accepted: string): Answer | undefined;
  /** Answer to an error that is no `Failure`. It does not repeat the error's text, which may hold secrets. */
  readonly internalError: Answer;
  /** @param methods - those that the path has */
  methodNotAllowed(method: string, methods: readonly string[]): Answer;
}
