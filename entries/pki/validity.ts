import { type DerReader } from './der.ts';
import { InvalidKey, must } from './failures.ts';

/** From when until when a certificate is good, both ends included: milliseconds since 1970 (RFC 5280 §4.1.2.5). */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** @throws InvalidKey */
export function readValidity(validity: DerReader): Validity {
  return { notBefore: readTime(validity), notAfter: readTime(validity) };
}

function readTime(reader: DerReader): number {
  if (reader.startsWith(UTC_TIME)) return must(parseTime(reader, UTC_FORM), 'x509: malformed UTCTime');
  if (reader.startsWith(GENERALIZED_TIME))
    return must(parseTime(reader, GENERALIZED_FORM), 'x509: malformed GeneralizedTime');
  throw new InvalidKey('x509: unsupported time format');
}

/** Seconds may be missing in a UTCTime only. Go takes offsets, which DER does not, but not one of zero. */
const UTC_FORM = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))$/;
const GENERALIZED_FORM = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)(\d\d))$/;

const ascii = new TextDecoder('latin1');

function parseTime(reader: DerReader, form: RegExp): number | undefined {
  const bytes = must(reader.any(), 'x509: malformed validity').contents.bytes;
  const match = bytes.length > 20 ? null : form.exec(ascii.decode(bytes));
  if (match === null) return undefined;
  const [year, ...rest] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as unknown as Fields;
  const local = instant([form === UTC_FORM ? century(year) : year, ...rest]);
  const offset = readOffset(match.slice(7));
  return local === undefined || offset === undefined ? undefined : local - offset;
}

/** Milliseconds east of Greenwich; none for `Z`. */
function readOffset([sign, hours = '0', minutes = '0']: readonly (string | undefined)[]): number | undefined {
  if (sign === undefined) return 0;
  const total = 60 * Number(hours) + Number(minutes);
  if (total === 0 || Number(hours) > 24 || Number(minutes) > 60) return undefined;
  return (sign === '-' ? -total : total) * 60_000;
}

/** RFC 5280 §4.1.2.5.1. */
function century(year: number): number {
  return year >= 50 ? 1900 + year : 2000 + year;
}

type Fields = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

/** Undefined for a day that the month does not have, an hour 24, a second 60. */
function instant([year, month, day, hour, minute, second]: Fields): number | undefined {
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return time.setUTCHours(hour, minute, second);
}
