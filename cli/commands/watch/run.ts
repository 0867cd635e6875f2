import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '../../../base/sha256.ts';
import { utf8 } from '../../../base/bytes.ts';
import { Unreachable } from '../../../client/http/failures.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { openLog, transportTo } from '../../log/open-log.ts';
import { stateFolder } from '../../log/state-folder.ts';
import { WatchStateFile } from '../../state/watch-state.ts';
import { type Deliver, lines, webhook } from '../../watch/delivery.ts';
import type { Matcher } from '../../watch/matchers.ts';
import type { MonitorConfig } from '../../watch/monitor-config.ts';
import { type EntryFeed, openFeed } from '../../watch/new-entries.ts';
import { type Cursor, type Watch, watchOnce } from '../../watch/watch.ts';
import type { watch } from './about.ts';
import { readMatchers } from './matchers.ts';

type Asked = Run<typeof watch.options>;

const DEFAULT_INTERVAL = 60; // seconds
/** Times that a report is sent by a run that is to end. */
const TRIES_ONCE = 5;

export const run: CommandModule<typeof watch.options>['run'] = async (asked) => {
  const { options, globals, output, words } = asked;
  const config = await readMatchers(options);
  if (options.webhook !== undefined && !/^https?:\/\//.test(options.webhook))
    throw new UsageFault(`--webhook ${options.webhook} is no address of http or https`);
  if (config.ignored.length > 0) output.remark(`--config: ${config.ignored.join(', ')} mean nothing to stele watch`);
  const server = words[0] ?? globals.server;
  const log = await openLog(asked, server === undefined ? {} : { server });
  const transport = transportTo(server, asked);
  const elsewhere = globals.tiles === undefined ? undefined : transportTo(globals.tiles, asked);
  const tiles =
    elsewhere === undefined ? { transport, prefix: log.offer.tilePrefix ?? '' } : { transport: elsewhere, prefix: '' };
  const feed = await openFeed(log, transport, tiles);
  const state = new WatchStateFile(stateFolder(asked), log.base, options.name ?? 'default');
  using _ = await state.lock();
  const cursor = cursorOf(state, feed, config, await begin(asked, state, feed, config));
  const progress: Watch['progress'] = (done, total) => output.progress({ done, total, unit: 'entries' });
  await follow(asked, { feed, matchers: config.matchers, deliver: deliveryOf(asked, feed), cursor, progress });
  return 0;
};

function cursorOf(state: WatchStateFile, feed: EntryFeed, config: MonitorConfig, start: number): Cursor {
  const matchers = fingerprintOf(config.matchers);
  let next = start;
  return {
    get next() {
      return next;
    },
    moveTo(to) {
      state.write({ origin: feed.origin, next: to, matchers });
      next = to;
    },
  };
}

/** Where to begin: at the cursor, where it was asked for, or behind the newest entry. @throws UsageFault */
async function begin(
  { options, output }: Asked,
  state: WatchStateFile,
  feed: EntryFeed,
  config: MonitorConfig,
): Promise<number> {
  const matchers = fingerprintOf(config.matchers);
  const old = state.read();
  if (old === undefined) {
    const next = options.from ?? config.startIndex ?? (await feed.size());
    if (options.from === undefined) output.remark(`a new watch of ${feed.origin}: it begins at entry ${next}`);
    state.write({ origin: feed.origin, next, matchers });
    return next;
  }
  if (old.origin !== feed.origin)
    throw new UsageFault(
      `${state.path} is the cursor of a watch of ${old.origin}, and this is ${feed.origin}: give the watch another --name`,
    );
  if (old.matchers !== matchers)
    output.remark(`other things are watched for from entry ${old.next} on; those before were not looked at for them`);
  if (options.from !== undefined && options.from !== old.next)
    output.remark(`the watch goes on at entry ${old.next}; --from is for a new one: give it a --name of its own`);
  return old.next;
}

function fingerprintOf(matchers: readonly Matcher[]): string {
  return sha256Hex(utf8(JSON.stringify(matchers)));
}

function deliveryOf({ options, output, machine }: Asked, { origin }: EntryFeed): Deliver {
  if (options.webhook === undefined) return lines(machine, origin, output.isJson);
  const tries = options.once ? TRIES_ONCE : Infinity;
  return webhook(options.webhook, origin, tries, intervalMs(options));
}

function intervalMs({ interval = DEFAULT_INTERVAL }: Asked['options']): number {
  return interval * 1000;
}

/** A log that does not answer now is asked again after the pause, unless this look is to be the only one. */
async function follow({ options, output }: Asked, work: Watch): Promise<void> {
  for (;;) {
    try {
      await watchOnce(work);
    } catch (error) {
      if (options.once || !(error instanceof Unreachable)) throw error;
      output.remark(`${error.message}; it is asked again in ${intervalMs(options) / 1000} s`);
    }
    if (options.once) return;
    await sleep(intervalMs(options));
  }
}
