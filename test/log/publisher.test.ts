import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotPublished, Overloaded } from '../../log/failures.ts';
import { Publisher, type PublisherParts } from '../../log/publisher.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';
import { cosignersOf, SIGNER, said, signedHead } from './heads.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const TIMEOUT_MS = 1000;

/** A publisher that shows a head of `size`, and a store whose writes a test ends. */
async function publishing(size: number, parts: Partial<PublisherParts> = {}) {
  const kept: { readonly cosignatures: readonly StoredCosignature[]; readonly published: number | undefined }[] = [];
  const wanted: number[] = [];
  let disk: Promise<void> = Promise.resolve();
  const publisher: Publisher = new Publisher(
    {
      signer: SIGNER,
      store: {
        cosignatures: async () => [],
        cosign: async (cosignatures, published) => {
          await disk;
          kept.push({ cosignatures, published });
        },
      },
      holds: () => false,
      cosigningLoop: { setTarget: ({ size: newest }) => void wanted.push(newest) },
      timeoutMs: TIMEOUT_MS,
      maxWaiting: 100,
      ...parts,
    },
    { head: await signedHead(size, false), cosignatures: [] },
  );
  return { publisher, kept, wanted, slowDisk: (until: Promise<void>) => void (disk = until) };
}

/** How a promise stands once everything that could happen has. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'waits';
  promise.then(
    () => (state = 'done'),
    (error: unknown) => (state = (error as Error).name),
  );
  await vi.advanceTimersByTimeAsync(0);
  return state;
}

describe('decision 12: Publisher, a head that awaits no cosignatures', () => {
  it('publishes the head at once, in both checkpoints, and resolves those that wait for it', async () => {
    const { publisher, wanted, kept } = await publishing(3);
    const waiting = publisher.waitForSize(5);
    publisher.committed(await signedHead(5, false));
    expect(publisher.head.rekorCheckpoint).toMatch(/^log\.test - 1234567890123456789\n5\n/);
    expect(publisher.head.checkpoint).toMatch(/^log\.test\n5\n/);
    expect((await waiting).size).toBe(5);
    expect(wanted).toEqual([5]);
    expect(kept).toEqual([]);
  });
  it('adds cosignatures below the log’s own signature, and the newest of a witness replaces its earlier one', async () => {
    const { publisher, kept } = await publishing(3);
    const head = await signedHead(5, false);
    publisher.committed(head);
    expect(cosignersOf(publisher.head.checkpoint)).toEqual([]);
    await publisher.cosigned(head, [said('a', 5, 1)], false);
    await publisher.cosigned(head, [said('b', 5, 2), said('a', 5, 3)], true);
    expect(cosignersOf(publisher.head.checkpoint)).toEqual(['b/2', 'a/3']);
    expect(kept.map(({ published }) => published)).toEqual([undefined, undefined]);
    expect(publisher.head.rekorCheckpoint.split('\n').filter((line) => line.startsWith('\u2014'))).toHaveLength(1);
  });
  it('stores cosignatures of an older head, and does not change the published one', async () => {
    const { publisher, kept } = await publishing(3);
    const [older, newer] = [await signedHead(4, false), await signedHead(5, false)];
    publisher.committed(older);
    publisher.committed(newer);
    await publisher.cosigned(older, [said('a', 4)], true);
    expect([publisher.head.size, cosignersOf(publisher.head.checkpoint)]).toEqual([5, []]);
    expect(kept).toEqual([{ cosignatures: [said('a', 4)], published: undefined }]);
  });
  it('never publishes a smaller head than before', async () => {
    const { publisher } = await publishing(3);
    const smaller = await signedHead(2, false);
    expect(() => publisher.committed(smaller)).toThrow('a published head never goes back');
    expect(publisher.head.size).toBe(3);
  });
});

describe('decision 12: Publisher, a head that awaits cosignatures', () => {
  it('publishes the head once the policy is met, with the cosignatures', async () => {
    const { publisher, kept, wanted } = await publishing(3);
    const head = await signedHead(5, true);
    publisher.committed(head);
    expect([publisher.head.size, wanted]).toEqual([3, [5]]);
    await publisher.cosigned(head, [said('a', 5, 1)], false);
    expect([publisher.head.size, cosignersOf(publisher.head.checkpoint)]).toEqual([3, []]);
    await publisher.cosigned(head, [said('a', 5, 1), said('b', 5, 2)], true);
    expect([publisher.head.size, cosignersOf(publisher.head.checkpoint)]).toEqual([5, ['a/1', 'b/2']]);
    expect(kept.map(({ published }) => published)).toEqual([undefined, 5]);
    await publisher.cosigned(head, [said('c', 5, 3)], true);
    expect(cosignersOf(publisher.head.checkpoint)).toEqual(['a/1', 'b/2', 'c/3']);
  });
  it('publishes the head only after its cosignatures are durable', async () => {
    const { publisher, slowDisk } = await publishing(3);
    const head = await signedHead(5, true);
    publisher.committed(head);
    const disk = Promise.withResolvers<void>();
    slowDisk(disk.promise);
    const cosigned = publisher.cosigned(head, [said('a', 5)], true);
    const waiting = publisher.waitForSize(4);
    expect([await stateOf(waiting), publisher.head.size]).toEqual(['waits', 3]);
    disk.resolve();
    await cosigned;
    expect([(await waiting).size, publisher.head.size]).toEqual([5, 5]);
  });
  it('does not publish the head if its cosignatures cannot be stored', async () => {
    const { publisher, slowDisk } = await publishing(3);
    const head = await signedHead(5, true);
    slowDisk(Promise.reject(new Error('the disk is gone')));
    await expect(publisher.cosigned(head, [said('a', 5)], true)).rejects.toThrow('the disk is gone');
    expect(publisher.head.size).toBe(3);
  });
  it('does not publish the head after a larger one', async () => {
    const { publisher, kept } = await publishing(3);
    const [older, newer] = [await signedHead(4, true), await signedHead(5, true)];
    await publisher.cosigned(newer, [said('a', 5)], true);
    await publisher.cosigned(older, [said('a', 4)], true);
    expect([publisher.head.size, cosignersOf(publisher.head.checkpoint)]).toEqual([5, ['a/0']]);
    expect(kept.map(({ published }) => published)).toEqual([5, undefined]);
  });
});

describe('decision 12: Publisher, writers that wait for their head', () => {
  it('resolves a writer with the first head that covers its entry, and no other writer', async () => {
    const { publisher } = await publishing(3);
    const [fourth, fifth, seventh] = [publisher.waitForSize(4), publisher.waitForSize(5), publisher.waitForSize(7)];
    await publisher.cosigned(await signedHead(5, true), [said('a', 5)], true);
    expect([(await fourth).size, (await fifth).size, await stateOf(seventh)]).toEqual([5, 5, 'waits']);
    await publisher.cosigned(await signedHead(8, true), [said('a', 8)], true);
    expect((await seventh).size).toBe(8);
  });
  it('rejects a writer after the time-out, and says that the entry is stored', async () => {
    const { publisher } = await publishing(3);
    const waiting = publisher.waitForSize(4);
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
    expect(await stateOf(waiting)).toBe('waits');
    await vi.advanceTimersByTimeAsync(1);
    await expect(waiting).rejects.toThrow(
      new NotPublished('too few witnesses have cosigned the entry within 1000 ms: it is kept, send it again'),
    );
    const again = publisher.waitForSize(4);
    await publisher.cosigned(await signedHead(4, true), [said('a', 4)], true);
    expect((await again).size).toBe(4);
    expect(vi.getTimerCount()).toBe(0);
  });
  it('refuses more waiting writers than the limit', async () => {
    const { publisher } = await publishing(3, { maxWaiting: 2 });
    const waiting = [publisher.waitForSize(4), publisher.waitForSize(4)];
    expect(() => publisher.requireRoom()).toThrow(new Overloaded('2 entries are waiting for witnesses'));
    await publisher.cosigned(await signedHead(4, true), [said('a', 4)], true);
    await Promise.all(waiting);
    expect(() => publisher.requireRoom()).not.toThrow();
    const late = publisher.waitForSize(5);
    late.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
    await publisher.waitForSize(4);
    expect(() => publisher.requireRoom()).not.toThrow();
  });
});
