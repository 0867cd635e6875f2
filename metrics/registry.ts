import { collectDefaultMetrics, Registry } from '@prometheus-io/client';
import { definitions, type MetricName } from './definitions.ts';
import type { Definition } from './definitions/definition.ts';
import type { Family, HistogramSample, Sample, Value } from './family.ts';
import { packFamilies } from './protobuf.ts';

type Read<Values> = () => Values | Promise<Values>;

/** Returns the values at the moment in which it is called; undefined where the server has none. */
export type ReadValues = Read<number | readonly Sample[] | undefined>;
export type ReadHistograms = Read<readonly HistogramSample[] | undefined>;

/** One reader for each of the metrics. */
export type Readers<Name extends MetricName> = {
  readonly [N in Name]: (typeof definitions)[N]['type'] extends 'histogram' | 'summary' ? ReadHistograms : ReadValues;
};

/** Metrics of the client library's that are not named as `promtool check metrics` wants it. */
const MISNAMED_METRICS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_summary',
  'nodejs_eventloop_utilization_histogram',
];
/** Milliseconds between two looks of the client's at the utilization that is not shown: the longest a timer takes. */
const NEVER_MS = 2 ** 31 - 1;

/** Milliseconds between two measurements of how late the event loop is. */
const LAG_PRECISION_MS = 10;

/**
 * All that can be scraped. Values are read when someone scrapes, and cost nothing before: what counts is a number or an array
 * of whoever does the work. All scrapes at one time share one reading.
 */
export class MetricRegistry {
  readonly #registry = new Registry();
  readonly #histograms = new Map<string, ReadHistograms>();
  #failures = 0;
  #text: Promise<string> | undefined;
  #packed: Promise<Uint8Array> | undefined;

  /** Has the metrics of the process from the start: processor, memory, garbage collection, event loop. */
  constructor() {
    collectDefaultMetrics({
      register: this.#registry,
      eventLoopMonitoringPrecision: LAG_PRECISION_MS,
      eventLoopUtilizationTimeout: NEVER_MS,
    });
    for (const name of MISNAMED_METRICS) this.#registry.removeSingleMetric(name);
    this.add({ stele_metrics_failures_total: () => this.#failures });
  }

  /** @throws Error if one of them is there already */
  add<Name extends MetricName>(readers: Readers<Name>): void {
    for (const [name, reader] of Object.entries(readers) as [Name, Read<unknown>][]) {
      const read = this.#soundly(reader);
      const definition: Definition = definitions[name];
      const { type, help } = definition;
      const isMeasured = type === 'histogram' || type === 'summary';
      if (type === 'histogram') this.#histograms.set(name, read as ReadHistograms);
      const values = isMeasured ? partsOf(name, type, read as ReadHistograms) : valuesOf(read as ReadValues);
      const get = async () => ({ name, help, type, aggregator: 'sum', values: await values() });
      this.#registry.registerMetric({ name, help, type, get } as never); // the client asks for no more than these
    }
  }

  /** One that cannot be read, such as the room on a volume that is gone, is missing, and hides no other. */
  #soundly<Values>(read: Read<Values>): Read<Values | undefined> {
    return async () => {
      try {
        return await read();
      } catch {
        this.#failures += 1;
        return undefined;
      }
    };
  }

  /** In Prometheus' text format, version 0.0.4. */
  text(): Promise<string> {
    this.#text ??= this.#registry.metrics().finally(() => (this.#text = undefined));
    return this.#text;
  }

  /** In Prometheus' protobuf format, delimited: the only one that has native histograms. */
  packed(): Promise<Uint8Array> {
    this.#packed ??= this.families()
      .then(packFamilies)
      .finally(() => (this.#packed = undefined));
    return this.#packed;
  }

  /** Everything that there is, with its values. */
  async families(): Promise<readonly Family[]> {
    const all = (await this.#registry.getMetricsAsJSON()) as unknown as readonly Family[];
    return Promise.all(
      all.map(async (family) => {
        const read = this.#histograms.get(family.name);
        return read === undefined ? family : { ...family, histograms: (await read()) ?? [] };
      }),
    );
  }
}

function valuesOf(read: ReadValues): () => Promise<readonly Value[]> {
  return async () => {
    const values = await read();
    if (values === undefined) return [];
    return typeof values === 'number' ? [{ labels: {}, value: values }] : values;
  };
}

/** Cumulative buckets by their upper bounds, unless it is a summary, the sum and the count: this every Prometheus reads. */
function partsOf(
  name: MetricName,
  type: 'histogram' | 'summary',
  read: ReadHistograms,
): () => Promise<readonly Value[]> {
  return async () =>
    ((await read()) ?? []).flatMap(({ labels, histogram, bounds = histogram.bounds, scale = 1 }) => {
      const { count, sum } = histogram;
      const bucket = (le: number | string, value: number): Value => {
        return { metricName: `${name}_bucket`, labels: { ...labels, le: String(le) }, value };
      };
      return [
        ...(type === 'summary'
          ? []
          : histogram.upTo(bounds).map((value, i) => bucket((bounds[i] as number) * scale, value))),
        ...(type === 'summary' ? [] : [bucket('+Inf', count)]),
        { metricName: `${name}_sum`, labels, value: sum * scale },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
}
