import type { Logger } from '../host/logging/logger.ts';

/** Members of a request line that decide how it is written. */
interface Line {
  readonly route: string;
  readonly path: string;
  readonly status: number;
}

/** Routes that are asked every few seconds by machines. A good answer to them says nothing new. */
const PROBES: ReadonlySet<string> = new Set(['/ping', '/healthz', '/readyz']);

/** Writes the line of one request. Text that strangers chose is searched for secrets; most lines hold none of it. */
export function logRequest(logger: Logger, line: Line): void {
  const fields = { ...line };
  if (PROBES.has(line.route) && line.status < 400) return logger.debug('request', fields);
  const chosenBySender = line.status >= 400 || line.path.includes('?');
  if (chosenBySender) logger.info('request', fields);
  else logger.plain('request', fields);
}
