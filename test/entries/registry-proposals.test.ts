import { describe, expect, it } from 'vitest';
import { MalformedProposal } from '../../entries/failures.ts';
import { readProposal } from '../../entries/registry.ts';

const good = { kind: 'dsse', apiVersion: '0.0.1', spec: {} };

function failure(value: unknown): { readonly message: string; readonly reason?: string } {
  try {
    readProposal(value);
  } catch (error) {
    if (error instanceof MalformedProposal) return { message: error.message, reason: error.reason };
    if (error instanceof Error) return { message: error.message };
  }
  return { message: 'read' };
}

describe('rekor-v1 §1.5 proposals', () => {
  it('have three members, whose names match in any case', () => {
    expect(readProposal({ KIND: 'dsse', apiversion: '0.0.1', Spec: 5, more: 1 })).toEqual({
      kind: 'dsse',
      version: '0.0.1',
      spec: 5,
    });
  });

  it.each([
    [null, 'member-missing', 'kind in body is required'],
    [undefined, 'member-missing', 'kind in body is required'],
    [{}, 'member-missing', 'kind in body is required'],
    [{ ...good, kind: '' }, 'member-missing', 'kind in body is required'],
    [{ ...good, kind: 'nope' }, 'kind-unknown', 'invalid kind value: "nope"'],
    [{ ...good, kind: 5 }, 'type-wrong', 'kind in body must be of type string'],
    [[], 'type-wrong', 'proposedEntry in body must be of type object'],
    ['x', 'type-wrong', 'proposedEntry in body must be of type object'],
    [{ ...good, apiVersion: null }, 'member-missing', 'apiVersion in body is required'],
    [{ ...good, apiVersion: 1 }, 'type-wrong', 'apiVersion in body must be of type string'],
    [{ ...good, spec: null }, 'member-missing', 'spec in body is required'],
    [{ ...good, kind: 'ProposedEntry' }, undefined, "could not unmarshal entry for kind 'ProposedEntry'"],
  ])('are not case %#', (value, reason, message) => {
    expect(failure(value)).toEqual(reason === undefined ? { message } : { message, reason });
  });

  it.each(['', '9', '1.2', '01.0.0', 'v1.0.0', '1.0.0 '])('have no version %j', (apiVersion) => {
    expect(failure({ ...good, apiVersion })).toEqual({
      reason: 'version-malformed',
      message: expect.stringMatching(/^apiVersion in body should match '\^/) as string,
    });
  });

  it('are not repeated in messages at any length', () => {
    expect(failure({ ...good, kind: 'x'.repeat(1_000_000) }).message.length).toBeLessThan(200);
  });
});
