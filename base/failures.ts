import { Failure } from './failure.ts';

export class MalformedJson extends Failure<'json-malformed'> {
  readonly code = 'json-malformed';
}

/** JSON that Go may read, and that would cost too much here. The message names the limit. */
export class CostlyJson extends MalformedJson {}

export type BaseFailure = MalformedJson;
