/** Describes a metric to scrapers, dashboards and the manual. Its name says its unit, and a counter's ends in `_total`. */
export interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
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
