import type { ServerProcess } from '../testkit/server-process.ts';
import type { LoopResult } from './closed-loop.ts';
import { residentMemory } from './machine.ts';
import { measure, portOf } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { Measured } from './row.ts';
import { type Scenario, type Stage, withServer } from './scenarios.ts';

/** Times what the log takes: so many requests a second are sent, over so many times the connections. */
const OVERLOAD = 10;

/** Seconds after an overload in which the log is looked at each second. */
const AFTER_SECONDS = 8;

/** Share of the capacity at which a log is loaded when all is well. */
const NORMAL_SHARE = 0.5;

/** Submissions that are made beforehand for each second. Those that are refused are sent again. */
const MOST_A_SECOND = 6000;

/** A second is normal again whose p99 is at most so many times that of normal load, and in which all was taken. */
const NORMAL_FACTOR = 1.5;

/**
 * Submissions at half of the capacity, which is normal, then at ten times of it from clients who wait for nothing, and then at half
 * again. Latencies count from when a request was sent: clients who are late are not the server's.
 */
export const overload: Scenario = (folder, options) =>
  withServer(folder, options, async (stage) => {
    const { server } = stage;
    const { connections, seconds, warmUp, kind } = options;
    await loaded(stage, { connections, seconds: warmUp });
    const full = await loaded(stage, { connections, seconds });
    const capacity = full.done / full.seconds;
    const normalRate = Math.ceil(capacity * NORMAL_SHARE);
    const normal = await row(stage, `submit ${kind} at half of the capacity`, {
      connections,
      seconds,
      rate: normalRate,
    });
    const before = residentMemory(server.pid);
    const many = { connections: OVERLOAD * connections, seconds, rate: Math.ceil(OVERLOAD * capacity) };
    const growth = residentGrowth(server);
    const over = await row(stage, `submit ${kind} from ${OVERLOAD} times as many clients${slowness(options)}`, many);
    const grownMiB = growth();
    const secondsToNormal = await recovery(stage, normalRate, normal.figures.p99Ms ?? 0);
    const { figures, refused = {} } = over;
    const turnedAway = Object.values(refused).reduce((sum, count) => sum + count, 0);
    const sent = (figures.perSecond ?? 0) + turnedAway / seconds;
    const normalP99Ms = normal.figures.p99Ms ?? 0;
    const extra = {
      capacityPerSecond: capacity,
      sentOverCapacity: sent / capacity,
      normalP99Ms,
      p99OverNormal: (figures.p99Ms ?? 0) / normalP99Ms,
      residentMiB: before,
      grownMiB,
      secondsToNormal,
    };
    return [normal, { ...over, figures: { ...figures, ...extra } }];
  });

interface Load {
  readonly connections: number;
  readonly seconds: number;
  readonly rate?: number;
}

async function loaded({ server, generator, options }: Stage, load: Load): Promise<LoopResult> {
  await generator.make(
    options.kind,
    Math.ceil(Math.min(load.rate ?? Infinity, MOST_A_SECOND) * load.seconds) + load.connections,
  );
  return generator.submit({ ...load, port: portOf(server), fromSent: true, again: true });
}

async function row(stage: Stage, name: string, load: Load): Promise<Measured> {
  const { server, generator, options } = stage;
  const most = Math.min(load.rate ?? Infinity, MOST_A_SECOND) * load.seconds;
  await generator.make(options.kind, Math.ceil(most) + load.connections);
  const loop = { ...load, port: portOf(server), fromSent: true, again: true };
  return measure(server, name, () => generator.submit(loop));
}

/** Looks at the memory each second. @returns how to end that, and know MiB between the second look and the largest of the later ones */
function residentGrowth({ pid }: ServerProcess): () => number {
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(residentMemory(pid)), 1000);
  return () => {
    clearInterval(timer);
    const [, second = 0, ...later] = seen;
    return Math.max(second, ...later) - second;
  };
}

/** Seconds of normal load until one of them is normal; `Infinity` if none is. */
async function recovery(stage: Stage, rate: number, normalP99Ms: number): Promise<number> {
  const { connections } = stage.options;
  await stage.generator.make(stage.options.kind, rate * AFTER_SECONDS + connections);
  for (let second = 1; second <= AFTER_SECONDS; second += 1) {
    const { done, refused, latencies } = await stage.generator.submit({
      port: portOf(stage.server),
      connections,
      seconds: 1,
      rate,
      fromSent: true,
      again: true,
    });
    const p99 = latencies[Math.floor(done * 0.99)] ?? Infinity;
    console.error(`second ${second} after the overload: ${done} taken, p99 ${p99.toFixed(1)} ms`);
    if (Object.keys(refused).length === 0 && p99 <= NORMAL_FACTOR * normalP99Ms) return second;
  }
  return Number.POSITIVE_INFINITY;
}

function slowness({ slowFdatasync }: BenchOptions): string {
  return slowFdatasync === 0 ? '' : `, fdatasync slowed by ${slowFdatasync} ms`;
}
