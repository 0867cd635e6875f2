import { describe, expect, it } from 'vitest';
import { Busy } from '../../../server/http/failures.ts';
import { type UnsentAnswer, UnsentAnswers } from '../../../server/http/unsent-answers.ts';

const TIMEOUT_S = 20;

/** A budget of 1000 bytes, and why answers in it were given up. */
function budgetOf(bytes = 1000) {
  const unsent = new UnsentAnswers({ bytes, timeoutMs: TIMEOUT_S * 1000 });
  const ended: string[] = [];
  let addresses = 0;
  const hold = (name: string, size: number, remote = `192.0.2.${(addresses += 1)}`): UnsentAnswer =>
    unsent.hold(remote, size, (reason) => void ended.push(`${name}: ${reason}`));
  const pass = (seconds: number, each: () => void = () => undefined): void => {
    for (let second = 0; second < seconds; second += 1) {
      each();
      unsent.look();
    }
  };
  return { unsent, ended, hold, pass };
}

const NO_ROOM = 'the reader took the answer too slowly while others waited for its place';
const STALLED_REASON = 'the reader took nothing of the answer for too long';

describe('the budget of unsent answers', () => {
  it('counts what is held until it is released, once', () => {
    const { unsent, hold } = budgetOf();
    const [one, other] = [hold('one', 600), hold('other', 400)];
    expect(unsent.held).toBe(1000);
    one.release();
    one.release();
    expect(unsent.held).toBe(400);
    other.release();
    expect(unsent.held).toBe(0);
  });

  it('refuses what is too much, and gives up nobody who has just begun to read', () => {
    const { unsent, ended, hold, pass } = budgetOf();
    hold('one', 600);
    pass(1);
    expect(() => hold('two', 401)).toThrow(Busy);
    expect(() => hold('two', 2000)).toThrow(Busy);
    expect([unsent.held, ended]).toEqual([600, []]);
  });

  it('gives up the reader that would need longest, until there is room', () => {
    const { unsent, ended, hold, pass } = budgetOf();
    const [slow, quick] = [hold('slow', 300), hold('quick', 300)];
    hold('idle', 300);
    pass(4, () => {
      slow.sent(9); // 33 s for 300 bytes
      quick.sent(11); // 27 s
    });
    hold('new', 200);
    expect(ended).toEqual([`idle: ${NO_ROOM}`]);
    hold('newer', 300);
    expect(ended.slice(1)).toEqual([`slow: ${NO_ROOM}`]);
    expect(() => hold('newest', 300)).toThrow(Busy);
    expect([unsent.held, ended.length]).toEqual([800, 2]);
  });

  it('looks at what a reader takes now, not at what it once took', () => {
    const { ended, hold, pass } = budgetOf();
    const [once, always] = [hold('once', 500), hold('always', 500)];
    once.sent(1_000_000);
    pass(18, () => always.sent(20));
    pass(TIMEOUT_S * 3, () => {
      always.sent(20);
      once.sent(1);
    });
    hold('new', 400);
    expect(ended).toEqual([`once: ${NO_ROOM}`]);
  });

  it('lets one address hold no more than half, or one answer', () => {
    const { unsent, ended, hold, pass } = budgetOf();
    hold('first', 300, '198.51.100.1');
    expect(() => hold('second', 300, '198.51.100.1')).toThrow(Busy);
    hold('another', 300, '198.51.100.2');
    pass(2);
    hold('third', 300, '198.51.100.1');
    expect(ended).toEqual([`first: ${NO_ROOM}`]);
    const { hold: holdAlone } = budgetOf();
    expect(holdAlone('large', 1000, '198.51.100.1').bytes).toBe(1000);
    expect(unsent.held).toBe(600);
  });

  it('takes a network of 64 bits for one address', () => {
    const { hold } = budgetOf();
    hold('first', 300, '2001:db8::1');
    expect(() => hold('second', 300, '2001:db8::2')).toThrow(Busy);
    hold('third', 300, '2001:db8:0:1::1');
  });
});

describe('the time-out of unsent answers', () => {
  it('gives up a reader that takes nothing for that long, whatever room there is', () => {
    const { unsent, ended, hold, pass } = budgetOf();
    const [idle, slow] = [hold('idle', 10), hold('slow', 10)];
    let second = 0;
    pass(TIMEOUT_S * 3, () => {
      if (second === 5) idle.sent(5);
      if (second % (TIMEOUT_S - 1) === 0) slow.sent(1);
      second += 1;
    });
    expect([unsent.held, ended]).toEqual([10, [`idle: ${STALLED_REASON}`]]);
  });

  it('tells an answer that is over nothing', () => {
    const { ended, hold, pass } = budgetOf();
    hold('over', 10).release();
    pass(TIMEOUT_S * 2);
    expect(ended).toEqual([]);
  });
});
