import { Failure } from '../base/failure.ts';

/** The address, the port or the TLS files do not let the server listen. Nothing has been opened or begun. */
export class ListenRefused extends Failure<'listen-refused'> {
  readonly code = 'listen-refused';
}
