import { type Connection, openConnection } from './connection.ts';

export interface LoopPlan {
  readonly port: number;
  readonly connections: number;
  /** How long new requests are sent. */
  readonly seconds: number;
  /** Requests a second over all connections; undefined sends each when the last is answered. */
  readonly rate?: number | undefined;
  /** The only status that counts as done. */
  readonly status: number;
  /** Whether a latency counts from when its request was sent, and not from when it was due. */
  readonly fromSent?: boolean | undefined;
  /** Told each request that was answered 503. */
  readonly refused?: ((request: Buffer) => void) | undefined;
  /** Undefined ends the loop early. */
  readonly next: () => Buffer | undefined;
}

export interface LoopResult {
  readonly done: number;
  /** How often each other status came. */
  readonly refused: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Of those done, in milliseconds, ascending. */
  readonly latencies: Float64Array;
  /** Whether the requests ran out before the time did. */
  readonly ranOut: boolean;
  /** CPU time of this process for each request. */
  readonly microsecondsPerRequest: number;
}

/**
 * Each connection sends its next request when the answer to the last has come; at a given rate not before it is due, and
 * then its latency counts from when it was due, so that a server that stalls is charged for all who would have asked.
 */
export async function closedLoop(plan: LoopPlan): Promise<LoopResult> {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const opened = Array.from({ length: plan.connections }, () => openConnection(plan.port, reject));
  const connections = await Promise.race([Promise.all(opened), lost]);
  const meter = new Meter(plan.status);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const until = start + plan.seconds * 1000;
  await Promise.race([Promise.all(connections.map((connection) => drive(connection, plan, until, meter))), lost]);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const connection of connections) connection.close();
  return {
    ...meter.result(),
    seconds,
    ranOut: seconds < plan.seconds,
    microsecondsPerRequest: (user + system) / meter.count,
  };
}

const UNAVAILABLE_STATUS = 503;

function drive(connection: Connection, plan: LoopPlan, until: number, meter: Meter): Promise<void> {
  const pause = plan.rate === undefined ? 0 : (1000 * plan.connections) / plan.rate;
  return new Promise((resolve) => {
    let due = performance.now() + Math.random() * pause;
    let sent: { readonly request: Buffer; readonly at: number } | undefined;
    const finished = (status: number): void => {
      const now = performance.now();
      meter.add(status, now - (plan.fromSent === true ? (sent?.at ?? due) : due));
      if (status === UNAVAILABLE_STATUS && sent !== undefined) plan.refused?.(sent.request);
      due = pause === 0 ? now : due + pause;
      if (due <= now) step();
      else setTimeout(step, due - now);
    };
    const step = (): void => {
      // One that is late because of the server is charged to it; one whose latency counts from when it was sent ends with the time.
      const isOver = plan.fromSent === true ? performance.now() >= until : due >= until;
      const request = isOver ? undefined : plan.next();
      if (request === undefined) return resolve();
      sent = { request, at: performance.now() };
      connection.send(request, finished);
    };
    setTimeout(step, Math.max(0, due - performance.now()));
  });
}

class Meter {
  readonly #status: number;
  readonly #latencies: number[] = [];
  readonly #refused: Record<string, number> = {};
  count = 0;

  constructor(status: number) {
    this.#status = status;
  }

  add(status: number, latency: number): void {
    this.count += 1;
    if (status === this.#status) this.#latencies.push(latency);
    else this.#refused[status] = (this.#refused[status] ?? 0) + 1;
  }

  result(): Pick<LoopResult, 'done' | 'refused' | 'latencies'> {
    const latencies = Float64Array.from(this.#latencies).sort();
    return { done: latencies.length, refused: this.#refused, latencies };
  }
}
