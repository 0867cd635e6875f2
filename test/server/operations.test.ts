import { describe, expect, expectTypeOf, it } from 'vitest';
import { operations } from '../../server/operation-registry.ts';
import { authorise } from '../../server/access/gate.ts';
import type { AnyOperation, Operation, OperationId, Operations } from '../../server/operations/operation.ts';
import { document } from './variants.ts';

/** Operations that the registry may lack. */
type Dispensable = { [Op in OperationId]: Omit<Operations, Op> extends Operations ? Op : never }[OperationId];
/** Operations that need not declare the right that they ask for. */
type Open = { [Op in OperationId]: Omit<Operation<Op>, 'access'> extends Operation<Op> ? Op : never }[OperationId];

const records: readonly (readonly [string, AnyOperation])[] = Object.entries(operations);

describe('the registry of operations', () => {
  it('does not compile without an operation of the document', () => {
    expectTypeOf<Dispensable>().toBeNever();
  });

  it('does not compile with an operation that declares no right', () => {
    expectTypeOf<Open>().toBeNever();
  });

  it('has each operation where the OpenAPI document has it', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${path}`]),
    );
    expect(Object.fromEntries(records.map(([id, { route }]) => [id, route]))).toEqual(Object.fromEntries(described));
  });

  it('needs the right that the OpenAPI document says', () => {
    const described = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId, 'x-right': right = 'anyone' }) => [operationId, right]),
    );
    expect(Object.fromEntries(records.map(([id, { access }]) => [id, access]))).toEqual(Object.fromEntries(described));
  });

  it('asks for the right to submit where an entry can be added, and nowhere else', () => {
    const submitting = records.filter(([, { access }]) => access === 'submit').map(([id]) => id);
    expect(submitting).toEqual(['createLogEntry', 'createEntry']);
  });

  it('asks for the right to read wherever bodies of entries are answered', () => {
    const reading = records.filter(([, { access }]) => access === 'read').map(([id]) => id);
    expect(reading).toEqual([
      'getLogEntryByIndex',
      'getLogEntryByUUID',
      'searchLogQuery',
      'getEntryBundle',
      'getEntryBundleFile',
    ]);
  });
});

describe('a principal', () => {
  it('without the right that an operation needs does not pass', () => {
    const auditor = { name: 'an auditor', rights: new Set(['audit'] as const) };
    expect(() => authorise(auditor, 'submit')).toThrow('an auditor lacks the right submit');
    expect(() => authorise(auditor, 'audit')).not.toThrow();
    expect(() => authorise({ name: 'a stranger', rights: new Set() }, 'anyone')).not.toThrow();
  });
});
