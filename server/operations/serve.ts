import type { Request } from 'express';
import type { Answer } from '../http/answer.ts';
import { type BodyBudget, BodyLease } from '../http/body-budget.ts';
import { asAccepted } from '../apis/rekor-v1.ts';
import { addressBlock } from '../http/address-block.ts';
import type { Exchange } from '../http/exchange.ts';
import { DeadlineExceeded } from '../http/failures.ts';
import type { ApiName, OperationRequest } from '../http/operation.ts';
import type { OperationSpec } from './operation-specs.ts';
import { parseQuery } from '../http/target.ts';

/** Options that all operations share. */
export interface ServeOptions {
  readonly budget: BodyBudget;
  /** Bytes of a body, by API; operations of neither have a limit of their own. */
  readonly mostBytes: Readonly<Record<ApiName, number>>;
}

export interface Operation {
  readonly row: OperationSpec;
  readonly enabled: boolean;
  readonly handler: (asked: OperationRequest) => Promise<Answer>;
}

/** Takes a request through an operation. @param rest - of the path, for operations that take all that follows */
export async function serve(
  exchange: Exchange,
  request: Request,
  { row, enabled, handler }: Operation,
  options: ServeOptions,
  rest = '',
): Promise<void> {
  const { format } = row;
  const accepted = format.negotiate(request, row);
  if (typeof accepted !== 'string') return exchange.send(accepted);
  if (!enabled && row.disabled) return exchange.send(asAccepted(row.disabled, accepted));
  const lease = new BodyLease(options.budget, exchange.remote);
  exchange.receive(lease);
  const deadline = format.deadline?.(request);
  let work: Promise<Answer> | undefined;
  try {
    const body = await format.readBody(request, row, mostBytesOf(row, options), lease);
    const { path: target, search, authority } = exchange.target;
    const path = request.params as Readonly<Record<string, string>>;
    const query = parseQuery(search);
    const gone = (): AbortSignal => exchange.gone;
    const from = addressBlock(exchange.remote);
    const about = { query, target: target + search, authority, accepted, from, request };
    work = handler({ path, rest, ...about, body, gone, deadline });
    await exchange.send(await before(deadline, work));
  } catch (error) {
    const answer = format.renderFailure(error, accepted);
    if (answer === undefined) throw error;
    await exchange.send(answer);
  } finally {
    void Promise.allSettled([work]).then(() => lease.release()); // late work holds the body until it is over
  }
}

/** The answer, if it comes in time. If the time was over before, a request that cannot be read is refused as such. @throws DeadlineExceeded */
async function before(deadline: AbortSignal | undefined, work: Promise<Answer>): Promise<Answer> {
  if (deadline === undefined) return work;
  if (deadline.aborted) {
    await work;
    throw new DeadlineExceeded(LATE);
  }
  const { promise: late, reject } = Promise.withResolvers<never>();
  deadline.addEventListener('abort', () => reject(new DeadlineExceeded(LATE)), { once: true });
  return Promise.race([late, work]);
}

/** In the words of Go's context. */
const LATE = 'context deadline exceeded';

function mostBytesOf({ api, maxBodyBytes: most }: OperationSpec, { mostBytes }: ServeOptions): number {
  if (api === undefined) return most ?? mostBytes['rekor-v1'];
  return Math.min(most ?? Infinity, mostBytes[api]);
}
