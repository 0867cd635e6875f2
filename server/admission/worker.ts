import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadSettings } from './messages.ts';
import { answerBatches, createTasks } from './tasks.ts';

/*
 * An admission thread: batches of request bodies in, what they mean out. Whatever a stranger makes long, only this thread
 * parses it, and only this thread spends time on signatures and keys.
 */
if (parentPort === null) throw new Error('runs as a worker thread only');
const settings = workerData as ThreadSettings;
answerBatches(parentPort, createTasks(settings, settings.lane));
