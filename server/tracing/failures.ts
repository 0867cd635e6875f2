import { Failure } from '../../base/failure.ts';

/** A variable of OpenTelemetry asks for something that this server does not have. */
export class TracingRefused extends Failure<'tracing-refused'> {
  readonly code = 'tracing-refused';

  constructor(variable: string, value: string, possible: string) {
    super(
      `${variable} is ${value}, and traces can be sent only with ${possible}. Set it so, or OTEL_TRACES_EXPORTER to none`,
    );
  }
}
