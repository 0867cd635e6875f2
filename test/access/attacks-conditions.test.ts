import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../host/access/condition.ts';

/* Each was seen to succeed with its check taken out: the change stands beside the test. */

describe('a condition in CEL that would run for ever', () => {
  const ask = (text: string, claims: object) => {
    const condition = compileCondition(text, ['claims']);
    return typeof condition === 'string' ? condition : condition.ask({ claims });
  };

  // Red without hasLoopInLoop.
  it('because a loop stands in a loop is refused, in whichever words', () => {
    for (const text of [
      'claims.a.all(x, claims.a.all(y, x == y))',
      'claims.a.map(x, claims.a.filter(y, y == x)).size() > 0',
      'claims.a.exists(x, [1, 2].exists_one(y, true || claims.a.exists(z, z == y)))',
      'claims.a.filter(x, true || [x].map(y, y).size() > 0).size() > 0',
    ])
      expect(ask(text, { a: [] })).toMatch(/^has a loop in a loop/);
    expect(ask('claims.a.map(x, x + 1.0).all(y, y > 1.0)', { a: [1, 2] })).toBe(true); // one behind the other
  });

  // Red without hasForeignPattern: `(a?){500}a{500}` took 350 ms over 4000 letters.
  it('because a claim is its pattern is refused', () => {
    for (const text of [
      'claims.s.matches(claims.p)',
      'claims.s.matches("a" + claims.p)',
      'claims.a.exists(p, claims.s.matches(p))',
      'matches(claims.s, claims.p)',
    ])
      expect(ask(text, {})).toMatch(/^has a pattern of matches that is no text in quotes/);
    expect(ask('claims.s.matches("^a+$")', { s: 'aaa' })).toBe(true);
  });

  // Red without MAX_LOOP_VALUES.
  it('because a sender chose long lists has no answer', () => {
    const listOf = (length: number): readonly string[] => Array.from({ length }, (_, i) => `group ${i}`);
    for (const text of [
      'claims.a.all(x, x in claims.a)',
      'claims.a.exists(x, x in claims.b)',
      'claims.a.map(x, claims.a + claims.a).size() > 0',
    ]) {
      expect(ask(text, { a: listOf(400), b: listOf(400) })).toBeUndefined();
      expect(ask(text, { a: listOf(200), b: listOf(200) })).toBe(true);
    }
    expect(ask('"group 9" in claims.a', { a: listOf(5000) })).toBe(true); // without a loop
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expect(ask('claims.a.all(x, x == 1)', { a: [deep] })).toBeUndefined();
  });
});
