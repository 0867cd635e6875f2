import { toHex } from '../../../base/bytes.ts';
import type { Api } from '../../../client/http/log-client.ts';
import type { EntryCounts } from './entries.ts';
import type { HeadReport } from './heads.ts';

/** Everything that an audit found, for the one line or object that it ends with. */
export interface AuditReport {
  readonly server: string;
  readonly heads: readonly (HeadReport & { readonly api: Api })[];
  readonly cosigners?: readonly string[];
  readonly entries?: EntryCounts;
  readonly evidence?: readonly string[];
  /** Why the log is not sound, beside its heads. */
  readonly reason?: string;
}

/** Whether a head is as it has to be. */
export function isGood({ verdict }: HeadReport): boolean {
  return ['first', 'same', 'grown', 'behind'].includes(verdict.found);
}

export function reportJson({ heads, reason, ...report }: AuditReport): object {
  const isSound = reason === undefined && heads.every(isGood);
  const described = heads.map(({ api, head, before, verdict }) => ({
    origin: head.checkpoint.origin,
    api,
    treeSize: head.checkpoint.size,
    rootHash: toHex(head.checkpoint.root),
    ...(before && { sizeBefore: before.checkpoint.size }),
    verdict: verdict.found,
    ...('reason' in verdict && { reason: verdict.reason }),
    ...('fork' in verdict && { reason: forkSentence(verdict.fork.kind) }),
  }));
  return { isSound, ...report, heads: described, ...(reason !== undefined && { reason }) };
}

export function reportText({ heads, cosigners, entries, evidence }: AuditReport): string {
  const lines = heads.map((one) => `${one.head.checkpoint.origin}: ${headSentence(one)}`);
  if (cosigners !== undefined) lines.push(`cosigned by ${cosigners.length === 0 ? 'nobody' : cosigners.join(', ')}`);
  for (const [origin, sources] of Object.entries(entries ?? {}))
    for (const [source, count] of Object.entries(sources))
      lines.push(`${origin}: ${count} entries checked by ${source}`);
  for (const file of evidence ?? []) lines.push(`evidence: ${file}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** Says how heads are not as they have to be: what is wrong with the heads of several trees, once. */
export function wrongSentences(heads: readonly HeadReport[]): readonly string[] {
  const wrong = heads
    .filter((one) => !isGood(one))
    .map(({ head, verdict }) => {
      const reason = 'reason' in verdict ? verdict.reason : undefined;
      return { origin: head.checkpoint.origin, reason };
    });
  return [...Map.groupBy(wrong, ({ reason }) => reason)].map(([reason, all]) => {
    const origins = all.map(({ origin }) => origin).join(' and ');
    return reason === undefined ? `${origins} has forked` : `${origins}: ${reason}`;
  });
}

function headSentence({ head, before, verdict }: HeadReport): string {
  const size = `${head.checkpoint.size} entries`;
  if ('reason' in verdict) return `${size}: ${FINDINGS[verdict.found]}`; // the error has the reason
  if ('fork' in verdict) return `${size}: the log has forked. ${forkSentence(verdict.fork.kind)}`;
  const sizeBefore = before?.checkpoint.size ?? 0;
  const endings = {
    first: 'seen for the first time',
    same: 'as before',
    grown: `and begins with the ${sizeBefore} seen before`,
    behind: `the beginning of the ${sizeBefore} at ${before?.server ?? ''}`,
  };
  return `${size}, ${endings[verdict.found]}`;
}

const FINDINGS = {
  'rolled-back': 'fewer than were seen before',
  unproved: 'they are not shown to begin with those seen before',
} as const;

function forkSentence(kind: 'two-roots' | 'other-beginning'): string {
  return kind === 'two-roots'
    ? 'It has signed two different trees of one size'
    : 'It has signed a smaller tree, and a larger one that does not begin with it';
}
