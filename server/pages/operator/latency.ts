import type { Family } from '../../../metrics/family.ts';
import { type Html, html, NOTHING } from '../layout.ts';
import { grouped, table } from '../text.ts';

const REQUESTS = 'stele_http_request_duration_seconds';

/** Requests of one operation since the start. */
interface Latency {
  readonly operation: string;
  readonly count: number;
  /** Seconds: the mean, and a bound that 99 of 100 keep. */
  readonly mean: number;
  readonly most: number;
}

/** A table of all operations that were asked for: how many requests, and how long they took. */
export function latencies(families: readonly Family[]): Html {
  const family = families.find(({ name }) => name === REQUESTS);
  const rows = (family?.histograms ?? []).flatMap(({ labels, histogram }): readonly Latency[] => {
    const { count, sum, bounds } = histogram;
    if (count === 0) return [];
    const within = histogram.upTo(bounds).findIndex((below) => below >= 0.99 * count);
    const most = within < 0 ? Infinity : (bounds[within] ?? Infinity);
    return [{ operation: labels['operation'] ?? '', count, mean: sum / count, most }];
  });
  if (rows.length === 0) return NOTHING;
  const ordered = rows.toSorted((one, other) => other.count - one.count);
  return html`<section aria-labelledby="requests">
    <h2 id="requests">Requests since the start</h2>
    ${table(
      'Requests by operation',
      ['Operation', 'Requests', 'Mean', '99 % within'],
      ordered.map(
        ({ operation, count, mean, most }) =>
          html`<tr>
            <th scope="row">${operation}</th>
            <td>${grouped(count)}</td>
            <td>${milliseconds(mean)}</td>
            <td>${Number.isFinite(most) ? milliseconds(most) : 'more than all bounds'}</td>
          </tr>`,
      ),
    )}
  </section>`;
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms`;
}
