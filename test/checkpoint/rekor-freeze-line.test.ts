import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatFreezeLine, isFrozen, parseFreezeLine } from '../../checkpoint/freeze-line.ts';
import { TEXT } from './signing.ts';

describe('rekor-v2 §10.2: the freeze line', () => {
  /** Texts that Go 1.26 prints for `time.Unix(n, 0).UTC().Format(time.UnixDate)`. */
  const vectors: readonly (readonly [number, string])[] = [
    [0, 'Thu Jan  1 00:00:00 UTC 1970'],
    [951_782_399, 'Mon Feb 28 23:59:59 UTC 2000'],
    [951_782_400, 'Tue Feb 29 00:00:00 UTC 2000'],
    [1_700_000_000, 'Tue Nov 14 22:13:20 UTC 2023'],
    [1_788_257_045, 'Tue Sep  1 10:04:05 UTC 2026'],
    [4_102_444_799, 'Thu Dec 31 23:59:59 UTC 2099'],
    [253_402_300_799, 'Fri Dec 31 23:59:59 UTC 9999'],
  ];
  it.each(vectors)('at %d', (time, date) => {
    expect(formatFreezeLine(time)).toBe(`Log frozen \u2014 ${date}`);
    expect(parseFreezeLine(`Log frozen \u2014 ${date}`)).toBe(time);
  });
  it('gives back every second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (time) => {
        expect(parseFreezeLine(formatFreezeLine(time))).toBe(time);
      }),
    );
  });
  it.each([-1, 0.5, Number.NaN, 253_402_300_800, Infinity])('there is none at %d', (time) => {
    expect(() => formatFreezeLine(time)).toThrow(RangeError);
  });
  it.each([
    '',
    'Log frozen',
    'Log frozen \u2014 ',
    'Log frozen - Tue Nov 14 22:13:20 UTC 2023',
    'Log frozen \u2013 Tue Nov 14 22:13:20 UTC 2023',
    'log frozen \u2014 Tue Nov 14 22:13:20 UTC 2023',
    ' Log frozen \u2014 Tue Nov 14 22:13:20 UTC 2023',
    'Log frozen \u2014 Tue Nov 14 22:13:20 UTC 2023 ',
    'Log frozen \u2014 Tue Nov 14 22:13:20 UTC 2023\n',
    'Log frozen \u2014 Wed Nov 14 22:13:20 UTC 2023',
    'Log frozen \u2014 Tue Nov 14 22:13:20 CET 2023',
    'Log frozen \u2014 Tue Nov 14 22:13:60 UTC 2023',
    'Log frozen \u2014 Tue Nov 14 24:00:00 UTC 2023',
    'Log frozen \u2014 Wed Feb 29 00:00:00 UTC 2023',
    'Log frozen \u2014 Tue Now 14 22:13:20 UTC 2023',
    'Log frozen \u2014 Tue Sep 1 09:24:05 UTC 2026',
    'Log frozen \u2014 Tue Sep 01 09:24:05 UTC 2026',
    'Log frozen \u2014 2023-11-14T22:13:20Z',
  ])('it is not: %j', (line) => {
    expect(parseFreezeLine(line)).toBeUndefined();
  });
  it('reads any line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const time = parseFreezeLine(`Log frozen \u2014 ${text}`);
        expect(time === undefined || formatFreezeLine(time) === `Log frozen \u2014 ${text}`).toBe(true);
      }),
    );
  });

  it('freezes the checkpoint whose extension it is, with size and root as they were', () => {
    const open = parseCheckpoint(TEXT);
    const text = formatCheckpoint({ ...open, extensions: [formatFreezeLine(1_700_000_000)] });
    expect(text).toBe(`${TEXT}Log frozen \u2014 Tue Nov 14 22:13:20 UTC 2023\n`);
    const { size, root } = parseCheckpoint(text);
    expect({ size, root }).toEqual({ size: open.size, root: open.root });
    expect([isFrozen(open), isFrozen(parseCheckpoint(text))]).toEqual([false, true]);
  });
  it('is recognised by its mark alone, as Rekor does, but not in the origin', () => {
    expect(isFrozen(parseCheckpoint(`${TEXT}x\nLog frozen \u2014 at last\n`))).toBe(true);
    expect(isFrozen(parseCheckpoint(`${TEXT}Log frozen at last\n`))).toBe(false);
    expect(isFrozen(parseCheckpoint(TEXT.replace('log.example.test', 'Log frozen \u2014 x')))).toBe(false);
  });
});
