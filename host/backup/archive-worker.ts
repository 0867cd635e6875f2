import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { systemSentence } from '../../base/system-error.ts';
import { RecordFolder } from '../../storage/record-files/writer.ts';
import { firstFolder } from '../shards/shard-folders.ts';
import type { ArchivePass, ArchiveSettings } from './archive-messages.ts';
import { LogCopy } from './copy-log.ts';
import { Pace } from './pace.ts';

/*
 * The archiver's thread: adds what is new to the archive, again and again, with a reading connection of its own. Nothing waits
 * for it. What fails is told and tried again from what stands on the disk: no state of a failed pass is kept.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const { data, heads, into, owner } = workerData as ArchiveSettings;

/** Milliseconds from one pass to the next, which leaves room for a slow disk within a second. */
const PERIOD_MS = 400;
/** Milliseconds between two passes at least, whatever they take. */
const PAUSE_MS = 50;
/** Milliseconds from a pass that failed to the next. */
const RETRY_MS = 1000;
/** Milliseconds that a log which stops waits for its archive: one that was begun late has more to read than that. */
const CLOSING_MS = 5000;

interface Archive extends Disposable {
  readonly log: LogCopy;
}

let archive: Archive | undefined;
const pace = new Pace();
let closing = false;
let closeBy = Infinity;
const closed = Promise.withResolvers<void>();

port.on('message', () => {
  closing = true;
  closeBy = performance.now() + CLOSING_MS;
  closed.resolve();
});

async function pass(): Promise<boolean> {
  let told: ArchivePass;
  pace.begin();
  try {
    archive ??= await open();
    await archive.log.copyNew(rest);
    told = { ok: true, size: archive.log.size };
  } catch (error) {
    end();
    told = { ok: false, reason: error instanceof Error ? systemSentence(error) : String(error) };
  }
  port.postMessage(told);
  return told.ok;
}

async function open(): Promise<Archive> {
  using cleanup = new DisposableStack();
  const folder = cleanup.use(new RecordFolder(into, { owner, engine: firstFolder(data, heads).engine }));
  const log = cleanup.use(await LogCopy.open({ data, heads }, folder));
  const parts = cleanup.move();
  return { log, [Symbol.dispose]: () => parts.dispose() };
}

function end(): void {
  archive?.[Symbol.dispose]();
  archive = undefined;
}

/** An archive that is begun late has all of the log to read. */
async function rest(): Promise<void> {
  if (!closing) return pace.rest();
  if (performance.now() > closeBy) throw new Error('the log stops, and much is left to copy');
}

while (!closing) {
  const from = performance.now();
  const isWritten = await pass();
  const wait = isWritten ? Math.max(PAUSE_MS, from + PERIOD_MS - performance.now()) : RETRY_MS;
  await Promise.race([sleep(wait), closed.promise]);
}
if (performance.now() < closeBy) await pass(); // what was committed last
end();
port.close();
