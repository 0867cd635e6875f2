import type { Request } from 'express';
import type { Answer } from '../answer.ts';
import type { BodyLease, BodyLimits } from '../body.ts';
import type { Row } from '../rows.ts';

/** How one of the APIs says what goes wrong, and what it asks of a request before an operation sees it. */
export interface Dialect {
  /** The media type that the answer will have, or why there can be none. */
  agree(request: Request, row: Row): string | Answer;
  /** The request's body, as far as the operation has one. @throws what `refuse` knows */
  readBody(request: Request, row: Row, limits: BodyLimits, lease: BodyLease): Promise<Uint8Array>;
  /** What a failure becomes; undefined for what is none. */
  refuse(thrown: unknown, accepted: string): Answer | undefined;
  /** Said of a bug: nothing, because its text may hold secrets. */
  readonly bug: Answer;
  /** @param methods - those that the path has */
  notAllowed(method: string, methods: readonly string[]): Answer;
}
