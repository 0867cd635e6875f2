import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Failure } from '../../base/failure.ts';
import type * as baseFailures from '../../base/failures.ts';
import { MalformedJson } from '../../base/failures.ts';
import { BodyTooLarge, InvalidEntry, MalformedProposal } from '../../entries/failures.ts';
import type * as entryFailures from '../../entries/failures.ts';
import type * as logFailures from '../../log/failures.ts';
import { Frozen, LogRefused, Overloaded, type SignerUnavailable } from '../../log/failures.ts';
import { fromOutcome, toOutcome } from '../../server/admission/messages.ts';
import { type FailureResponses, isKnown, responseTo, v1ResponseTo } from '../../server/http/failure-responses.ts';
import type * as requestFailures from '../../server/http/failures.ts';
import { BodyTooSlow, Busy, InvalidRequest, UnreadableBody } from '../../server/http/failures.ts';
import { revivedError, sentError, type StoreFailureClasses } from '../../storage/engines/sqlite/writer/wire.ts';
import type * as storeFailures from '../../storage/failures.ts';
import { NoRoom, StaleCommit, StaleWitness, StoreRefused } from '../../storage/failures.ts';

const crossed = (thrown: unknown): Error => {
  const outcome = structuredClone(toOutcome(thrown));
  if (outcome.is === 'value') throw new Error('a failure became a value');
  return fromOutcome(outcome);
};
import type * as witnessFailures from '../../witness/failures.ts';

describe('a failure that an admission thread throws', () => {
  it.each([
    new MalformedJson('no JSON'),
    new InvalidEntry('an entry'),
    new MalformedProposal('a kind', 'version-malformed'),
    new BodyTooLarge('a body'),
    new InvalidRequest('a member', 612),
    new UnreadableBody('parsing entry body'),
  ])('is the same at the other end: $code', (failure) => {
    const arrived = crossed(failure);
    expect(arrived).toBeInstanceOf(failure.constructor);
    expect(arrived.message).toBe(failure.message);
    if (!isKnown(arrived) || !isKnown(failure)) throw new Error('it is known at both ends');
    expect(v1ResponseTo(arrived)).toEqual(v1ResponseTo(failure));
  });

  it('arrives as a bug if no thread is known to throw it', () => {
    for (const thrown of [new Overloaded('full'), new Busy('busy'), new TypeError('a bug'), 'a text', undefined]) {
      const arrived = crossed(thrown);
      expect(isKnown(arrived)).toBe(false);
      expect(arrived).toBeInstanceOf(Error);
    }
  });
});

/** Rows that the table may lack. */
type Dispensable<Table> = { [Row in keyof Table]: Omit<Table, Row> extends Table ? Row : never }[keyof Table];
/** Rows that need not say whether their failure crosses threads. */
type NotCrossing = {
  [Row in keyof FailureResponses]: Omit<FailureResponses[Row], 'crossing'> extends FailureResponses[Row] ? Row : never;
}[keyof FailureResponses];

/** The codes of all classes of failures that a module exports. */
type CodesOf<Module> = InstanceType<
  Extract<Module[keyof Module], abstract new (...parts: never) => Failure<string>>
>['code'];
/** Failures that are told to the operator, and that no caller meets: they end a start, or are NotWritable to callers. */
type OfOperator = LogRefused['code'] | SignerUnavailable['code'];

describe('the tables of failures', () => {
  it('of HTTP responses does not compile where a failure of a folder that a request reaches is in no row', () => {
    expectTypeOf<CodesOf<typeof baseFailures>>().toExtend<keyof FailureResponses>();
    expectTypeOf<CodesOf<typeof entryFailures>>().toExtend<keyof FailureResponses>();
    expectTypeOf<Exclude<CodesOf<typeof logFailures>, OfOperator>>().toExtend<keyof FailureResponses>();
    expectTypeOf<CodesOf<typeof requestFailures>>().toExtend<keyof FailureResponses>();
    expectTypeOf<CodesOf<typeof witnessFailures>>().toExtend<keyof FailureResponses>();
  });

  it('of the writer thread does not compile where a failure of the storage is in no row', () => {
    expectTypeOf<CodesOf<typeof storeFailures>>().toExtend<keyof StoreFailureClasses>();
  });

  it('of HTTP responses does not compile without one of its rows', () => {
    expectTypeOf<Dispensable<FailureResponses>>().toBeNever();
  });

  it('of HTTP responses does not compile where a row lacks how its failure crosses threads', () => {
    expectTypeOf<NotCrossing>().toBeNever();
  });

  it('of the writer thread does not compile without one of its rows', () => {
    expectTypeOf<Dispensable<StoreFailureClasses>>().toBeNever();
  });

  it.each([
    new StaleCommit('another size'),
    new StaleWitness('another head'),
    new NoRoom('full'),
    new StoreRefused('held'),
  ])('of the writer thread keeps the class of $code', (failure) => {
    const arrived = revivedError(structuredClone(sentError(failure)));
    expect(arrived).toBeInstanceOf(failure.constructor);
    expect(arrived.message).toBe(failure.message);
  });

  it('of the writer thread takes an error by its code, never by its name', () => {
    const named = Object.assign(new Error('a bug'), { name: 'NoRoom' });
    expect(revivedError(structuredClone(sentError(named)))).not.toBeInstanceOf(NoRoom);
  });
});

describe('the response to a failure', () => {
  it('tells when to come again, or that the connection ends', () => {
    expect(responseTo(new Overloaded('full'))).toMatchObject({ plain: 503, headers: { 'Retry-After': '1' } });
    expect(responseTo(new BodyTooSlow('slow'))).toMatchObject({ plain: 408, headers: { Connection: 'close' } });
    expect(responseTo(new Frozen('ended')).headers).toBeUndefined();
  });

  it('is of go-openapi or of a handler by its class, whatever its message says', () => {
    expect(v1ResponseTo(new InvalidRequest('parsing looks like it', 400)).by).toBe('handler');
    expect(v1ResponseTo(new UnreadableBody('anything')).by).toBe('binding');
    expect(v1ResponseTo(new InvalidRequest('a member', 601)).by).toBe('binding');
  });

  it('is none for a failure that is not a caller’s', () => {
    for (const thrown of [new LogRefused('another log'), new Error('a bug'), { code: 'entry-invalid' }])
      expect(isKnown(thrown)).toBe(false);
  });
});
