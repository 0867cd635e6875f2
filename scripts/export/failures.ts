import { Failure } from '../../base/failure.ts';

/** What is to be exported does not fit together, or does not fit what has been exported. Nothing that is there was changed. */
export class ExportRefused extends Failure<'export-refused'> {
  readonly code = 'export-refused';
}
