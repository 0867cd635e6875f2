import { availableParallelism } from 'node:os';
import type { Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { identityFor, type OpenedLog, requestHeaders, timeoutMs, transportTo } from '../../log/open-log.ts';
import type { audit } from './about.ts';
import { runPass } from './full.ts';
import type { KnownHeads } from './known-heads.ts';
import type { ScanSettings } from './scan-wire.ts';
import type { AuditedTree } from './trees.ts';

/** A tree with the heads of it that were seen before, which are held until the run is over. */
export interface CheckedTree extends AuditedTree {
  readonly known: KnownHeads;
}

/** Entries that were checked, by origin and by what they were read from. */
export type EntryCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

type Asked = Run<typeof audit.options>;

/** Checks every entry of all trees. @throws Failure for the first that does not hold */
export async function auditEntries(asked: Asked, log: OpenedLog, trees: readonly CheckedTree[]): Promise<EntryCounts> {
  const counts: Record<string, Record<string, number>> = {};
  for (const tree of trees) {
    const { origin, size } = tree.head.checkpoint;
    const settings = settingsOf(asked, log, tree);
    const source = settings.what === 'tiles' ? 'tiles' : 'rekor-v1';
    await auditTree(asked, tree, settings, `${source} ${settings.base}`);
    counts[origin] = { ...counts[origin], [source]: size };
  }
  return counts;
}

/** @throws UsageFault where the sizes of the shards before are not known */
function settingsOf({ globals, words }: Asked, log: OpenedLog, { client, head, offset }: AuditedTree): ScanSettings {
  const headers = requestHeaders(log.base, globals);
  const identity = identityFor(log.base, globals);
  const address = words[0] ?? globals.server ?? log.base;
  const shared = { timeout: timeoutMs(globals), headers, identity, keys: log.keys, head, address, base: log.base };
  if (client.api !== 'rekor-v1') {
    const { tiles } = globals;
    const elsewhere = tiles !== undefined && {
      address: tiles,
      base: transportTo(tiles, { globals }).base,
      headers: requestHeaders(tiles, globals),
      identity: undefined,
      prefix: '',
    };
    return { ...shared, what: 'tiles', prefix: log.offer.tilePrefix ?? '', ...elsewhere };
  }
  if (offset !== undefined) return { ...shared, what: 'entries', offset };
  throw new UsageFault('--full needs the keys of all shards of the log: give each with --log-key, or --trusted-root');
}

/** Milliseconds between two writes of how far it is. */
const SAVE_EVERY_MS = 1000;

/** @param source - names what is read, in the state */
async function auditTree(
  { options, output }: Asked,
  { client, head, known }: CheckedTree,
  settings: ScanSettings,
  source: string,
): Promise<void> {
  const { origin, size } = head.checkpoint;
  const from = Math.min(known.checkedOf(source), size);
  if (from > 0) output.remark(`${origin}: entries below ${from} of ${size} were checked by a run before this one`);
  let [saved, next, isWhole] = [performance.now(), from, false];
  const advance = (to: number): void => {
    next = to;
    output.progress({ done: next, total: size, unit: 'entries' });
    if (performance.now() - saved < SAVE_EVERY_MS) return;
    known.setChecked(source, next);
    saved = performance.now();
  };
  try {
    await runPass({ settings, client, from, advance }, options.threads ?? availableParallelism());
    isWhole = true;
  } finally {
    known.setChecked(source, isWhole ? undefined : next);
  }
}
