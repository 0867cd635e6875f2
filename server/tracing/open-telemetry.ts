import { setTimeout as sleep } from 'node:timers/promises';
import type * as Api from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { brief } from '../../base/brief.ts';
import { TracingRefused } from './failures.ts';
import type { TracedSubmission, Tracing } from './submission-trace.ts';

/*
 * Traces over OTLP/HTTP, by the variables that every OpenTelemetry SDK knows. Its packages are loaded here and nowhere else, and
 * only where those variables ask for traces: a server without them pays nothing.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the value of a variable. An empty one is not set, as OpenTelemetry has it. */
function set(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Whether variables ask for traces: an endpoint to send them to, or the exporter by its name. */
export function asksForTraces(env: Environment): boolean {
  const exporter = set(env, 'OTEL_TRACES_EXPORTER');
  if (set(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || exporter === 'none') return false;
  return (
    exporter !== undefined ||
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) => set(env, name) !== undefined)
  );
}

/** Packages that send what they are told to, by the protocol's name. */
const EXPORTERS = {
  'http/protobuf': () => import('@opentelemetry/exporter-trace-otlp-proto'),
  'http/json': () => import('@opentelemetry/exporter-trace-otlp-http'),
} as const;

export interface OpenTelemetryOptions {
  readonly version: string;
  /** Milliseconds since the Unix epoch at 0 of the clock that submissions are measured by. */
  readonly timeOrigin: number;
  /** The clock itself. */
  readonly now: () => number;
  /** Told at most once a minute that traces could not be sent. */
  readonly warn: (sentence: string) => void;
}

/** Milliseconds between two warnings. */
const WARNING_MS = 60_000;

/** Milliseconds that a stopping server waits for what is still to be sent. */
const SHUTDOWN_MS = 2000;

/**
 * Sends traces to where the variables say; undefined where they ask for none. A provider that was registered before, by a module
 * that `--import` loads, is used as it is.
 *
 * @throws TracingRefused naming the variable that asks for something else
 */
export async function openTelemetry(
  env: Environment,
  { version, timeOrigin, now, warn }: OpenTelemetryOptions,
): Promise<Tracing | undefined> {
  if (!asksForTraces(env)) return undefined;
  const api = await import('@opentelemetry/api');
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
  const own = await ownProvider(env, version);
  const isOwn = api.trace.setGlobalTracerProvider(own);
  if (isOwn) api.diag.setLogger(sayingErrors(warn, now), api.DiagLogLevel.ERROR);
  const propagator = new W3CTraceContextPropagator();
  const tracer = api.trace.getTracer('stele', version);
  return {
    record: (submission) => record(submission, { api, tracer, propagator, timeOrigin }),
    async [Symbol.asyncDispose]() {
      if (!isOwn) return;
      const sent = own.shutdown().catch(() => undefined);
      await Promise.race([sent, sleep(SHUTDOWN_MS, undefined, { ref: false })]); // where nobody takes it, it is lost
      api.trace.disable();
    },
  };
}

function sayingErrors(warn: (sentence: string) => void, now: () => number): Api.DiagLogger {
  const ignore = (): void => undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  const error = (message: string): void => {
    if (now() - saidAt < WARNING_MS) return;
    saidAt = now();
    warn(`traces could not be sent, and are lost: ${brief(message)}`);
  };
  return { error, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
}

async function ownProvider(env: Environment, version: string) {
  const exporter = set(env, 'OTEL_TRACES_EXPORTER') ?? 'otlp';
  if (exporter !== 'otlp') throw new TracingRefused('OTEL_TRACES_EXPORTER', exporter, 'otlp or none');
  const protocol =
    set(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? set(env, 'OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  const load = Object.entries(EXPORTERS).find(([name]) => name === protocol)?.[1];
  if (load === undefined)
    throw new TracingRefused('OTEL_EXPORTER_OTLP_PROTOCOL', protocol, Object.keys(EXPORTERS).join(' or '));
  const [{ OTLPTraceExporter }, sdk, resources] = await Promise.all([
    load(),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
  ]);
  const named = resources.resourceFromAttributes({ 'service.name': 'stele', 'service.version': version });
  const told = resources.detectResources({ detectors: [resources.envDetector] });
  return new sdk.TracerProvider({
    resource: named.merge(told),
    sampler: samplerOf(env, sdk),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batchOptions(env) })],
  });
}

/** @throws TracingRefused */
function samplerOf(env: Environment, sdk: typeof import('@opentelemetry/sdk-trace')): Sampler {
  const name = set(env, 'OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  const ratio = Number(set(env, 'OTEL_TRACES_SAMPLER_ARG') ?? 1);
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new sdk.AlwaysOnSampler(),
    always_off: () => new sdk.AlwaysOffSampler(),
    traceidratio: () => new sdk.TraceIdRatioBasedSampler(ratio),
  };
  const root = roots[name.replace(/^parentbased_/, '')]?.();
  if (root === undefined)
    throw new TracingRefused(
      'OTEL_TRACES_SAMPLER',
      name,
      `one of ${Object.keys(roots).join(', ')}, or these with parentbased_ before them`,
    );
  return name.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
}

const BATCH_OPTIONS = {
  OTEL_BSP_SCHEDULE_DELAY: 'scheduledDelayMillis',
  OTEL_BSP_EXPORT_TIMEOUT: 'exportTimeoutMillis',
  OTEL_BSP_MAX_QUEUE_SIZE: 'maxQueueSize',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: 'maxExportBatchSize',
} as const;

function batchOptions(env: Environment): Readonly<Record<string, number>> {
  const given = Object.entries(BATCH_OPTIONS).map(([name, option]) => [option, Number(set(env, name) ?? NaN)] as const);
  return Object.fromEntries(given.filter(([, value]) => Number.isSafeInteger(value) && value >= 0));
}

interface Recorder {
  readonly api: typeof Api;
  readonly tracer: Api.Tracer;
  readonly propagator: Api.TextMapPropagator;
  readonly timeOrigin: number;
}

/** One span of the request, and below it one of each step. */
function record(submission: TracedSubmission, { api, tracer, propagator, timeOrigin }: Recorder): void {
  const { operation, method, route, headers, begunAt, endedAt, status, steps } = submission;
  const at = (ms: number): number => timeOrigin + ms;
  const caller = propagator.extract(api.ROOT_CONTEXT, headers, api.defaultTextMapGetter);
  const span = tracer.startSpan(
    `${method} ${route}`,
    {
      kind: api.SpanKind.SERVER,
      startTime: at(begunAt),
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        'stele.operation': operation,
      },
    },
    caller,
  );
  const below = api.trace.setSpan(caller, span);
  let from = begunAt;
  for (const { name, endedAt: to } of steps) {
    tracer.startSpan(name, { startTime: at(from) }, below).end(at(to));
    from = to;
  }
  if (status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
  span.end(at(endedAt));
}
