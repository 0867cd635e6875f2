import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { asksForTraces } from '../../server/tracing/open-telemetry.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}
interface Received {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

/** Takes what is sent to it over OTLP/HTTP, as a collector does. */
async function collector() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      received.push({ path: url, type: headers['content-type'] ?? '', body: Buffer.concat(chunks) });
      response
        .writeHead(200, { 'Content-Type': headers['content-type'] ?? '' })
        .end(headers['content-type'] === 'application/json' ? '{}' : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return { url: `http://127.0.0.1:${port}`, received, [Symbol.dispose]: () => void server.close() };
}

const post = async (base: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  const answer = await fetch(`${base}/api/v1/log/entries`, init);
  await answer.arrayBuffer();
  return answer.status;
};

function spansOf(received: readonly Received[]): readonly Span[] {
  return received.flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body.toString()) as {
      readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  });
}

const CALLER = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };

describe('OpenTelemetry: traces of submissions, by the standard variables', () => {
  it('sends each step below the request, and the request below the span of its caller', async () => {
    using folder = temporaryFolder();
    using sink = await collector();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    };
    await using server = await startServer(folder, { env });
    const traceparent = `00-${CALLER.trace}-${CALLER.span}-01`;
    const entry = hashedrekord('traced');
    expect(await post(server.base, entry, { traceparent })).toBe(201);
    expect(await post(server.base, entry)).toBe(409);
    expect(await post(server.base, { kind: 'nothing' })).toBe(422);
    expect((await fetch(`${server.base}/api/v1/log`)).status).toBe(200);
    await server.stop();

    expect(sink.received.map(({ path }) => path)).toContain('/v1/traces');
    expect(sink.received[0]?.body.toString()).toContain('deployment.environment');
    const spans = spansOf(sink.received);
    const roots = spans.filter(({ name }) => name === 'POST /api/v1/log/entries');
    expect(roots.length).toBe(3);
    const root = roots.find(({ parentSpanId }) => parentSpanId === CALLER.span);
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    expect(steps.map(({ name }) => name)).toStrictEqual([
      'parse',
      'admission',
      'sequence',
      'commit',
      'journal',
      'publish',
    ]);
    expect(new Set([root, ...steps].map((span) => span?.traceId))).toStrictEqual(new Set([CALLER.trace]));
    for (const [i, step] of steps.entries())
      expect(step.startTimeUnixNano).toBe(i === 0 ? root?.startTimeUnixNano : steps[i - 1]?.endTimeUnixNano);
    const statuses = roots.map(({ attributes }) => attributes.find(({ key }) => key === 'http.response.status_code'));
    expect(new Set(statuses.map((status) => Number(status?.value['intValue'])))).toStrictEqual(
      new Set([201, 409, 422]),
    );
    expect(spans.length).toBe(3 + 6 + 2 + 1);
  });

  it('sends protobuf unless told otherwise, and goes on where nothing takes it', async () => {
    using folder = temporaryFolder();
    using sink = await collector();
    await using server = await startServer(folder, { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/t` } });
    expect(await post(server.base, hashedrekord('one'))).toBe(201);
    await server.stop();
    expect(sink.received.map(({ path, type }) => [path, type])).toStrictEqual([['/t', 'application/x-protobuf']]);
    expect(sink.received[0]?.body.includes('POST /api/v1/log/entries')).toBe(true);

    await using other = await startServer(folder, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
    expect(await post(other.base, hashedrekord('two'))).toBe(201);
    expect(await other.stop()).toMatchObject({ code: 0 });
  });

  it('refuses to start where a variable asks for what it cannot do, and names the variable', async () => {
    using folder = temporaryFolder();
    const { code, said } = await runServer(folder, { env: { OTEL_TRACES_EXPORTER: 'zipkin' } });
    expect(code).toBe(1);
    expect(said).toContain('OTEL_TRACES_EXPORTER is zipkin, and traces can be sent only with otlp or none');
  });

  it.each([
    [{}, false],
    [{ OTEL_SERVICE_NAME: 'x' }, false],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, false],
  ])('with %j traces are sent: %j', (env, expected) => {
    expect(asksForTraces(env)).toBe(expected);
  });
});
