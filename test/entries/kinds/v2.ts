import { sign } from 'node:crypto';
import { utf8 } from '../../../base/bytes.ts';
import { type AdmissionRules } from '../../../entries/admission.ts';
import { type AdmittedEntry } from '../../../entries/kind.ts';
import { v2Kinds } from '../../../entries/kinds/index.ts';
import { KindRegistry } from '../../../entries/registry.ts';
import { readCreateEntryRequest } from '../../../entries/v2-request.ts';
import type { Signer } from '../../support/signing.ts';
import { type DsseRequest, dsseRequestOf, type V2Signer, type VerifierJson } from '../../support/v2-requests.ts';
import { admit, type Purpose, refusal, RULES } from './admit.ts';
import { IN_TOTO, STATEMENT } from './proposals.ts';

export const v2Registry = new KindRegistry(v2Kinds);

export function dsseRequest(
  signers: readonly V2Signer[],
  verifiers?: readonly VerifierJson[],
  payload = STATEMENT,
  payloadType = IN_TOTO,
): DsseRequest {
  return dsseRequestOf(signers, payload, payloadType, verifiers && [...verifiers]);
}

/** Pure Ed25519 over the message itself. */
export function signPure({ privateKey }: Signer, message: Uint8Array): Uint8Array {
  return sign(undefined, message, privateKey);
}

/** The whole way from the bytes of a request. @throws what it fails with */
export function admitV2(request: unknown, rules: AdmissionRules = RULES, purpose: Purpose = 'create'): AdmittedEntry {
  return admit(readCreateEntryRequest(utf8(JSON.stringify(request)), rules), purpose, rules, v2Registry);
}

/** The class and message of the failure; undefined when it is admitted. */
export function refusalV2(request: unknown, rules: AdmissionRules = RULES): string | undefined {
  return refusalOfText(JSON.stringify(request), rules);
}

export function refusalOfText(text: string, rules: AdmissionRules = RULES): string | undefined {
  try {
    return refusal(readCreateEntryRequest(utf8(text), rules), 'create', rules, v2Registry);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
