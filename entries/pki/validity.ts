import { type DerReader, TAG } from './der.ts';
import { InvalidKey, must } from './failures.ts';

/** From when until when a certificate is good, both ends included: milliseconds since 1970 (RFC 5280 §4.1.2.5). */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** @throws InvalidKey */
export function readValidity(validity: DerReader): Validity {
  return { notBefore: readTime(validity), notAfter: readTime(validity) };
}

function readTime(reader: DerReader): number {
  if (reader.startsWith(TAG.utcTime)) return must(parseTime(reader, TAG.utcTime, UTC_FORM), 'x509: malformed UTCTime');
  if (reader.startsWith(TAG.generalizedTime))
    return must(parseTime(reader, TAG.generalizedTime, GENERALIZED_FORM), 'x509: malformed GeneralizedTime');
  throw new InvalidKey('x509: unsupported time format');
}

/** Whether the next element is a UTCTime that Go reads; it is read over. */
export function isUtcTime(reader: DerReader): boolean {
  return reader.startsWith(TAG.utcTime) && parseTime(reader, TAG.utcTime, UTC_FORM) !== undefined;
}

/** Whether the next element is a GeneralizedTime that Go reads; it is read over. */
export function isGeneralizedTime(reader: DerReader): boolean {
  return (
    reader.startsWith(TAG.generalizedTime) && parseTime(reader, TAG.generalizedTime, GENERALIZED_FORM) !== undefined
  );
}

/** Seconds may be missing in a UTCTime only. Go takes offsets, which DER does not, but not one of zero. */
const UTC_FORM = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))$/;
const GENERALIZED_FORM = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)(\d\d))$/;

const ascii = new TextDecoder('latin1');

function parseTime(reader: DerReader, tag: number, form: RegExp): number | undefined {
  const bytes = must(reader.value(tag), 'x509: malformed validity');
  const match = bytes.length > 20 ? null : form.exec(ascii.decode(bytes));
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = 0, ...zone] = match;
  const century = tag === TAG.utcTime ? centuryOf(Number(year)) : 0;
  const days = midnight(century + Number(year), Number(month), Number(day));
  const seconds = secondOfDay(Number(hour), Number(minute), Number(second));
  const offset = readOffset(zone);
  return days === undefined || seconds === undefined || offset === undefined ? undefined : days + seconds - offset;
}

/** Milliseconds east of Greenwich; none for `Z`. */
function readOffset([sign, hours = '0', minutes = '0']: readonly (string | undefined)[]): number | undefined {
  if (sign === undefined) return 0;
  const total = 60 * Number(hours) + Number(minutes);
  if (total === 0 || Number(hours) > 24 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -total : total) * 60_000;
}

/** RFC 5280 §4.1.2.5.1. */
function centuryOf(year: number): number {
  return year >= 50 ? 1900 : 2000;
}

/** After so many years the calendar repeats itself. Those below 100 are others for `Date.UTC`. */
const CYCLE = 400;
const CYCLE_LENGTH = 146_097 * 86_400_000;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Undefined for a day that the month does not have. */
function midnight(year: number, month: number, day: number): number | undefined {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  return day < 1 || day > days ? undefined : Date.UTC(year + CYCLE, month - 1, day) - CYCLE_LENGTH;
}

/** In milliseconds. Undefined for an hour 24, a minute or a second 60. */
function secondOfDay(hour: number, minute: number, second: number): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return 1000 * (3600 * hour + 60 * minute + second);
}
