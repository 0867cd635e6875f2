import { expect } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { SIGNATURE_TYPE, type VerifierKey, verifierKey } from '../../../checkpoint/key.ts';
import { MalformedPolicy } from '../../../checkpoint/policy/failures.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import type { Policy } from '../../../checkpoint/policy/policy.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { LOG, WITNESS, seeded, thrownBy } from '../signing.ts';

const keyOf = (name: string, type: number, byte: number): VerifierKey =>
  verifierKey(name, type, seeded(byte).publicKey);
const cosignature = (byte: number): string => vkeyOf(`w${byte}.example.test`, SIGNATURE_TYPE.cosignature, byte);

export const vkeyOf = (name: string, type: number, byte: number): string => formatVkey(keyOf(name, type, byte));
export const LOG_VKEY = formatVkey(LOG.key);
export const W1 = formatVkey(WITNESS.key);
export const W2 = cosignature(3);
export const W3 = cosignature(4);
export const POST_QUANTUM = formatVkey(verifierKey('q.example.test', SIGNATURE_TYPE.mlDsa44, new Uint8Array(1312)));
export const NO_FAULT = 'quorum none\n';

export const parse = (text: string): Policy => parsePolicy(utf8(text));

/** Returns the faults of a policy, one a line. */
export function said(text: string | Uint8Array): readonly string[] {
  const thrown = thrownBy(() => parsePolicy(typeof text === 'string' ? utf8(text) : text));
  if (thrown === undefined) return [];
  expect(thrown).toBeInstanceOf(MalformedPolicy);
  const { faults, message } = thrown as MalformedPolicy;
  expect(message).toBe(faults.map((fault) => `line ${fault.line}: ${fault.message}`).join('\n'));
  return message.split('\n');
}
