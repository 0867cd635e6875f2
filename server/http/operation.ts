import type { Request } from 'express';
import type { operations } from '../../openapi/types.ts';
import type { Headers, JsonText, OtherText } from './answer.ts';

export type OperationId = keyof operations;

/** An API that an operator can open or close. `rekor-v2` includes the files of C2SP. */
export type ApiName = 'rekor-v1' | 'rekor-v2';

/** A request as a stranger sent it. Nothing in it has been checked; `read.ts` does that. */
export interface OperationRequest {
  readonly path: Readonly<Record<string, string>>;
  /** As sent: what stands in the place of the last parameter, for operations that take all that follows. */
  readonly rest: string;
  /** Of a repeated parameter the last value. */
  readonly query: ReadonlyMap<string, string>;
  /** Path and query before cleaning. */
  readonly target: string;
  /** Host of a target in absolute form; undefined for a target that is a path. */
  readonly authority: string | undefined;
  /** The media type that was agreed on: one of those that the row in `operation-specs.ts` produces; empty where there are none. */
  readonly accepted: string;
  /** Empty for operations without a body. */
  readonly body: Uint8Array;
  /** The address of the sender, or the network that is taken to be its own. */
  readonly from: string;
  /** For its headers. */
  readonly request: Request;
  /** Aborted once the sender goes away before the answer is whole: work for it may end then. */
  readonly gone: () => AbortSignal;
  /** Aborted once the caller waits no longer: what has not been begun then should not be. */
  readonly deadline: AbortSignal | undefined;
}

type Responses<Op extends OperationId> = operations[Op]['responses'];

type Content<Types> = {
  [Type in keyof Types]: Type extends 'application/json' ? JsonText<Types[Type]> : OtherText<Type & string>;
}[keyof Types];

type Body<Response> = Response extends { content: infer Types } ? { readonly body: Content<Types> } : object;

/** One of the answers that the OpenAPI document promises for this operation. */
export type OperationAnswer<Op extends OperationId> = {
  [Status in keyof Responses<Op>]: { readonly status: Status; readonly headers?: Headers } & Body<
    Responses<Op>[Status]
  >;
}[keyof Responses<Op>];

export type Handler<Op extends OperationId> = (asked: OperationRequest) => Promise<OperationAnswer<Op>>;

/** One handler for each operation: to forget one is a type error. */
export type Handlers = { readonly [Op in OperationId]: Handler<Op> };
