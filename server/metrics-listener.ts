import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { PROTOBUF_TYPE } from '../metrics/protobuf.ts';
import type { MetricRegistry } from '../metrics/registry.ts';
import { limitConnections } from './connections.ts';
import type { MetricsAddress } from '../host/settings/values/metrics-address.ts';
import type { Answer } from './http/answer.ts';
import type { MetricsGuard } from './metrics-guard.ts';
import { addressOf, bind, close, ListenRefused, REQUEST_LIMITS } from './bind.ts';

/** Prometheus, its replica and an operator with a browser; a further connection ends the oldest that waits for no answer. */
const MAX_CONNECTIONS = 32;

/** Milliseconds in which a reader has to take some of its answer. */
const UNREAD_MS = 10_000;

/** Milliseconds that a scraper's connection may be idle: scrapes are rarely further apart than this. */
const IDLE_MS = 65_000;

const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Milliseconds until a port that another process has is tried again. */
const RETRY_MS = 10_000;

export interface MetricsVoices {
  readonly announce: (sentence: string) => void;
  readonly warn: (sentence: string) => void;
}

/**
 * Serves the metrics on a port of their own, and nothing else. They are there from the moment the port is bound: those of a log
 * once it is open. The port that nobody chose may be another log's: then it is tried again, and the log goes on without.
 *
 * @param guard - says who may read them; without it anyone who reaches the port
 * @throws ListenRefused if the port that was chosen cannot be bound
 */
export async function serveMetrics(
  address: MetricsAddress,
  registry: MetricRegistry,
  { announce, warn }: MetricsVoices,
  guard?: MetricsGuard,
): Promise<AsyncDisposable> {
  const http = createServer({ ...REQUEST_LIMITS, keepAliveTimeout: IDLE_MS }, answering({ registry, warn, guard }));
  http.setTimeout(UNREAD_MS);
  limitConnections(http, { total: MAX_CONNECTIONS, perAddress: MAX_CONNECTIONS, isProxy: () => false, warn });
  let again: NodeJS.Timeout | undefined;
  const start = async (): Promise<void> => {
    await bind(http, address, '--metrics-listen');
    http.unref(); // a scraper keeps no process alive
    announce(`metrics on http://${addressOf(http)}/metrics`);
  };
  const retry = (): void => {
    again = setTimeout(() => void start().catch(retry), RETRY_MS).unref();
  };
  await start().catch((error: unknown) => {
    if (address.isChosen || !(error instanceof ListenRefused)) throw error;
    warn(`there are no metrics for now: ${error.message}, or off for none`);
    retry();
  });
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(again);
      if (http.listening) await close(http, 0);
    },
  };
}

interface Scraped {
  readonly registry: MetricRegistry;
  readonly warn: (sentence: string) => void;
  readonly guard: MetricsGuard | undefined;
}

function answering(scraped: Scraped): RequestListener {
  return (request, response) => {
    const refused = refusalOf(request);
    if (refused !== undefined) return void response.writeHead(refused, { Connection: 'close' }).end();
    void scrape(scraped, request, response);
  };
}

function refusalOf({ method, url = '' }: IncomingMessage): number | undefined {
  if (method !== 'GET' && method !== 'HEAD') return 405;
  return url.split('?', 1)[0] === '/metrics' ? undefined : 404;
}

async function scrape(
  { registry, warn, guard }: Scraped,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers, method } = request;
  const packs = prefersProtobuf(headers.accept);
  try {
    const refused = await guard?.refusal(request);
    if (refused !== undefined) return refuse(response, refused);
    const body = packs ? await registry.packed() : await registry.text();
    response.setHeader('Content-Type', packs ? PROTOBUF_TYPE : TEXT_TYPE);
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(method === 'HEAD' ? undefined : body);
  } catch (error) {
    warn(`the metrics could not be read: ${error instanceof Error ? error.message : String(error)}`);
    response.writeHead(500, { Connection: 'close' }).end();
  }
}

function refuse(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = typeof body?.text === 'string' ? body.text : undefined;
  response.writeHead(status, { ...headers, 'Content-Type': body?.type ?? '' }).end(text);
}

/** Prometheus asks for protobuf first where it keeps native histograms; whoever does not name it gets the text. */
function prefersProtobuf(accept = ''): boolean {
  const weights = new Map(
    accept.split(',').map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return [type, quality === undefined ? 1 : Number(quality.slice(2))] as const;
    }),
  );
  const weight = (type: string): number => weights.get(type) ?? 0;
  return weight('application/vnd.google.protobuf') > weight('text/plain');
}
