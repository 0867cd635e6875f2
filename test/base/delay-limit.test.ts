import { describe, expect, it } from 'vitest';
import { DelayLimit } from '../../base/delay-limit.ts';

/** Takes ten each 10 ms, all of which have waited for `wait` at least. @returns the time behind it */
function work(limit: DelayLimit, from: number, ms: number, wait: number): number {
  for (let now = from; now < from + ms; now += 10) limit.taken(10, wait, now);
  return from + ms;
}

describe('RFC 8289 §3: a queue is limited by the time that is waited in it', () => {
  it('takes all while some wait for less than the target, however many there are', () => {
    const limit = new DelayLimit({ targetMs: 50, least: 4 });
    work(limit, 0, 10_000, 49);
    expect(limit.most).toBe(Infinity);
  });

  it('takes a burst that lasts no longer than a quarter of a second', () => {
    const limit = new DelayLimit({ targetMs: 50, least: 4 });
    const now = work(limit, 0, 240, 200);
    work(limit, now, 240, 10);
    expect(limit.most).toBe(Infinity);
  });

  it('has no more waiting than is taken in the target, once all wait longer for long', () => {
    const limit = new DelayLimit({ targetMs: 50, least: 4 });
    work(limit, 0, 1000, 200);
    expect(limit.most).toBeGreaterThanOrEqual(45);
    expect(limit.most).toBeLessThanOrEqual(55);
  });

  it('never has fewer waiting than the least', () => {
    const limit = new DelayLimit({ targetMs: 50, least: 500 });
    work(limit, 0, 1000, 200);
    expect(limit.most).toBe(500);
  });

  it('takes more by and by once there is time again, and all after some seconds', () => {
    const limit = new DelayLimit({ targetMs: 50, least: 4 });
    let now = work(limit, 0, 1000, 200);
    const first = limit.most;
    now = work(limit, now, 1500, 5);
    expect(limit.most).toBe(1.5 * first);
    work(limit, now, 10_000, 5);
    expect(limit.most).toBe(Infinity);
  });
});
