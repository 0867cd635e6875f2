import type { Request } from 'express';
import { MalformedJson } from '../../base/failures.ts';
import { type Answer, bindingError } from './answer.ts';
import { type BodyBudget, BodyLease, type BodyLimits, hasBody, readBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import { mediaType, negotiate } from './negotiate.ts';
import type { Asked } from './operation.ts';
import { toAnswer } from './problems.ts';
import { missing, unreadableBody } from './read.ts';
import { asAccepted, type Row } from './rows.ts';
import { parseQuery } from './target.ts';

/** What all operations share. */
export interface ServeOptions {
  readonly budget: BodyBudget;
  readonly limits: BodyLimits;
}

export interface Operation {
  readonly row: Row;
  readonly enabled: boolean;
  readonly handler: (asked: Asked) => Promise<Answer>;
}

const NO_BODY = new Uint8Array();

/** Takes a request through an operation, in the order in which Rekor's framework looks at things. */
export async function serve(
  exchange: Exchange,
  request: Request,
  { row, enabled, handler }: Operation,
  { budget, limits }: ServeOptions,
): Promise<void> {
  const accepted = agree(request, row);
  if (typeof accepted !== 'string') return exchange.send(accepted);
  if (!enabled && row.disabled) return exchange.send(asAccepted(row.disabled, accepted));
  const lease = new BodyLease(budget);
  exchange.receive(lease);
  try {
    const body = row.body === undefined ? NO_BODY : await readFor(row.body, request, limits, lease);
    const { path: target, search } = exchange.target;
    const path = request.params as Readonly<Record<string, string>>;
    exchange.send(await handler({ path, query: parseQuery(search), target: target + search, accepted, body }));
  } catch (error) {
    const answer = toAnswer(error);
    if (answer === undefined) throw error;
    exchange.send(asAccepted(answer, accepted));
  } finally {
    lease.release();
  }
}

/** The media type that the answer will have, or why there can be none. */
function agree(request: Request, { body, produces }: Row): string | Answer {
  if (body !== undefined && hasBody(request)) {
    const type = mediaType(request.headers['content-type']);
    if (type === 'application/json') return type;
    const text = `unsupported media type ${JSON.stringify(type)}, only [application/json] are allowed`;
    return bindingError(415, text);
  }
  if (produces.length === 0) return '';
  const text = `unsupported media type requested, only [${produces.join(' ')}] are available`;
  return negotiate(request.headers.accept, produces) ?? bindingError(406, text);
}

/** @throws InvalidRequest, and what `readBody` throws */
async function readFor(
  parameter: NonNullable<Row['body']>,
  request: Request,
  limits: BodyLimits,
  lease: BodyLease,
): Promise<Uint8Array> {
  try {
    const body = hasBody(request) ? await readBody(request, limits, lease) : NO_BODY;
    if (body.length === 0) throw missing(parameter, 'body');
    return body;
  } catch (error) {
    if (error instanceof MalformedJson && parameter !== 'proposedEntry') throw unreadableBody(parameter, error.message);
    throw error;
  }
}
