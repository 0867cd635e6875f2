import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IndependentWitness } from '../support/independent-witness.ts';
import { askingOf, candidate, witnessNamed } from './asking.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const GRACE_MS = 250;
const ANY = 'group g any a b c\nquorum g\n';
const TWO = 'group g 2 a b c\nquorum g\n';
const three = (): readonly [IndependentWitness, IndependentWitness, IndependentWitness] => [
  witnessNamed('a'),
  witnessNamed('b'),
  witnessNamed('c'),
];

/** Takes what was asked, and never answers. */
const silent = () => new Promise<never>(() => undefined);
const broken = () => ({ status: 500, body: 'broken\n' });
const times = (all: readonly IndependentWitness[]): readonly number[] => all.map(({ asked }) => asked.length);

describe('decision 12: witnesses that are down, slow or lying do not hold up the others', () => {
  it('all are asked at the same time, and each is heard when it speaks', async () => {
    const all = three();
    const answers = all.map((witness) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      witness.conduct = async (honestly) => {
        await promise;
        return honestly();
      };
      return resolve;
    });
    const given: string[] = [];
    const { witnesses } = askingOf(all, { policy: TWO });
    const asking = witnesses.ask(
      candidate(7),
      { given: (some) => void given.push(...some.map(({ name }) => name)), claimed: () => undefined },
      new AbortController().signal,
    );
    for (const i of [2, 0, 1]) {
      answers[i]?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    await asking;
    expect(given).toEqual(['c', 'a', 'b']);
  });

  it('with a grace, the round ends that long after the policy is met; a witness without an answer by then is not blamed', async () => {
    const all = three();
    all[1].conduct = silent;
    const asking = askingOf(all, { policy: ANY, grace: GRACE_MS });
    let over = false;
    const round = asking.ask(candidate(7)).then((given) => {
      over = true;
      return given.flat().map(({ name }) => name);
    });
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await round).toEqual(['a', 'c']);
    expect(asking.witnesses.report().map(({ state }) => state)).toEqual([
      'ok',
      'gave no answer before the others met the policy',
      'ok',
    ]);
    all[1].behaveWell();
    expect((await asking.ask(candidate(8))).flat()).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a witness that failed before, and now gives no answer in time, keeps the reason of its failure', async () => {
    const all = three();
    all[1].conduct = broken;
    const asking = askingOf(all, { policy: ANY, grace: GRACE_MS });
    const stateAfter = async (size: number) => {
      asking.wait(30_000);
      const round = asking.ask(candidate(size));
      await vi.advanceTimersByTimeAsync(GRACE_MS);
      await round;
      return asking.witnesses.report()[1]?.state;
    };
    const failure = await stateAfter(7);
    all[1].conduct = silent;
    const silence = `gave no answer before the others met the policy (before that: ${failure})`;
    expect(await stateAfter(8)).toBe(silence);
    expect(await stateAfter(9)).toBe(silence);
    all[1].behaveWell();
    expect(await stateAfter(10)).toBe('ok');
    all[1].conduct = silent;
    expect(await stateAfter(11)).toBe('gave no answer before the others met the policy');
  });

  it('a round that is told to stop says nothing of its witnesses', async () => {
    const all = three();
    all[1].conduct = silent;
    const stop = new AbortController();
    const asking = askingOf(all, { policy: ANY });
    const round = asking.ask(candidate(7), stop.signal);
    await vi.advanceTimersByTimeAsync(1);
    stop.abort();
    await round;
    expect(asking.witnesses.report()[1]?.state).toBe('not asked yet');
  });

  it('without a grace, all are waited for, and what comes late joins', async () => {
    const all = three();
    const { promise, resolve } = Promise.withResolvers<void>();
    all[1].conduct = async (honestly) => {
      await promise;
      return honestly();
    };
    const asking = askingOf(all, { policy: ANY });
    const round = asking.ask(candidate(7));
    await vi.advanceTimersByTimeAsync(100_000);
    resolve();
    expect((await round).flat().map(({ name }) => name)).toEqual(['a', 'c', 'b']);
  });

  it('a round that is told to stop is over at once, and nothing more is given', async () => {
    const all = three();
    for (const witness of all) witness.conduct = silent;
    const stop = new AbortController();
    const round = askingOf(all, { policy: ANY }).ask(candidate(7), stop.signal);
    await vi.advanceTimersByTimeAsync(1);
    stop.abort();
    expect(await round).toEqual([]);
  });

  it('a lie of one is not heard, and the truth of another is', async () => {
    const all = three();
    all[0].conduct = (_honestly, { note }) => ({ status: 200, body: all[0].lineOver(note.text, 1) });
    const given = (await askingOf(all, { policy: TWO }).ask(candidate(7))).flat();
    expect(given.map(({ name }) => name)).toEqual(['b', 'c']);
  });
});

describe('HttpWitnesses: who failed is left alone for a while', () => {
  it('if the others can meet the policy; each time for twice as long, up to half a minute', async () => {
    const all = three();
    all[0].conduct = broken;
    const asking = askingOf(all, { policy: TWO });
    await asking.ask(candidate(7));
    const isAsked = async (): Promise<boolean> => {
      const before = all[0].asked.length;
      await asking.ask(candidate(7));
      return all[0].asked.length > before;
    };
    for (const rest of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      asking.wait(rest - 1);
      expect(await isAsked()).toBe(false);
      asking.wait(1);
      expect(await isAsked()).toBe(true);
    }
    all[0].behaveWell();
    asking.wait(30_000);
    await isAsked();
    all[0].conduct = broken;
    expect(await isAsked()).toBe(true);
    asking.wait(499);
    expect(await isAsked()).toBe(false);
  });

  it('but is asked each time if without it the policy cannot be met', async () => {
    const all = three();
    for (const witness of [all[0], all[1]]) witness.conduct = broken;
    const asking = askingOf(all, { policy: TWO });
    for (let round = 0; round < 4; round += 1) await asking.ask(candidate(7));
    expect(times(all)).toEqual([4, 4, 4]);
  });

  it('is not while it was merely slower', async () => {
    const all = three();
    all[1].conduct = silent;
    const asking = askingOf(all, { policy: ANY, grace: GRACE_MS });
    for (let round = 0; round < 3; round += 1) {
      const over = asking.ask(candidate(7));
      await vi.advanceTimersByTimeAsync(GRACE_MS);
      await over;
    }
    all[1].behaveWell();
    await asking.ask(candidate(7));
    expect(times(all)).toEqual([4, 1, 4]);
  });
});

describe('rekor-v2 §5.6: when the policy is met', () => {
  it.each([
    ['quorum a\n', ['a'], true],
    ['quorum a\n', ['b', 'c'], false],
    [TWO, ['a'], false],
    [TWO, ['a', 'c'], true],
    ['group g all a b\ngroup h any g c\nquorum h\n', ['c'], true],
    ['group g all a b\ngroup h any g c\nquorum h\n', ['b'], false],
    ['group g all a b\ngroup h any g c\nquorum h\n', ['a', 'b'], true],
    ['quorum none\n', [], true],
  ])('%j by %j: %s', async (policy, honest, met) => {
    const all = three();
    for (const witness of all) if (!honest.includes(nameOf(witness))) witness.conduct = broken;
    const { witnesses, ask } = askingOf(all, { policy });
    expect(witnesses.meetsPolicy((await ask(candidate(7))).flat())).toBe(met);
  });

  it('witnesses behind one address are asked once, and each line counts for its own', async () => {
    const [a, b] = three();
    a.conduct = (honestly, { note: { text } }) => {
      return { status: 200, body: honestly().body + b.lineOver(text, a.clock()) };
    };
    const policy = `witness b ${b.vkey} http://a/\ngroup g all a b\nquorum g\n`;
    const { witnesses, ask } = askingOf([a], { policy });
    const given = await ask(candidate(7));
    expect(given.map((some) => some.map(({ name }) => name))).toEqual([['a', 'b']]);
    expect([witnesses.meetsPolicy(given.flat()), a.asked.length]).toEqual([true, 1]);
    expect(witnesses.report().map(({ name, size }) => `${name} ${size}`)).toEqual(['a 7', 'b 7']);
  });

  it('a witness without an address is not asked, and not reported', async () => {
    const [a, b] = three();
    const { witnesses, ask } = askingOf([a], { policy: `witness b ${b.vkey}\nquorum a\n` });
    await ask(candidate(7));
    expect(witnesses.report().map(({ name }) => name)).toEqual(['a']);
    expect(b.asked).toEqual([]);
  });
});

const nameOf = ({ vkey }: IndependentWitness): string => vkey.split('+')[0] ?? '';
