import { readFileSync } from 'node:fs';

/*
 * Preloaded into a server with `--import`: its calendar is off by the milliseconds in the file that CLOCK_SHIFT_FILE names, as if
 * somebody had set it. What tells time since boot is as it was.
 */

const file = process.env['CLOCK_SHIFT_FILE'] ?? '';
const rightNow = Date.now;
/** Milliseconds between two looks into the file. */
const LOOK_EVERY_MS = 20;
let [shift, looked] = [0, 0];

Date.now = () => {
  const right = rightNow();
  if (Math.abs(right - looked) > LOOK_EVERY_MS) [shift, looked] = [Number(readFileSync(file, 'utf8')), right];
  return right + shift;
};
