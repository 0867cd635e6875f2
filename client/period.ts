import type { AnswerReader } from './answer-reader.ts';
import { MalformedAnswer } from './failures.ts';

/** From when until when a key or an authority is good, both ends included: milliseconds since 1970. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

export const ALWAYS: Period = { from: -Infinity, until: Infinity };

/** Returns the `validFor` of an object of a trusted root; an end that is not there is no end. @throws MalformedAnswer */
export function readPeriod(object: AnswerReader): Period {
  if (!object.has('validFor')) return ALWAYS;
  const range = object.object('validFor');
  return {
    from: range.has('start') ? readTime(range.text('start'), 'start') : ALWAYS.from,
    until: range.has('end') ? readTime(range.text('end'), 'end') : ALWAYS.until,
  };
}

function readTime(text: string, name: string): number {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new MalformedAnswer(`validFor.${name} of the trusted root is no time of RFC 3339`);
  return time;
}

export function isWithin(time: number, { from, until }: Period): boolean {
  return time >= from && time <= until;
}

/** RFC 3339, in UTC. */
export function timeText(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
