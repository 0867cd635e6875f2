import type { Histogram } from '../base/histogram.ts';

export type Labels = Readonly<Record<string, string>>;

/** A value of a counter or a gauge, and the labels that it stands under. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  readonly histogram: Histogram;
  /** Those of its bounds that are shown: all, unless given. */
  readonly bounds?: readonly number[];
  /** Units of the metric in one unit of the histogram: 1, unless given. */
  readonly scale?: number;
}

/** A value as the client library has it: each of a histogram is named for the part that it is. */
export interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** All values of one metric. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly values: readonly Value[];
  /** The histograms as they were counted, where they have native buckets. */
  readonly histograms?: readonly HistogramSample[];
}
