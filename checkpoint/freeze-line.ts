import type { Checkpoint } from './checkpoint.ts';

/*
 * The extension line with which Rekor says that a log takes no more entries: rekor-v2 §10.2. The time is in the
 * form that Go calls UnixDate, whose day is padded with a space.
 */

const MARK = 'Log frozen \u2014 ';
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const LINE = new RegExp(`^${MARK}\\w{3} (\\w{3}) ([ \\d]\\d) (\\d\\d:\\d\\d:\\d\\d) UTC (\\d{4})$`);
const LAST_SECOND = 253_402_300_799; // of the year 9999

/** @param time - seconds since the epoch, up to the year 9999 */
export function formatFreezeLine(time: number): string {
  if (!Number.isInteger(time) || time < 0 || time > LAST_SECOND) throw new RangeError(`not a time in seconds: ${time}`);
  const date = new Date(1000 * time);
  const day = `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  return `${MARK}${day} ${date.toISOString().slice(11, 19)} UTC ${date.getUTCFullYear()}`;
}

/** Seconds since the epoch; undefined for any other line. */
export function parseFreezeLine(line: string): number | undefined {
  const [, month = '', day, clock, year] = LINE.exec(line) ?? [];
  const number = String(1 + MONTHS.findIndex((name) => name === month)).padStart(2, '0');
  const time = Date.parse(`${year}-${number}-${day?.replace(' ', '0')}T${clock}Z`) / 1000;
  return time >= 0 && formatFreezeLine(time) === line ? time : undefined;
}

/** Whether the checkpoint is a log's last: the mark is there, anywhere in the extensions. Rekor asks for no more. */
export function isFrozen({ extensions = [] }: Checkpoint): boolean {
  return extensions.some((line) => line.includes(MARK));
}
