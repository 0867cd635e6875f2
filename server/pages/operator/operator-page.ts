import type { Family, Value } from '../../../metrics/family.ts';
import type { Answer } from '../../http/answer.ts';
import { type Html, html, NOTHING, renderPage } from '../layout.ts';
import type { PageParts, PageRequest } from '../page.ts';
import { grouped, isolated, moment } from '../text.ts';
import { latencies } from './latency.ts';

/* The figures of the server, as Prometheus would scrape them now, for a person with the right `admin`. */

/** A part of the page, and the metrics in it, with what people call them. */
interface Part {
  readonly title: string;
  readonly metrics: readonly (readonly [metric: string, name: string])[];
}

const PARTS: readonly Part[] = [
  {
    title: 'Growth',
    metrics: [
      ['stele_log_entries', 'Entries'],
      ['stele_entries_added_total', 'Added since the start'],
      ['stele_duplicate_entries_total', 'Duplicates since the start'],
      ['stele_head_age_seconds', 'Age of the newest head'],
    ],
  },
  {
    title: 'Queue',
    metrics: [
      ['stele_entries_waiting', 'Entries that wait'],
      ['stele_entries_waiting_bytes', 'Bytes that wait'],
      ['stele_admission_queue_length', 'Requests that wait for admission'],
      ['stele_admission_threads_busy', 'Busy admission threads'],
      ['stele_http_connections', 'Open connections'],
      ['stele_http_unavailable_total', 'Answered 503'],
      ['stele_refusing_entries', 'Refuses entries'],
    ],
  },
  {
    title: 'Disk',
    metrics: [
      ['stele_disk_free_bytes', 'Free'],
      ['stele_disk_reserve_bytes', 'Stays free'],
      ['stele_database_bytes', 'Database'],
      ['stele_wal_bytes', 'Write-ahead log'],
    ],
  },
  {
    title: 'Scrub',
    metrics: [
      ['stele_scrub_position_entries', 'Entries behind this pass'],
      ['stele_scrub_last_pass_timestamp_seconds', 'Last full pass'],
      ['stele_scrub_damage_found_total', 'Damage found'],
      ['stele_scrub_repaired_total', 'Written anew'],
      ['stele_scrub_damaged_places', 'Damaged places'],
    ],
  },
  {
    title: 'Backup',
    metrics: [
      ['stele_archive_age_seconds', 'Age of the archive'],
      ['stele_archive_entries', 'Entries in it'],
    ],
  },
  {
    title: 'Witnesses',
    metrics: [
      ['stele_witness_cosigned_size', 'Cosigned'],
      ['stele_witness_cosigned_timestamp_seconds', 'Last cosignature'],
      ['stele_witness_failures_total', 'Failed requests'],
    ],
  },
];

/** How the server does. */
export async function operatorPage({ frame, principal }: PageRequest, { figures }: PageParts): Promise<Answer> {
  const families = await figures?.();
  const off = html`<p class="note" role="note">
    This server counts nothing: <code>--metrics-listen off</code>. With an address there, its figures stand here too.
  </p>`;
  const main = html`<header class="page-head">
      <p class="kicker">${isolated(frame.origin)}</p>
      <h1>Operator</h1>
      <p class="more">Seen by ${isolated(principal.name)}. The figures are those of <code>/metrics</code>, now.</p>
    </header>
    ${
      families === undefined
        ? off
        : html`${PARTS.map((part) => partSection(part, families))}${latencies(families)}${tokenSection()}`
    }`;
  const body = renderPage({ title: `Operator of ${frame.origin}`, description: 'How the server does.', main, frame });
  return { status: 200, headers: { 'Cache-Control': 'no-store' }, body };
}

function partSection({ title, metrics }: Part, families: readonly Family[]): Html {
  const id = title.toLowerCase();
  const rows = metrics.flatMap(([metric, name]) => {
    const family = families.find((one) => one.name === metric);
    return (family?.values ?? []).map((value) => figure(metric, name, value));
  });
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${rows.length === 0 ? html`<p class="more">Nothing is counted here: it is off, or there is none.</p>` : html`<dl class="figures">${rows}</dl>`}
  </section>`;
}

function figure(metric: string, name: string, { labels, value }: Value): Html {
  const of = Object.values(labels).join(', ');
  return html`<div>
    <dt>${name}${of === '' ? NOTHING : html`, ${isolated(of)}`}</dt>
    <dd>${readable(metric, value)}</dd>
  </div>`;
}

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A value with its unit, which the name of a metric says. */
function readable(metric: string, value: number): Html {
  if (metric.endsWith('_timestamp_seconds')) return moment(Math.round(value));
  if (metric.endsWith('_seconds'))
    return html`${value < 120 ? `${value.toFixed(1)} s` : `${grouped(Math.round(value / 60))} min`}`;
  if (!metric.endsWith('_bytes')) return html`${grouped(Math.round(value))}`;
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return html`${(value / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${BYTE_UNITS[power] ?? ''}`;
}

/** Tokens stand in a file of the operator's, which no page opens. */
function tokenSection(): Html {
  return html`<section aria-labelledby="tokens">
    <h2 id="tokens">Tokens</h2>
    <p>
      <code>stele token list</code> shows them, with when each was last used; <code>stele token revoke</code> ends one.
    </p>
  </section>`;
}
