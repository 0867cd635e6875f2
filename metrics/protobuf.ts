import { NATIVE_SCHEMA, type NativeBucket } from '../base/histogram.ts';
import type { Family, HistogramSample, Value } from './family.ts';

/*
 * Prometheus' protobuf format, which client libraries of other languages have and that for JavaScript has not: messages of
 * io.prometheus.client (metrics.proto), each behind its length. Numbers of fields are those of that file.
 */

/** As it is asked for and answered. */
export const PROTOBUF_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

const TYPES = { counter: 0, gauge: 1, summary: 2, histogram: 4 } as const;
/** Field of the message `Metric` that holds the value. */
const VALUE_FIELDS = { gauge: 2, counter: 3, summary: 4, histogram: 7 } as const;

/** Families without values are left out: the format has no place for them. */
export function packFamilies(families: readonly Family[]): Uint8Array {
  return Buffer.concat(
    families.filter(({ values }) => values.length > 0).flatMap((family) => delimited(packFamily(family))),
  );
}

function packFamily(family: Family): Buffer {
  const { name, help, type } = family;
  const isMeasured = type === 'histogram' || type === 'summary';
  const metrics = isMeasured ? histogramsOf(family) : family.values.map(simple);
  return Buffer.concat([
    text(1, name),
    text(2, help),
    whole(3, TYPES[type]),
    ...metrics.map(({ labels, value }) => message(4, [...packLabels(labels), message(VALUE_FIELDS[type], value)])),
  ]);
}

interface PackedMetric {
  readonly labels: Value['labels'];
  readonly value: readonly Buffer[];
}

function simple({ labels, value }: Value): PackedMetric {
  return { labels, value: [double(1, value)] };
}

function histogramsOf({ values, histograms, name }: Family): readonly PackedMetric[] {
  if (histograms !== undefined)
    return histograms.map((sample) => ({ labels: sample.labels, value: [...classic(sample), ...native(sample)] }));
  return groups(values).map((group) => ({ labels: group.labels, value: classicValues(name, group.values) }));
}

function classic({ histogram, bounds = histogram.bounds, scale = 1 }: HistogramSample): readonly Buffer[] {
  const cumulative = histogram.upTo(bounds);
  return [
    whole(1, histogram.count),
    double(2, histogram.sum * scale),
    ...cumulative.map((count, i) => message(3, [whole(1, count), double(2, (bounds[i] as number) * scale)])),
  ];
}

/** Bound below which a value counts as none: the end of the first native bucket, in seconds about a microsecond. */
const ZERO_THRESHOLD = 2 ** -20;
const ZERO_NUMBER = -20 * 2 ** NATIVE_SCHEMA;

/** Where units differ the bounds of buckets do not fall together: then there are only classic ones. */
function native({ histogram, scale = 1 }: HistogramSample): readonly Buffer[] {
  if (scale !== 1) return [];
  const all = histogram.native();
  const zero = all.find(({ number }) => number === ZERO_NUMBER)?.count ?? 0;
  const buckets = all.filter(({ number }) => number !== ZERO_NUMBER);
  return [
    signed(5, NATIVE_SCHEMA),
    double(6, ZERO_THRESHOLD),
    whole(7, zero),
    ...spansOf(buckets),
    ...buckets.map(({ count }, i) => signed(13, count - (buckets[i - 1]?.count ?? 0))),
  ];
}

/** Rows of buckets without a gap, each by its distance from the end of the one before. An empty histogram has one, of no bucket. */
function spansOf(buckets: readonly NativeBucket[]): readonly Buffer[] {
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const { number } of buckets) {
    const last = spans.at(-1);
    if (last !== undefined && number === next) last.length += 1;
    else spans.push({ offset: number - next, length: 1 });
    next = number + 1;
  }
  if (spans.length === 0) spans.push({ offset: 0, length: 0 });
  return spans.map(({ offset, length }) => message(12, [signed(1, offset), whole(2, length)]));
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

function classicValues(name: string, values: readonly Value[]): readonly Buffer[] {
  const of = (part: string): number => values.find(({ metricName }) => metricName === `${name}_${part}`)?.value ?? 0;
  const buckets = values.filter(({ labels: { le } }) => le !== undefined && le !== '+Inf');
  return [
    whole(1, of('count')),
    double(2, of('sum')),
    ...buckets.map(({ labels, value }) => message(3, [whole(1, value), double(2, Number(labels['le']))])),
  ];
}

const packLabels = (labels: Value['labels']): readonly Buffer[] =>
  Object.entries(labels).map(([name, value]) => message(1, [text(1, name), text(2, String(value))]));

/* Wire types of protocol buffers: 0 for whole numbers, 1 for doubles, 2 for what has a length. */

const tag = (field: number, wire: number): number[] => varint(field * 8 + wire);
const whole = (field: number, value: number): Buffer => Buffer.from([...tag(field, 0), ...varint(value)]);
/** ZigZag: small numbers are short, whatever their sign. */
const signed = (field: number, value: number): Buffer => whole(field, value < 0 ? -2 * value - 1 : 2 * value);
const text = (field: number, value: string): Buffer => withLength(field, Buffer.from(value));
const message = (field: number, parts: readonly Buffer[]): Buffer => withLength(field, Buffer.concat(parts));

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([Buffer.from(tag(field, 1)), bytes]);
}

function withLength(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(tag(field, 2)), ...delimited(bytes)]);
}

function delimited(bytes: Buffer): readonly Buffer[] {
  return [Buffer.from(varint(bytes.length)), bytes];
}

/** @param value - from 0 to 2^53 - 1 */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  return [...bytes, rest];
}
