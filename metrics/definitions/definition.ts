/** Describes a metric to scrapers, dashboards and the manual. Its name says its unit, and a counter's ends in `_total`. */
export interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** Each has few values, which no stranger can add to. */
  readonly labels: readonly string[];
  readonly help: string;
}

type Defined<Type extends Definition['type']> = Definition & { readonly type: Type };

export const counter = (help: string, ...labels: readonly string[]): Defined<'counter'> => ({
  type: 'counter',
  labels,
  help,
});

export const gauge = (help: string, ...labels: readonly string[]): Defined<'gauge'> => ({
  type: 'gauge',
  labels,
  help,
});

export const histogram = (help: string, ...labels: readonly string[]): Defined<'histogram'> => ({
  type: 'histogram',
  labels,
  help,
});

/** Sum and count of what is measured. */
export const summary = (help: string, ...labels: readonly string[]): Defined<'summary'> => ({
  type: 'summary',
  labels,
  help,
});
