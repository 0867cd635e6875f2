import { describe, expect, it } from 'vitest';
import { RefusalPace } from '../../server/http/refusal-pace.ts';

describe('refusals for want of time', () => {
  it('are answered at once where they are few', () => {
    const pace = new RefusalPace(() => performance.now());
    expect([pace.turn(), pace.turn()]).toEqual([undefined, undefined]);
  });

  it('are spread where clients ask again at once, and each is answered in its turn', async () => {
    const pace = new RefusalPace(() => performance.now());
    const order: number[] = [];
    let rounds = 0;
    const refused = Array.from({ length: 100 }, async (_, i) => {
      await pace.turn();
      order.push(i);
      rounds += 1;
    });
    await new Promise(setImmediate);
    expect(rounds).toBe(4);
    await Promise.all(refused);
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
