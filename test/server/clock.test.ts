import { describe, expect, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';

/** A machine whose two clocks a test moves: `pass` both, `set` the calendar alone. */
function machine(start = 1_700_000_000_000) {
  let wall = start;
  let steady = 12_345;
  return {
    sources: { wall: () => wall, steady: () => steady },
    pass: (seconds: number): void => {
      wall += seconds * 1000;
      steady += seconds;
    },
    set: (seconds: number): void => void (wall += seconds * 1000),
  };
}

describe('decision: a clock that was set while the log ran is not to be trusted', () => {
  it('tells whole seconds', () => {
    const { sources, pass } = machine(1_700_000_000_999);
    const clock = systemClock(10, sources);
    expect(clock.now()).toBe(1_700_000_000);
    pass(0.002);
    expect(clock.now()).toBe(1_700_000_001);
  });
  it('is trusted while both clocks agree, however long', () => {
    const { sources, pass } = machine();
    const clock = systemClock(10, sources);
    for (let day = 0; day < 400; day += 1) {
      pass(86_400);
      expect(clock.doubt(clock.now())).toBeUndefined();
    }
  });
  it.each([10, -10, 3, -3])('is trusted when it was set by %i s', (seconds) => {
    const { sources, pass, set } = machine();
    const clock = systemClock(10, sources);
    set(seconds);
    pass(1);
    expect(clock.doubt(0)).toBeUndefined();
  });
  it.each([
    [11, '11 s forward'],
    [86_400, '86400 s forward'],
    [-11, '11 s back'],
  ])('is in doubt when it was set by %i s, until it is set right', (seconds, words) => {
    const { sources, pass, set } = machine();
    const clock = systemClock(10, sources);
    pass(100);
    set(seconds);
    expect(clock.doubt(0)).toBe(
      `the clock was set ${words} while the log ran: set it right, or restart the log if it is right now`,
    );
    pass(5);
    expect(clock.doubt(0)).toContain(words);
    set(-seconds);
    expect(clock.doubt(0)).toBeUndefined();
  });
  it('adds small steps up', () => {
    const { sources, pass, set } = machine();
    const clock = systemClock(10, sources);
    const doubts = Array.from({ length: 12 }, () => {
      pass(60);
      set(1);
      return clock.doubt(0) !== undefined;
    });
    expect(doubts).toEqual([...Array<boolean>(10).fill(false), true, true]);
  });
  it('compares the clocks anew after half a second, and not before', () => {
    let asked = 0;
    let wall = 0;
    const clock = systemClock(10, { wall: () => wall, steady: () => ((asked += 1), wall / 1000) });
    const atStart = asked;
    for (wall = 0; wall < 5000; wall += 100) clock.doubt(0);
    expect(asked - atStart).toBe(10);
  });
});

describe('decision: time never goes back inside a log', () => {
  it('is in doubt as far as it is behind the newest entry', () => {
    const { sources } = machine(1_000_000);
    const clock = systemClock(10, sources);
    expect(clock.doubt(1000)).toBeUndefined();
    expect(clock.doubt(1010)).toBeUndefined();
    expect(clock.doubt(1011)).toBe('the clock is 11 s behind the newest entry: set it right');
    expect(clock.doubt(900)).toBeUndefined();
  });
});

describe('systemClock: this machine', () => {
  it('has a time and no doubt', () => {
    const clock = systemClock(10);
    const now = Math.floor(Date.now() / 1000);
    expect(clock.now() - now).toBeLessThanOrEqual(1);
    expect(clock.now()).toBeGreaterThanOrEqual(now);
    expect(clock.doubt(clock.now())).toBeUndefined();
  });
});
