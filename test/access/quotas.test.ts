import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QuotaMeter } from '../../server/access/quota-meter.ts';
import { QuotaExceeded } from '../../server/access/failures.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { bearer, openPrivateLog, type PrivateLog } from './private-log.ts';

const ENTRIES = '/api/v1/log/entries';

describe('quotas of a log', () => {
  let open: PrivateLog;
  beforeAll(async () => {
    const quotas = 'principal: {rate: 0.01, burst: 3, bytes: 100KiB}\n  identity: {entries: 2}';
    open = await openPrivateLog(`anonymous: [audit]\ntokens: true\nquotas:\n  ${quotas}\n`);
  });
  afterAll(() => open[Symbol.asyncDispose]());

  const post = (token: string, proposal: object) => open.asking.post(ENTRIES, proposal, bearer(token));

  it('hold a principal to its rate with 429, Retry-After and RateLimit headers, and no other', async () => {
    const [ci, other] = [await open.token('ci', ['submit']), await open.token('other', ['submit'])];
    for (const n of [1, 2, 3]) expect((await post(ci, hashedrekord(`entry ${n}`))).status).toBe(201);
    const refused = await post(ci, hashedrekord('one too many'));
    expect(refused.status).toBe(429);
    expect(refused.text).toBe('{"code":429,"message":"token ci may submit 0.01 entries a second, and 3 at once"}\n');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1);
    expect(refused.headers['ratelimit-policy']).toBe('"submit";q=3;w=300');
    expect(refused.headers['ratelimit']).toMatch(/^"submit";r=0;t=\d+$/);
    const v2 = await open.asking.post('/api/v2/log/entries', {}, bearer(ci));
    expect(v2.status).toBe(429);
    expect(JSON.parse(v2.text)).toMatchObject({ code: 8 });
    expect((await post(other, hashedrekord('of another'))).status).toBe(201);
  });

  it('hold an identity in entries to its number a day, whoever sends them', async () => {
    const submitter = newSubmitter();
    const tokens = await Promise.all(['a', 'b', 'c'].map((name) => open.token(name, ['submit'])));
    const statuses: number[] = [];
    for (const [i, token] of tokens.entries())
      statuses.push((await post(token, hashedrekord(`by one key ${i}`, submitter))).status);
    expect(statuses).toEqual([201, 201, 429]);
  });

  // Red where remoteOf in server/app.ts believes X-Forwarded-For of everyone.
  it('of who is anonymous are of the address that connects, whatever address its headers name', async () => {
    const access = 'anonymous: [submit]\nquotas:\n  principal: {rate: 0.01, burst: 1}\n';
    await using strangers = await openPrivateLog(access);
    const from = async (headers: Record<string, string>, n: number): Promise<number> =>
      (await strangers.asking.post(ENTRIES, hashedrekord(`of a stranger ${n}`), headers)).status;
    const forged = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded'].map((name, i) => ({ [name]: `198.51.100.${i}` }));
    const statuses = [await from({}, 0)];
    for (const [i, headers] of forged.entries()) statuses.push(await from(headers, i + 1));
    expect(statuses).toEqual([201, 429, 429, 429]);
  });

  it('are refused with their line where they cannot be', async () => {
    const wrong = 'quotas:\n  principal: {burst: 3}\n  identity: {rate: fast, bytes: 12 apples}\n  team: {}\n';
    const said = await openPrivateLog(wrong).then(() => 'it was taken', String);
    for (const fault of [
      ':2: quotas.principal has a burst, and needs a rate beside it',
      ':3: quotas.identity.rate has to be a number',
      ':3: quotas.identity.bytes has to be a size',
      ':4: quotas.team is not known here',
    ])
      expect(said).toContain(fault);
  });
});

describe('a quota', () => {
  const meterAt = () => {
    const clock = { ms: 0 };
    return {
      clock,
      meter: new QuotaMeter(
        () => clock.ms,
        () => clock.ms,
      ),
    };
  };
  const free = { rate: undefined, burst: 1, bytes: undefined, entries: undefined };
  const secondsOf = (work: () => void): number => {
    try {
      work();
    } catch (error) {
      if (error instanceof QuotaExceeded) return error.used.seconds;
      throw error;
    }
    return 0;
  };

  it('fills as time goes on, to its burst and not beyond', () => {
    const { clock, meter } = meterAt();
    const take = () => secondsOf(() => meter.take('', ['ci'], { ...free, rate: 2, burst: 2 }, 1));
    expect([take(), take(), take()]).toEqual([0, 0, 1]);
    clock.ms = 500;
    expect([take(), take()]).toEqual([0, 1]);
    clock.ms = 3_600_000;
    expect([take(), take(), take()]).toEqual([0, 0, 1]);
  });

  it('counts bytes and entries by the day, and says how long the day is yet', () => {
    const { clock, meter } = meterAt();
    clock.ms = 86_400_000 * 3 - 10_000;
    const take = (bytes: number) => secondsOf(() => meter.take('', ['ci'], { ...free, bytes: 100, entries: 3 }, bytes));
    expect([take(60), take(60), take(40), take(0), take(0)]).toEqual([0, 10, 0, 0, 10]);
    clock.ms += 10_000;
    expect(take(100)).toBe(0);
  });

  it('tells long names apart, and repeats no more of them than their beginning', () => {
    const { meter } = meterAt();
    const [a, b] = ['a', 'b'].map((end) => 'x'.repeat(60_000) + end) as [string, string];
    const take = (name: string) => meter.take('identity ', [name], { ...free, entries: 1 }, 1);
    take(a);
    take(b);
    expect(() => take(a)).toThrow(/^identity x{91}\.\.\. \(SHA-256 [0-9a-f]{64}\) may submit 1 entries a day$/);
  });

  it('is taken of all identities of an entry, or of none', () => {
    const { meter } = meterAt();
    const take = (...names: readonly string[]) =>
      secondsOf(() => meter.take('', names, { ...free, entries: 1 }, 1)) > 0;
    expect([take('a'), take('a', 'b'), take('b')]).toEqual([false, true, false]);
  });
});
