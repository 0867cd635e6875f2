import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { addressBlock } from '../../server/http/address-block.ts';
import { BodyBudget, BodyLease, SMALL_BODY_BYTES } from '../../server/http/body-budget.ts';
import { readBody } from '../../server/http/body.ts';
import { BodyTooSlow, Busy, RequestTooLarge } from '../../server/http/failures.ts';

const MIB = 1024 * 1024;

/** A body that has brought `bytes` so far, and is awaited. */
function arriving(budget: BodyBudget, remote: string, bytes: number) {
  const lease = new BodyLease(budget, remote);
  const ended: unknown[] = [];
  lease.arriving((reason) => ended.push(reason));
  const bring = (more: number): void => {
    lease.count(more);
    lease.hold(more);
  };
  bring(bytes);
  return { lease, ended, bring };
}

describe('the budget of request bodies', () => {
  it('counts exactly, until a body is released', () => {
    const budget = new BodyBudget({ all: 10, small: 0 });
    const [one, other] = [new BodyLease(budget, '192.0.2.1'), new BodyLease(budget, '192.0.2.2')];
    one.hold(6);
    other.hold(4);
    expect(() => other.hold(1)).toThrow(Busy);
    expect([one.held, other.held, budget.held]).toEqual([6, 4, 10]);
    one.release();
    one.release();
    expect([one.held, budget.held]).toEqual([0, 4]);
    other.hold(6);
    expect(budget.held).toBe(10);
    other.release();
    expect(budget.held).toBe(0);
  });

  it('keeps room for small bodies when large ones have taken the rest', () => {
    const budget = new BodyBudget({ all: 40 * MIB, small: 8 * MIB });
    arriving(budget, '192.0.2.1', 20 * MIB);
    arriving(budget, '192.0.2.2', 20 * MIB);
    expect(() => new BodyLease(budget, '192.0.2.3').hold(SMALL_BODY_BYTES + 1)).toThrow(Busy);
    const small = new BodyLease(budget, '192.0.2.3');
    small.hold(SMALL_BODY_BYTES);
    expect(() => small.hold(1)).toThrow(Busy);
    small.release();
    expect(budget.held).toBe(40 * MIB);
  });

  it('lets small bodies overflow into the room for all, and takes them back from there', () => {
    const budget = new BodyBudget({ all: MIB, small: 100 });
    const leases = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((remote) => new BodyLease(budget, remote));
    for (const lease of leases) lease.hold(100);
    expect(budget.held).toBe(300);
    for (const lease of leases) lease.release();
    expect(budget.held).toBe(0);
    new BodyLease(budget, '192.0.2.1').hold(MIB);
  });

  it('gives one address no more than half, or one body', () => {
    const budget = new BodyBudget({ all: 40 * MIB, small: MIB });
    const first = new BodyLease(budget, '2001:db8:0:1::1');
    first.hold(32 * MIB);
    expect(() => new BodyLease(budget, '2001:db8:0:1::2').hold(MIB)).toThrow(Busy);
    new BodyLease(budget, '2001:db8:0:2::1').hold(MIB);
    first.release();
    new BodyLease(budget, '2001:db8:0:1::2').hold(10 * MIB);
    new BodyLease(budget, '2001:db8:0:1::3').hold(10 * MIB);
    expect(() => new BodyLease(budget, '2001:db8:0:1::4').hold(MIB)).toThrow(Busy);
  });

  it('gives one address no more than half of the room for small bodies once the rest is full', () => {
    const budget = new BodyBudget({ all: 0, small: 4 * SMALL_BODY_BYTES });
    const hold = (remote: string): void => new BodyLease(budget, remote).hold(SMALL_BODY_BYTES);
    hold('192.0.2.1');
    hold('192.0.2.1');
    expect(() => hold('192.0.2.1')).toThrow(Busy);
    hold('192.0.2.2');
  });
});

describe('request bodies that stall', () => {
  it('make room for others within two seconds when the budget is full', () => {
    const budget = new BodyBudget({ all: 40 * MIB, small: MIB });
    const stalled = [arriving(budget, '192.0.2.1', 20 * MIB), arriving(budget, '192.0.2.2', 20 * MIB)];
    const honest = new BodyLease(budget, '192.0.2.3');
    expect(() => honest.hold(MIB)).toThrow(Busy);
    budget.look();
    expect(() => honest.hold(MIB)).toThrow(Busy);
    budget.look();
    honest.hold(MIB);
    expect(stalled.map(({ ended }) => ended.length)).toEqual([1, 0]);
    expect(stalled[0]?.ended[0]).toBeInstanceOf(BodyTooSlow);
    expect(budget.held).toBe(21 * MIB);
  });

  it('lose their place to what is slow as well, but not one that comes at a constant rate', () => {
    const budget = new BodyBudget({ all: 3 * MIB, small: 0 });
    const dripping = arriving(budget, '192.0.2.1', 2 * MIB);
    const constant = arriving(budget, '192.0.2.2', 1000);
    for (let second = 0; second < 29; second += 1) {
      budget.look();
      constant.bring(30_000);
      dripping.bring(second < 3 ? 0 : 9000);
    }
    new BodyLease(budget, '192.0.2.3').hold(MIB);
    expect([dripping.ended.length, constant.ended.length]).toEqual([1, 0]);
  });

  it('cost an address its own place, never that of another address', () => {
    const budget = new BodyBudget({ all: 40 * MIB, small: MIB });
    const other = arriving(budget, '192.0.2.2', 10 * MIB);
    const own = arriving(budget, '192.0.2.1', 20 * MIB);
    for (let second = 0; second < 2; second += 1) budget.look();
    new BodyLease(budget, '192.0.2.1').hold(MIB);
    expect([own.ended.length, other.ended.length]).toEqual([1, 0]);
  });

  it.each([
    ['of 64 KiB and less without a byte', 1000, 0, 1],
    ['of more than 64 KiB with less than 8 KiB a second', 100_000, 8000, 9000],
  ])('%s are ended after ten seconds', (_, size, slow, enough) => {
    const budget = new BodyBudget({ all: MIB, small: MIB });
    const [one, other] = [arriving(budget, '192.0.2.1', size), arriving(budget, '192.0.2.1', size)];
    for (let second = 0; second < 11; second += 1) {
      budget.look();
      if (one.ended.length === 0) one.bring(slow);
      other.bring(enough);
    }
    expect([one.ended.length, other.ended.length]).toEqual([1, 0]);
    expect(one.lease.held).toBe(0);
  });

  it('are left alone once they are whole', () => {
    const budget = new BodyBudget({ all: 2 * MIB, small: 0 });
    const { lease, ended } = arriving(budget, '192.0.2.1', 2 * MIB);
    lease.arrived();
    for (let second = 0; second < 20; second += 1) budget.look();
    expect(() => new BodyLease(budget, '192.0.2.2').hold(1)).toThrow(Busy);
    expect(ended).toEqual([]);
  });
});

describe('the memory of a request body', () => {
  const budget = new BodyBudget({ all: 64 * MIB, small: MIB });
  function reading(length?: number, most = 8 * MIB) {
    const stream = new PassThrough({ highWaterMark: 64 * MIB });
    const headers = length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) };
    const lease = new BodyLease(budget, '192.0.2.1');
    const body = readBody(Object.assign(stream, { headers }) as unknown as IncomingMessage, most, lease);
    return { stream, lease, body };
  }
  const written = (stream: PassThrough, chunk: Buffer): Promise<void> =>
    new Promise((done) => stream.write(chunk, () => setImmediate(done)));

  it.each([
    ['announced', 3 * MIB],
    ['not announced', undefined],
  ])('follows what came, also in pieces of one byte, when its length is %s', async (_, length) => {
    const { stream, lease, body } = reading(length);
    const sent: Buffer[] = [];
    let most = 0;
    for (const size of [1, 1, 1, 1, 500, 600, 100_000, 1, 1_000_000, 500_000, 1_544_624]) {
      sent.push(Buffer.alloc(size, sent.length + 1));
      await written(stream, sent.at(-1) as Buffer);
      most = Math.max(most, lease.held / Math.max(512, lease.bytes));
    }
    stream.end();
    expect(Buffer.concat(sent).equals(await body)).toBe(true);
    expect([lease.bytes, most <= 2]).toEqual([Buffer.concat(sent).length, true]);
    lease.release();
    expect(budget.held).toBe(0);
  });

  it('is no more than was announced', async () => {
    const { stream, lease, body } = reading(100_000);
    for (const size of [40_000, 30_000, 30_000]) await written(stream, Buffer.alloc(size));
    stream.end();
    const whole = await body;
    expect([whole.length, whole.buffer.byteLength, lease.held]).toEqual([100_000, 100_000, 100_000]);
    lease.release();
  });

  it('is given back when the body is too long or its sender is gone', async () => {
    const long = reading(undefined, 1000);
    long.stream.write(Buffer.alloc(1001));
    await expect(long.body).rejects.toThrow(RequestTooLarge);
    const gone = reading(1000);
    await written(gone.stream, Buffer.alloc(10));
    gone.stream.destroy();
    await expect(gone.body).rejects.toThrow('went away');
    for (const { lease } of [long, gone]) lease.release();
    expect(budget.held).toBe(0);
  });
});

describe('the part of an address that one sender has', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('of %j is %j', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});
