import { setTimeout as sleep } from 'node:timers/promises';
import { NoLog, Unreachable } from '../../../client/http/failures.ts';
import type { LogEntry } from '../../../client/http/log-client.ts';
import { checkBody, type CheckedBody } from '../../entry/check-body.ts';
import { entryJson, entryLine } from '../../entry/render.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { openLog, type OpenedLog } from '../../log/open-log.ts';
import { inParallel } from '../../log/pool.ts';
import type { tail } from './about.ts';

type Table = typeof tail.options;

const DEFAULT_INTERVAL = 5; // seconds
/** Entries that are read at a time. */
const WAVE = 16;

export const run: CommandModule<Table>['run'] = async (asked) => {
  const { options } = asked;
  const isWanted = filterOf(options);
  const log = await openLog(asked);
  let next = options.from ?? (await sizeNow(log));
  for (;;) {
    next = options.once
      ? await readOn(asked, log, next, isWanted)
      : await patiently(asked, next, readOn(asked, log, next, isWanted));
    if (options.once) return 0;
    await sleep((options.interval ?? DEFAULT_INTERVAL) * 1000);
  }
};

/** The place where reading goes on, also where the log is away for a while. */
async function patiently({ output }: Run<Table>, from: number, reading: Promise<number>): Promise<number> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof NoLog)) throw error;
    output.remark(error.message);
    return from;
  }
}

type Filter = (body: CheckedBody) => boolean;

/** @throws UsageFault */
function filterOf({ match, kind }: Run<Table>['options']): Filter {
  const pattern = match === undefined ? undefined : patternOf(match);
  return (body) => {
    if (kind !== undefined && body.kind !== kind) return false;
    return pattern === undefined || (body.searchKeys ?? []).some((key) => pattern.test(key));
  };
}

/** Search keys are in lower case. */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'iu');
  } catch (error) {
    throw new UsageFault(`--match ${text} is no regular expression: ${error instanceof Error ? error.message : ''}`);
  }
}

/** Entries of the whole log under its newest head, which was followed. */
async function sizeNow({ client, follow }: OpenedLog): Promise<number> {
  const head = await client.head();
  await follow(client, head);
  const ended = await client.endedShards();
  return ended.reduce<number>((sum, { checkpoint }) => sum + checkpoint.size, head.checkpoint.size);
}

/** Reads what there is from an entry on. @returns the index of the next entry that there will be */
async function readOn(asked: Run<Table>, log: OpenedLog, from: number, isWanted: Filter): Promise<number> {
  const size = await sizeNow(log);
  for (let at = from; at < size; at += WAVE) {
    const indexes = Array.from({ length: Math.min(WAVE, size - at) }, (_, i) => at + i);
    const entries = await inParallel(indexes, WAVE, async (index) => log.client.entry({ by: 'index', index }));
    for (const entry of entries) show(asked, entry, isWanted);
  }
  return Math.max(from, size);
}

/** One entry that does not hold is told, and stops nothing. */
function show({ output }: Run<Table>, entry: LogEntry, isWanted: Filter): void {
  try {
    const body = checkBody(entry.body);
    if (!isWanted(body)) return;
    const names = (body.searchKeys ?? []).filter((key) => !/^(sha\d+:)?[0-9a-f]{40,}$/.test(key));
    output.result({ entries: [entryJson(entry, body)] }, `${[entryLine(entry), body.kind, ...names].join(' ')}\n`);
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    output.error(error.code, `entry ${entry.logIndex}: ${error.message}`);
  }
}
