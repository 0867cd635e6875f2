import type { Request } from 'express';
import type { Health } from '../../host/health.ts';
import type { LogShards } from '../../log/shards.ts';
import type { operations, paths } from '../../openapi/types.ts';
import type { OwnWitness } from '../../witness/own-witness.ts';
import type { EntryJudge } from '../access/entry-judge.ts';
import type { EntryReads } from '../access/entry-reads.ts';
import type { Access, Principal } from '../access/principal.ts';
import type { Admission } from '../admission/pool.ts';
import type { ApiFormat, RequestRules } from '../apis/format.ts';
import type { Answer, Headers, JsonText, OtherText } from '../http/answer.ts';
import type { KeptBytes } from '../http/kept-bytes.ts';
import type { SubmissionTrace, Tracing } from '../tracing/submission-trace.ts';

export type OperationId = keyof operations;

/** An API that an operator can open or close. `rekor-v2` includes the files of C2SP. */
export type ApiName = 'rekor-v1' | 'rekor-v2';

/** The answer to an entry that the log holds already: `409`, or `201` with the entry as first logged. */
export type DuplicateAnswer = 'conflict' | 'return';

/** Settings that operations read. Sizes are bytes. */
export interface OperationSettings {
  /** The APIs that are open. */
  readonly apis: readonly ApiName[];
  /** Of the operations that can be switched off, those that are answered. */
  readonly operations: readonly OperationId[];
  readonly duplicates: DuplicateAnswer;
  /** Of a request, by API. */
  readonly maxRequestBody: number;
  readonly maxV2RequestBody: number;
  /** Of an entry, as the log holds it. */
  readonly maxCanonicalBody: number;
  /** Ids or heads on a page. */
  readonly searchPage: number;
  /** Ids in an answer that is not a page. */
  readonly searchLimit: number;
  /** Where the world finds the server; if undefined, what the request says is shown. */
  readonly publicUrl: string | undefined;
}

/** The parts of the server that operations are made of. */
export interface OperationParts {
  readonly shards: LogShards;
  /** Our own witness for other logs, if there is one. */
  readonly witness: OwnWitness | undefined;
  readonly admission: Admission;
  readonly health: Health;
  /** Judge entries beside the rules of the log: the admission policy, and quotas. */
  readonly judges?: readonly EntryJudge[];
  /** Judges what a principal may read whose reads have conditions; absent from a log in which nobody's have. */
  readonly mayRead?: EntryReads;
  readonly settings: OperationSettings;
  readonly bundles: KeptBytes;
  /** Takes traces of submissions, where any are wanted. */
  readonly tracing?: Tracing;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Whether the log forgets everything at its end. Every page says so. */
  readonly dev: boolean;
}

/** A request as a stranger sent it. Nothing in it has been checked; `http/read.ts` does that. */
export interface OperationRequest {
  readonly principal: Principal;
  /** Parameters in the path, by name. */
  readonly path: Readonly<Record<string, string>>;
  /** As sent: what stands in the place of the last parameter, for operations that take all that follows. */
  readonly rest: string;
  /** Of a repeated parameter the last value. */
  readonly query: ReadonlyMap<string, string>;
  /** Path and query before cleaning. */
  readonly target: string;
  /** Host of a target in absolute form; undefined for a target that is a path. */
  readonly authority: string | undefined;
  /** The media type that was agreed on: one of those that the operation produces; empty where there are none. */
  readonly accepted: string;
  /** Empty for operations without a body. */
  readonly body: Uint8Array;
  /** The address of the sender, or the network that is taken to be its own. */
  readonly from: string;
  /** Notes the steps of a submission; undefined where no trace is wanted. */
  readonly trace: SubmissionTrace | undefined;
  /** For its headers. */
  readonly http: Request;
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

type Method = 'get' | 'post';
type Path = keyof paths;

/** Method and path of an operation, as the OpenAPI document has them. */
type RouteOf<Op extends OperationId> = {
  [P in Path]: {
    [M in Method]: [operations[Op], paths[P][M]] extends [paths[P][M], operations[Op]] ? `${Uppercase<M>} ${P}` : never;
  }[Method];
}[Path];

/** The rules of one operation: how it is asked for, who may ask, and within which limits. */
interface OperationRules extends RequestRules {
  /** The right that its requests need. */
  readonly access: Access;
  readonly format: ApiFormat;
  /** The API it belongs to; undefined for operations that are open with every choice of APIs. */
  readonly api?: ApiName;
  /**
   * How its path is compared. `normalized`: without dot segments, doubled and trailing slashes, as Rekor v1 does; `exact`: as sent;
   * `prefix`: as sent, up to the last parameter, which takes all that follows.
   */
  readonly match: 'normalized' | 'exact' | 'prefix';
  /** Bytes that its body may have, where that is no setting; or less, where the setting of its API says less. */
  readonly maxBodyBytes?: number;
  /** Sent with every answer, errors too. */
  readonly headers?: Headers;
  /** Whether `HEAD` is answered like `GET`, which neither of Rekor's APIs does. */
  readonly answersHead?: true;
  /** Answer if the operator has disabled it; undefined where that cannot be, or the handler says it. */
  readonly disabled?: Answer;
  /** Whether it does what it is there for, beside what settings say; if absent, always. One that does not is left out of the document. */
  readonly isThere?: (parts: OperationParts) => boolean;
}

/** One operation, whole: adding one is a record of this type in one file, and its description in the OpenAPI document. */
export interface Operation<Op extends OperationId> extends OperationRules {
  readonly route: RouteOf<Op>;
  readonly handle: (request: OperationRequest, parts: OperationParts) => Promise<OperationAnswer<Op>>;
}

/** Every operation of the document: one that is missing, or declares no access, does not compile. */
export type Operations = { readonly [Op in OperationId]: Operation<Op> };

/** An operation, whichever it is. */
export interface AnyOperation extends OperationRules {
  readonly route: string;
  readonly handle: (request: OperationRequest, parts: OperationParts) => Promise<Answer>;
}
