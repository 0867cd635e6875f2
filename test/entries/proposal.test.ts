import { describe, expect, it } from 'vitest';
import { MalformedProposal } from '../../entries/failures.ts';
import { readProposal } from '../../entries/proposal.ts';

const good = { kind: 'dsse', apiVersion: '0.0.1', spec: {} };

function failure(value: unknown): { readonly message: string; readonly detail?: number } {
  try {
    readProposal(value);
  } catch (error) {
    if (error instanceof MalformedProposal) return { message: error.message, detail: error.detail };
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
    [null, 602, 'kind in body is required'],
    [undefined, 602, 'kind in body is required'],
    [{}, 602, 'kind in body is required'],
    [{ ...good, kind: '' }, 602, 'kind in body is required'],
    [{ ...good, kind: 'nope' }, 422, 'invalid kind value: "nope"'],
    [{ ...good, kind: 5 }, 400, 'kind in body must be of type string'],
    [[], 400, 'proposedEntry in body must be of type object'],
    ['x', 400, 'proposedEntry in body must be of type object'],
    [{ ...good, apiVersion: null }, 602, 'apiVersion in body is required'],
    [{ ...good, apiVersion: 1 }, 400, 'apiVersion in body must be of type string'],
    [{ ...good, spec: null }, 602, 'spec in body is required'],
    [{ ...good, kind: 'ProposedEntry' }, undefined, "could not unmarshal entry for kind 'ProposedEntry'"],
  ])('are not case %#', (value, detail, message) => {
    expect(failure(value)).toEqual(detail === undefined ? { message } : { message, detail });
  });

  it.each(['', '9', '1.2', '01.0.0', 'v1.0.0', '1.0.0 '])('have no version %j', (apiVersion) => {
    expect(failure({ ...good, apiVersion })).toEqual({
      detail: 605,
      message: expect.stringMatching(/^apiVersion in body should match '\^/) as string,
    });
  });

  it('are not repeated in messages at any length', () => {
    expect(failure({ ...good, kind: 'x'.repeat(1_000_000) }).message.length).toBeLessThan(200);
  });
});
