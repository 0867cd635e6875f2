import { NATIVE_SCHEMA, type NativeBucket } from '../base/histogram.ts';
import type { Family, HistogramSample, Value } from './family.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/*
 * Prometheus' protobuf format, which client libraries of other languages have and that for JavaScript has not: messages of
 * io.prometheus.client (metrics.proto), each behind its length. Numbers of fields are those of that file. The writer goes from the
 * end to the beginning: what is repeated is written last first.
 */

/** As it is asked for and answered. */
export const PROTOBUF_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

const TYPES = { counter: 0, gauge: 1, summary: 2, histogram: 4 } as const;
/** Field of the message `Metric` that holds the value. */
const VALUE_FIELDS = { gauge: 2, counter: 3, summary: 4, histogram: 7 } as const;

/** Families without values are left out: the format has no place for them. */
export function packFamilies(families: readonly Family[]): Uint8Array {
  const writer = new ProtobufWriter();
  for (const family of families.toReversed())
    if ((family.histograms ?? family.values).length > 0) writer.delimited(() => packFamily(writer, family));
  return writer.finish();
}

function packFamily(writer: ProtobufWriter, family: Family): void {
  const { name, help, type } = family;
  for (const { labels, write } of metricsOf(family).toReversed())
    writer.message(4, () => {
      writer.message(VALUE_FIELDS[type], () => write(writer));
      packLabels(writer, labels);
    });
  writer.whole(3, TYPES[type]);
  writer.text(2, help);
  writer.text(1, name);
}

function packLabels(writer: ProtobufWriter, labels: Value['labels']): void {
  for (const [name, value] of Object.entries(labels).toReversed())
    writer.message(1, () => {
      writer.text(2, String(value));
      writer.text(1, name);
    });
}

interface Metric {
  readonly labels: Value['labels'];
  /** Writes the message of the value. */
  readonly write: (writer: ProtobufWriter) => void;
}

function metricsOf({ type, name, values, histograms }: Family): readonly Metric[] {
  if (histograms !== undefined)
    return histograms.map((sample) => ({
      labels: sample.labels,
      write(writer) {
        native(writer, sample);
        classic(writer, sample);
      },
    }));
  if (type === 'histogram' || type === 'summary')
    return groups(values).map((group) => ({
      labels: group.labels,
      write: (writer) => parts(writer, name, group.values),
    }));
  return values.map(({ labels, value }) => ({ labels, write: (writer) => writer.double(1, value) }));
}

function classic(writer: ProtobufWriter, { histogram, bounds = histogram.bounds, scale = 1 }: HistogramSample): void {
  const counts = histogram.upTo(bounds);
  for (let i = bounds.length - 1; i >= 0; i -= 1) bucket(writer, (bounds[i] ?? 0) * scale, counts[i] ?? 0);
  writer.double(2, histogram.sum * scale);
  writer.whole(1, histogram.count);
}

function bucket(writer: ProtobufWriter, bound: number, count: number): void {
  writer.message(3, () => {
    writer.double(2, bound);
    writer.whole(1, count);
  });
}

/** Bound below which a value counts as none: the end of the first native bucket, in seconds about a microsecond. */
const ZERO_THRESHOLD = 2 ** -20;
const ZERO_NUMBER = -20 * 2 ** NATIVE_SCHEMA;

/** Where units differ the bounds of buckets do not fall together: then there are only classic ones. */
function native(writer: ProtobufWriter, { histogram, scale = 1 }: HistogramSample): void {
  if (scale !== 1) return;
  const all = histogram.native();
  const zero = all.find(({ number }) => number === ZERO_NUMBER)?.count ?? 0;
  const buckets = all.filter(({ number }) => number !== ZERO_NUMBER);
  const deltas = buckets.map(({ count }, i) => count - (buckets[i - 1]?.count ?? 0));
  for (const delta of deltas.toReversed()) writer.signed(13, delta);
  for (const { offset, length } of spansOf(buckets).toReversed())
    writer.message(12, () => {
      writer.whole(2, length);
      writer.signed(1, offset);
    });
  writer.whole(7, zero);
  writer.double(6, ZERO_THRESHOLD);
  writer.signed(5, NATIVE_SCHEMA);
}

interface Span {
  /** Buckets between its first and the end of the span before; the number of its first, where there is none before. */
  readonly offset: number;
  length: number;
}

/** Rows of buckets without a gap. An empty histogram has one, of no bucket. */
function spansOf(buckets: readonly NativeBucket[]): readonly Span[] {
  const spans: Span[] = [];
  let next = 0;
  for (const { number } of buckets) {
    const last = spans.at(-1);
    if (last !== undefined && number === next) last.length += 1;
    else spans.push({ offset: number - next, length: 1 });
    next = number + 1;
  }
  return spans.length === 0 ? [{ offset: 0, length: 0 }] : spans;
}

interface Group {
  readonly labels: Value['labels'];
  readonly values: Value[];
}

/** The values of a family by their labels, but for `le`. */
function groups(values: readonly Value[]): readonly Group[] {
  const found = new Map<string, Group>();
  for (const value of values) {
    const { le: _, ...labels } = value.labels;
    const key = JSON.stringify(labels);
    const group = found.get(key) ?? { labels, values: [] };
    found.set(key, group);
    group.values.push(value);
  }
  return [...found.values()];
}

/** A histogram or a summary as the client library tells it: a value for each part. */
function parts(writer: ProtobufWriter, name: string, values: readonly Value[]): void {
  const of = (part: string): number => values.find(({ metricName }) => metricName === `${name}_${part}`)?.value ?? 0;
  for (const { labels, value } of values.toReversed())
    if (labels['le'] !== undefined && labels['le'] !== '+Inf') bucket(writer, Number(labels['le']), value);
  writer.double(2, of('sum'));
  writer.whole(1, of('count'));
}
