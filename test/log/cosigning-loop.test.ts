import { describe, expect, it } from 'vitest';
import { met, pass, sizes, TIMES, unmet, useRounds, waitAfter } from './asked-rounds.ts';
import { said, signedHead } from './heads.ts';

const asking = useRounds();

describe('decision 12: CosigningLoop, one round at a time, for the newest head', () => {
  it('a round begins at once with the first head, and sends a note with the log’s own signature alone', async () => {
    const { rounds, asker } = asking(['a']);
    const head = await signedHead(5, true);
    asker.setTarget(head);
    await pass(0);
    expect(sizes(rounds)).toEqual([5]);
    const { note, root, at } = rounds[0]?.candidate ?? { note: undefined };
    expect([note?.text.split('\n')[1], note?.signatures.map(({ name }) => name)]).toEqual(['5', ['log.test']]);
    expect([root, at]).toEqual([head.root, head.at]);
    expect(await rounds[0]?.candidate.prove(head.size)).toEqual([]);
  });
  it('no round begins while another runs, and the next asks for the newest head only', async () => {
    const { rounds, asker } = asking(['a']);
    for (const size of [5, 6, 7]) asker.setTarget(await signedHead(size, true));
    await pass(0);
    for (const size of [8, 9]) asker.setTarget(await signedHead(size, true));
    await pass(10_000);
    expect(sizes(rounds)).toEqual([7]);
    await met(rounds);
    await pass(TIMES.pause);
    expect(sizes(rounds)).toEqual([7, 9]);
  });
  it('each answer of a witness is passed on at once, and so is that the policy is met', async () => {
    const { rounds, kept, asker } = asking(['a', 'b']);
    asker.setTarget(await signedHead(5, true));
    await pass(0);
    rounds[0]?.say(said('c', 5, 1));
    rounds[0]?.say(said('a', 5, 2));
    rounds[0]?.say(said('b', 5, 3));
    await pass(0);
    rounds[0]?.say(said('d', 5, 4));
    await pass(0);
    expect(kept).toEqual([
      { size: 5, cosigners: ['c/1'], suffices: false },
      { size: 5, cosigners: ['a/2'], suffices: false },
      { size: 5, cosigners: ['c/1', 'a/2', 'b/3'], suffices: true },
      { size: 5, cosigners: ['c/1', 'a/2', 'b/3', 'd/4'], suffices: true },
    ]);
  });
});

describe('CosigningLoop: pauses', () => {
  it('a busy log pauses between two rounds', async () => {
    const { rounds, asker } = asking(['a']);
    for (let size = 1; size <= 4; size += 1) {
      asker.setTarget(await signedHead(size, true));
      await pass(size === 1 ? 0 : TIMES.pause);
      await met(rounds);
    }
    expect(rounds.map(({ at }) => at)).toEqual([0, 200, 400, 600]);
  });
  it('a round for a head after an idle time begins at once', async () => {
    const { rounds, asker } = asking(['a']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    await met(rounds);
    await pass(10_000);
    asker.setTarget(await signedHead(2, true));
    await pass(0);
    expect(rounds.map(({ at }) => at)).toEqual([0, 10_000]);
  });
  it('an idle log has its head cosigned anew, again and again', async () => {
    const { rounds, kept, asker } = asking(['a']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    await met(rounds);
    await pass(TIMES.idle - 1);
    expect(rounds).toHaveLength(1);
    await pass(1);
    await met(rounds);
    await pass(TIMES.idle);
    expect(sizes(rounds)).toEqual([1, 1, 1]);
    expect(kept).toHaveLength(2);
  });
  it('a round of an idle log does not count cosignatures of earlier rounds', async () => {
    const { rounds, asker } = asking(['a']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    await met(rounds);
    await pass(TIMES.idle);
    await unmet(rounds);
    await pass(TIMES.retry);
    expect(rounds.map(({ at }) => at)).toEqual([0, 60_000, 60_250]);
  });
});

describe('CosigningLoop: back-off', () => {
  it('the back-off doubles up to its limit, with new heads too, and ends with the first round that meets the policy', async () => {
    const { rounds, asker } = asking(['a']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    const waits: number[] = [];
    for (let size = 2; size <= 7; size += 1) {
      await pass(40); // a round takes its time, and the wait is counted from its end
      asker.setTarget(await signedHead(size, true));
      waits.push(await waitAfter(rounds, unmet));
    }
    asker.setTarget(await signedHead(8, true));
    waits.push(await waitAfter(rounds, met), await waitAfter(rounds, unmet));
    expect(waits).toEqual([250, 500, 1000, 2000, 3000, 3000, TIMES.pause, 250]);
    expect(sizes(rounds)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8]);
  });
});

describe('CosigningLoop: cosignatures of earlier rounds', () => {
  it('cosignatures of earlier rounds count, so that witnesses that are reachable one after the other meet the policy', async () => {
    const { rounds, kept, asker } = asking(['a', 'b']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    rounds[0]?.say(said('a', 1, 1));
    await unmet(rounds);
    await pass(TIMES.retry);
    rounds[1]?.say(said('b', 1, 2));
    await unmet(rounds);
    expect(kept.at(-1)).toEqual({ size: 1, cosigners: ['a/1', 'b/2'], suffices: true });
    await pass(TIMES.idle);
    expect(rounds.map(({ at }) => at)).toEqual([0, 250, 60_250]);
  });
  it('cosignatures of earlier rounds do not count for another head', async () => {
    const { rounds, kept, asker } = asking(['a', 'b']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    rounds[0]?.say(said('a', 1, 1));
    asker.setTarget(await signedHead(2, true));
    await unmet(rounds);
    await pass(TIMES.retry);
    rounds[1]?.say(said('b', 2, 2));
    await unmet(rounds);
    expect(kept.map(({ suffices }) => suffices)).toEqual([false, false]);
  });
  it('cosignatures from before the start count, and meet a policy that was relaxed since', async () => {
    const { rounds, kept, asker } = asking(['a']);
    asker.setTarget(await signedHead(1, true), [said('a', 1, 1), said('b', 1, 2)]);
    await pass(0);
    expect(kept).toEqual([{ size: 1, cosigners: ['a/1', 'b/2'], suffices: true }]);
    await unmet(rounds);
    await pass(TIMES.idle);
    expect(rounds).toHaveLength(2);
  });
  it('a policy with quorum none needs no cosignature', async () => {
    const { rounds, kept, asker } = asking([]);
    asker.setTarget(await signedHead(1, false));
    await pass(0);
    await unmet(rounds);
    expect(kept).toEqual([]);
    await pass(TIMES.idle);
    expect(rounds.map(({ at }) => at)).toEqual([0, 60_000]);
  });
});

describe('CosigningLoop: disposal', () => {
  it('disposal waits for no witness, and no round begins after it', async () => {
    const { rounds, asker } = asking(['a']);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    await asker[Symbol.asyncDispose]();
    expect(rounds[0]?.stop.aborted).toBe(true);
    asker.setTarget(await signedHead(2, true));
    await pass(100_000);
    expect(rounds).toHaveLength(1);
  });
  it('disposal waits until cosignatures that have come are stored', async () => {
    const disk = Promise.withResolvers<void>();
    const { rounds, asker } = asking(['a'], () => disk.promise);
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    rounds[0]?.say(said('a', 1));
    let over = false;
    const ending = asker[Symbol.asyncDispose]().then(() => (over = true));
    await pass(1000);
    expect(over).toBe(false);
    disk.resolve();
    expect(await ending).toBe(true);
  });
  it('a write with an unknown outcome ends the loop: decision 11', async () => {
    const { rounds, fatal, asker } = asking(['a'], () => Promise.reject(new Error('the disk is gone')));
    asker.setTarget(await signedHead(1, true));
    await pass(0);
    await met(rounds);
    asker.setTarget(await signedHead(2, true));
    await pass(100_000);
    expect([String(fatal[0]), fatal.length, rounds.length]).toEqual(['Error: the disk is gone', 1, 1]);
  });
});
