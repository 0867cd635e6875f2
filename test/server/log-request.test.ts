import { describe, expect, it } from 'vitest';
import { createLogger } from '../../host/logging/logger.ts';
import { logRequest } from '../../server/log-request.ts';

function linesOf(level: 'debug' | 'info', ...lines: readonly Parameters<typeof logRequest>[1][]) {
  const written: string[] = [];
  const stream = { write: (line: string) => void written.push(line) };
  const logger = createLogger({ format: 'json', level, dev: false, stream });
  for (const line of lines) logRequest(logger, line);
  return written.map((line) => JSON.parse(line) as { readonly level: string; readonly path: string });
}

const PROBE = { route: '/healthz', path: '/healthz', status: 200 };

describe('request lines: level and secrets', () => {
  it('a good answer to a health probe is a debug line, a bad one is not', () => {
    expect(linesOf('info', PROBE)).toEqual([]);
    expect(linesOf('debug', PROBE)).toMatchObject([{ level: 'debug' }]);
    expect(linesOf('info', { ...PROBE, route: '/readyz', status: 503 })).toMatchObject([{ level: 'info' }]);
  });

  it('a private key in the query of a request does not reach the log', () => {
    const path = '/api/v1/log?x=-----BEGIN PRIVATE KEY-----MIGH-----END PRIVATE KEY-----';
    expect(linesOf('info', { route: '(none)', path, status: 404 })).toMatchObject([
      { path: '/api/v1/log?x=[withheld]' },
    ]);
  });
});
