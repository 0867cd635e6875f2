import { Failure } from './failure.ts';

export class MalformedJson extends Failure<'json-malformed'> {
  readonly code = 'json-malformed';
}
export type BaseFailure = MalformedJson;
