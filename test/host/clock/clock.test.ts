import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isSynchronized } from '../../../host/clock/clock-sync.ts';
import { type ClockRules, SOFTWARE_DATE, systemClock } from '../../../host/clock/clock.ts';

const RULES: ClockRules = { tolerance: 10 };
const DAY = 86_400;

/** A machine whose two clocks a test moves: `pass` both, `set` the calendar alone. */
function machine(start = 1_800_000_000_000) {
  let wall = start;
  let steady = 12_345;
  let synchronized: boolean | undefined;
  return {
    sources: { wall: () => wall, steady: () => steady, synchronized: () => synchronized },
    synchronize: (is: boolean | undefined): void => void (synchronized = is),
    pass: (seconds: number): void => {
      wall += seconds * 1000;
      steady += seconds;
    },
    set: (seconds: number): void => void (wall += seconds * 1000),
  };
}

describe('decision: a clock that was set while the log ran is not to be trusted', () => {
  it('tells whole seconds', () => {
    const { sources, pass } = machine(1_800_000_000_999);
    const clock = systemClock(RULES, sources);
    expect(clock.now()).toBe(1_800_000_000);
    pass(0.002);
    expect(clock.now()).toBe(1_800_000_001);
  });
  it('is trusted while both clocks agree, however long', () => {
    const { sources, pass } = machine();
    const clock = systemClock(RULES, sources);
    for (let day = 0; day < 400; day += 1) {
      pass(86_400);
      expect(clock.reasonUntrusted(clock.now())).toBeUndefined();
    }
  });
  it.each([10, -10, 3, -3])('is trusted when it was set by %i s', (seconds) => {
    const { sources, pass, set } = machine();
    const clock = systemClock(RULES, sources);
    set(seconds);
    pass(1);
    expect(clock.reasonUntrusted(0)).toBeUndefined();
  });
  it.each([
    [11, '11 s forward'],
    [86_400, '86400 s forward'],
    [-11, '11 s back'],
  ])('is in doubt when it was set by %i s, until it is set right', (seconds, words) => {
    const { sources, pass, set } = machine();
    const clock = systemClock(RULES, sources);
    pass(100);
    set(seconds);
    expect(clock.reasonUntrusted(0)).toBe(
      `the clock was set ${words} while the log ran: set it right, or restart the log if it is right now`,
    );
    pass(5);
    expect(clock.reasonUntrusted(0)).toContain(words);
    set(-seconds);
    expect(clock.reasonUntrusted(0)).toBeUndefined();
  });
  it('adds small steps up', () => {
    const { sources, pass, set } = machine();
    const clock = systemClock(RULES, sources);
    const doubts = Array.from({ length: 12 }, () => {
      pass(60);
      set(1);
      return clock.reasonUntrusted(0) !== undefined;
    });
    expect(doubts).toEqual([...Array<boolean>(10).fill(false), true, true]);
  });
  it('compares the clocks anew after half a second, and not before', () => {
    let asked = 0;
    let wall = 1_800_000_000_000;
    const clock = systemClock(RULES, {
      synchronized: () => undefined,
      wall: () => wall,
      steady: () => ((asked += 1), wall / 1000),
    });
    const atStart = asked;
    for (const end = wall + 5000; wall < end; wall += 100) clock.reasonUntrusted(0);
    expect(asked - atStart).toBe(10);
  });
});

describe('decision: time never goes back inside a log', () => {
  it('is in doubt as far as it is behind the newest entry', () => {
    const now = 1_900_000_000;
    const { sources } = machine(now * 1000);
    const clock = systemClock(RULES, sources);
    expect(clock.reasonUntrusted(now)).toBeUndefined();
    expect(clock.reasonUntrusted(now + 10)).toBeUndefined();
    expect(clock.reasonUntrusted(now + 11)).toBe('the clock is 11 s behind the newest entry: set it right');
    expect(clock.reasonUntrusted(now - 100)).toBeUndefined();
    expect(clock.reasonUntrusted(now + 10 * 365 * DAY)).toMatch(/wrong clock, begin the next shard$/);
  });
});

/** Another reader of the same: Python's own view of the C library. */
const PROBE = `import ctypes
timex = ctypes.create_string_buffer(256)
libc = ctypes.CDLL(None)
assert libc.adjtimex(timex) >= 0
print(str(int.from_bytes(timex.raw[40:44], 'little') & 0x40 == 0).lower())`;

/** In seconds since the Unix epoch. */
const at = (date: string): number => Date.parse(date) / 1000;

const OLD_VERSION_SENTENCE =
  /^the clock says (1970-01-01T00:00:00Z|2020-02-29T00:00:00Z), and this version was made after 20\d\d-\d\d-\d\d: set it right$/;

describe('decision: what a clock says at a start has to be possible', () => {
  const doubtAt = (date: string, newest: number, rules: Partial<ClockRules> = {}): string | undefined =>
    systemClock({ ...RULES, ...rules }, machine(at(date) * 1000).sources).reasonUntrusted(newest);

  it.each(['1970-01-01', '2020-02-29'])('it is not %s: that is before the software was made', (date) => {
    expect(doubtAt(date, 0)).toMatch(OLD_VERSION_SENTENCE);
    expect(doubtAt(date, 0, { checked: at(date) })).toMatch(OLD_VERSION_SENTENCE);
  });
  it('a log begins within five years of the date of the software, and later by the operator’s word alone', () => {
    const soon = new Date((SOFTWARE_DATE + 4.9 * 365 * DAY) * 1000).toISOString();
    expect(doubtAt(soon, 0)).toBeUndefined();
    expect(doubtAt('2037-01-02T03:04:05Z', 0)).toMatch(
      /^the clock says 2037-01-02T03:04:05Z, more than five years after the date of this version, 20\d\d-\d\d-\d\d: set it right, or, if it is right, start with --clock-checked 2037-01-02$/,
    );
    expect(doubtAt('2037-01-02T03:04:05Z', 0, { checked: at('2037-01-02') })).toBeUndefined();
    expect(doubtAt('2037-01-02T23:59:59Z', 0, { checked: at('2037-01-01') })).toBeUndefined();
  });
  it('a log goes on within a year of its newest entry, and later by the operator’s word alone', () => {
    const newest = at('2027-03-01');
    expect(doubtAt('2028-02-28', newest)).toBeUndefined();
    expect(doubtAt('2037-01-02', newest)).toBe(
      'the clock says 2037-01-02T00:00:00Z, more than a year after the newest entry, of 2027-03-01: set it right, or, if it is right, start with --clock-checked 2037-01-02',
    );
    expect(doubtAt('2037-01-02', newest, { checked: at('2036-12-24') })).toBeUndefined();
    expect(doubtAt('2037-01-02', newest, { checked: at('2034-01-01') })).toMatch(/more than a year after the newest/);
  });
  it('a day that was checked and is yet to come says that the clock is behind', () => {
    expect(doubtAt('2027-01-02', 0, { checked: at('2028-01-01') })).toBe(
      'the clock says 2027-01-02T00:00:00Z, which is before the day of --clock-checked 2028-01-01: set it right',
    );
  });
  it('is not in doubt for a log that has run for years without an entry', () => {
    const { sources, pass } = machine();
    const clock = systemClock(RULES, sources);
    const newest = clock.now();
    pass(3 * 365 * DAY);
    expect(clock.reasonUntrusted(newest)).toBeUndefined();
  });
  it('a clock that was impossible at the start, and was set right since, is trusted from then on', () => {
    const { sources, pass, set } = machine(at('1970-01-01') * 1000);
    const clock = systemClock(RULES, sources);
    expect(clock.reasonUntrusted(0)).toMatch(OLD_VERSION_SENTENCE);
    set(at('2027-01-01'));
    pass(1);
    expect(clock.reasonUntrusted(0)).toBeUndefined();
    set(60);
    pass(1);
    expect(clock.reasonUntrusted(0)).toMatch(/^the clock was set 60 s forward/);
  });
});

describe('--clock-synchronized: whether a time service keeps the clock right', () => {
  it('is asked where it is required, and what cannot be told is no yes', () => {
    const { sources, pass, synchronize } = machine();
    const clock = systemClock({ ...RULES, synchronized: 'require' }, sources);
    for (const [is, words] of [
      [true, /^none$/],
      [false, /^the system says that its clock is not synchronized, and --clock-synchronized is require: start/],
      [undefined, /^it cannot be told whether the clock is synchronized, and --clock-synchronized is require: /],
      [true, /^none$/],
    ] as const) {
      synchronize(is);
      pass(1);
      expect(clock.reasonUntrusted(0) ?? 'none').toMatch(words);
    }
  });
  it('is not asked where it is ignored', () => {
    const { sources, synchronize } = machine();
    synchronize(false);
    expect(systemClock({ ...RULES, synchronized: 'ignore' }, sources).reasonUntrusted(0)).toBeUndefined();
  });
  it('of this machine is told by its kernel as by adjtimex, or not at all', () => {
    const said = spawnSync('python3', ['-c', PROBE], { encoding: 'utf8' });
    const possible = said.status === 0 ? [said.stdout.trim(), 'undefined'] : ['undefined', 'true', 'false'];
    expect(possible).toContain(String(isSynchronized()));
  });
});

describe('systemClock: this machine', () => {
  it('has a time and no doubt', () => {
    const clock = systemClock(RULES);
    const now = Math.floor(Date.now() / 1000);
    expect(clock.now() - now).toBeLessThanOrEqual(1);
    expect(clock.now()).toBeGreaterThanOrEqual(now);
    expect(clock.reasonUntrusted(clock.now())).toBeUndefined();
  });
});
