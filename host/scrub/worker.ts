import { readlinkSync } from 'node:fs';
import { constants, platform, setPriority } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { systemSentence } from '../../base/system-error.ts';
import { LogScrub } from './log-scrub.ts';
import type { ScrubMessage, ScrubSettings } from './messages.ts';

/*
 * The scrub's thread: reads a slice, rests, reads the next. Each read is a short transaction of its own, so that no writer and
 * no checkpoint waits for it. What fails is told, and tried again from where the scrub stood.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const settings = workerData as ScrubSettings;

/** Milliseconds after which a scrub that failed is tried again. */
const RETRY_MS = 60_000;
/** Milliseconds between two slices at most: a small log is not kept waiting for a slice of its own. */
const MAX_REST_MS = 3_600_000;
/** Milliseconds between two times that the state is kept, at least. */
const SAVE_MS = 1000;
/** Rest for each millisecond of work, whatever the period says: at most a tenth of a processor is used. */
const LEAST_REST = 9;

const tell = (message: ScrubMessage): void => port.postMessage(message);
const voices = {
  damaged: (says: string): void => tell({ kind: 'damage', says }),
  repaired: (says: string): void => tell({ kind: 'repaired', says }),
  warn: (says: string): void => tell({ kind: 'warning', says }),
  isClosing: (): boolean => closing,
  passed: (entries: number, damaged: number): void => tell({ kind: 'passed', entries, damaged }),
  now: (): number => Math.floor(Date.now() / 1000),
};

let scrub: LogScrub | undefined;
let closing = false;
let saved = 0;
const closed = Promise.withResolvers<void>();
port.on('message', () => {
  closing = true;
  closed.resolve();
});
yieldProcessor();

/** Linux has a priority for each thread; where there is none the rests are what keeps it low. */
function yieldProcessor(): void {
  if (platform() !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
  } catch {
    // it is not allowed here, and the scrub goes on
  }
}

/** @returns milliseconds to rest */
async function slice(): Promise<number> {
  const began = performance.now();
  try {
    scrub ??= await LogScrub.open(settings, voices);
    await scrub.slice();
    keep(false);
    tell({ kind: 'figures', figures: scrub.figures });
  } catch (error) {
    end();
    tell({ kind: 'failed', reason: error instanceof Error ? systemSentence(error) : String(error) });
    return RETRY_MS;
  }
  const worked = performance.now() - began;
  return Math.min(MAX_REST_MS, Math.max(settings.period / scrub.slices - worked, LEAST_REST * worked));
}

/** @param last - whether the state is kept however young the last one is */
function keep(last: boolean): void {
  if (!last && performance.now() - saved < SAVE_MS) return;
  saved = performance.now();
  try {
    scrub?.save();
  } catch {
    // a full disk, of which others tell: the next start reads again what this one has read
  }
}

function end(): void {
  scrub?.[Symbol.dispose]();
  scrub = undefined;
}

while (!closing) await Promise.race([sleep(await slice(), undefined, { ref: false }), closed.promise]);
keep(true);
end();
port.close();
