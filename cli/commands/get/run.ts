import type { LogEntry } from '../../../client/http/log-client.ts';
import { checkBody } from '../../entry/check-body.ts';
import { entryJson, entryText } from '../../entry/render.ts';
import type { CommandModule } from '../../frame/command.ts';
import { parseReference } from '../../log/reference.ts';
import { openLog } from '../../log/open-log.ts';
import { inParallel } from '../../log/pool.ts';

const CONCURRENCY = 8;

export const run: CommandModule['run'] = async (asked) => {
  const references = asked.words.map(parseReference);
  const log = await openLog(asked);
  const entries = await inParallel(references, CONCURRENCY, async (one) => log.client.entry(one));
  const checked = entries.map((entry) => ({ entry, body: checkBody(entry.body) }));
  const newest = newestOf(entries);
  if (newest !== undefined) await log.follow(log.client, newest.head);
  asked.output.result(
    { entries: checked.map(({ entry, body }) => entryJson(entry, body)) },
    checked.map(({ entry, body }) => entryText(entry, body)).join('\n'),
  );
  return 0;
};

/** The entry that is proved under the largest head. */
function newestOf(entries: readonly LogEntry[]): LogEntry | undefined {
  return entries.toSorted((a, b) => b.head.checkpoint.size - a.head.checkpoint.size)[0];
}
