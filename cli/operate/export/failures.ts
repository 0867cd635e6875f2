import { Failure } from '../../../base/failure.ts';

/**
 * Refuses an export that does not fit together, or does not fit what was exported before. Nothing that is there was
 * changed.
 */
export class ExportRefused extends Failure<'export-refused'> {
  readonly code = 'export-refused';
}
