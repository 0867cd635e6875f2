import { MalformedJson } from '../../base/failures.ts';
import { foldedMember, isObject, readJsonText } from '../../base/json-reader.ts';
import { InvalidEntry } from '../failures.ts';
import { misfit, type Shape } from './go-shape.ts';

/** A DSSE envelope as it was sent. `payload` and each `sig` are base64 that nobody has decoded yet. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly EnvelopeSignature[];
}

export interface EnvelopeSignature {
  readonly keyid: string;
  readonly sig: string;
}

const ENVELOPE: Shape = {
  members: {
    payloadType: 'text',
    payload: 'text',
    signatures: { each: { members: { keyid: 'text', sig: 'text' } } },
  },
};

/**
 * An envelope in JSON as Go reads it: absent members and null are empty, names match in any case, other members are
 * ignored; nothing may follow it.
 *
 * @throws InvalidEntry
 */
export function readEnvelope(text: string): Envelope {
  const value = parseEnvelope(text);
  const fault = misfit(value, ENVELOPE);
  if (fault !== undefined) throw new InvalidEntry(`the DSSE envelope has a value of the wrong type at "${fault}"`);
  const signatures = member(value, 'signatures');
  return {
    payloadType: textMember(value, 'payloadType'),
    payload: textMember(value, 'payload'),
    signatures: (Array.isArray(signatures) ? signatures : []).map(readSignature),
  };
}

/** A null among the signatures is an empty signature. */
function readSignature(value: unknown): EnvelopeSignature {
  return { keyid: textMember(value, 'keyid'), sig: textMember(value, 'sig') };
}

function parseEnvelope(text: string): unknown {
  try {
    return readJsonText(text);
  } catch (error) {
    if (error instanceof MalformedJson) throw new InvalidEntry(`the DSSE envelope: ${error.message}`, { cause: error });
    throw error;
  }
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? foldedMember(value, name) : undefined;
}

function textMember(value: unknown, name: string): string {
  const text = member(value, name);
  return typeof text === 'string' ? text : '';
}
