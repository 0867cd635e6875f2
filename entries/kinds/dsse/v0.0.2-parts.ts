import { toBase64 } from '../../../base/bytes.ts';
import { type MessageValue, readMessage } from '../../../base/proto-message.ts';
import { InvalidEntry } from '../../failures.ts';
import { DSSE_REQUEST, SPEC } from '../../spec/v2-messages.ts';
import { missing, requireVerifier, type Verifier } from '../../spec/verifier.ts';

/** The proposed form. */
export interface Proposed {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  /** Each once, in the order of the envelope. */
  readonly signatures: readonly ProposedSignature[];
  readonly verifiers: readonly Verifier[];
}

export interface ProposedSignature {
  readonly sig: Uint8Array;
  readonly path: string;
}

/** A signature as an entry holds it, and who made it. */
export interface VerifiedSignature {
  readonly content: Uint8Array;
  readonly verifier: Verifier;
}

/** The stored form. */
export interface Stored {
  /** SHA-256, whatever the signatures are over. */
  readonly payloadDigest: Uint8Array;
  readonly signatures: readonly VerifiedSignature[];
}

export const REQUEST = 'dsseRequestV002';

/** Signatures, and verifiers, of one envelope. */
const MAX_SIGNATURES = 10;

/** @throws InvalidEntry, MalformedJson */
export function readProposed(spec: unknown): Proposed {
  const { envelope, verifiers } = readMessage(spec, DSSE_REQUEST, REQUEST);
  if (envelope === undefined) throw missing(`${REQUEST}.envelope`);
  const paths = { verifiers: `${REQUEST}.verifiers`, signatures: `${REQUEST}.envelope.signatures` };
  limit(verifiers, paths.verifiers);
  const named = verifiers.map((verifier, i) => requireVerifier(verifier, `${paths.verifiers}[${i}]`));
  refuseTwins(named);
  limit(envelope.signatures, paths.signatures);
  const signatures = envelope.signatures.map(({ sig }, i) => ({ sig, path: `${paths.signatures}[${i}].sig` }));
  const empty = signatures.find(({ sig }) => sig.length === 0);
  if (empty !== undefined) throw missing(empty.path);
  const { payload, payloadType } = envelope;
  return { payload, payloadType, signatures: distinct(signatures), verifiers: named };
}

function limit(list: readonly unknown[], path: string): void {
  if (list.length === 0) throw missing(path);
  if (list.length > MAX_SIGNATURES)
    throw new InvalidEntry(`${path} has ${list.length} elements, and the limit is ${MAX_SIGNATURES}`);
}

/** Two with the same bytes, wherever those stand. */
function refuseTwins(verifiers: readonly Verifier[]): void {
  const seen = new Map<string, Verifier>();
  for (const verifier of verifiers) {
    const bytes = toBase64(verifier.rawBytes);
    const twin = seen.get(bytes);
    if (twin !== undefined) throw new InvalidEntry(`${verifier.path} is the same as ${twin.path}`);
    seen.set(bytes, verifier);
  }
}

function distinct(signatures: readonly ProposedSignature[]): readonly ProposedSignature[] {
  const seen = new Map<string, ProposedSignature>();
  for (const signature of signatures) {
    const text = toBase64(signature.sig);
    if (!seen.has(text)) seen.set(text, signature);
  }
  return [...seen.values()];
}

export const STORED_MEMBER = 'dsseV002';

/** @throws InvalidEntry, MalformedJson */
export function readStored(spec: unknown): Stored {
  const { payloadHash, signatures } = readMessage(spec, SPEC, 'spec').dsseV002 ?? NOTHING;
  const path = `spec.${STORED_MEMBER}`;
  if (payloadHash?.algorithm !== 'SHA2_256' || payloadHash.digest.length !== 32)
    throw new InvalidEntry(`${path}.payloadHash is no SHA2_256`);
  limit(signatures, `${path}.signatures`);
  const read = signatures.map(({ content, verifier }, i) => {
    const named = requireVerifier(verifier, `${path}.signatures[${i}].verifier`);
    if (!KEY_DETAILS_NAME.test(named.keyDetails)) throw new InvalidEntry(`${named.path}.keyDetails has no name`);
    return { content, verifier: named };
  });
  return { payloadDigest: payloadHash.digest, signatures: read };
}

/** Names that can stand in an entry: no number without a name, and not the 0 that proto3 JSON leaves out. */
const KEY_DETAILS_NAME = /^(?!PUBLIC_KEY_DETAILS_UNSPECIFIED$)[A-Z]/;

const NOTHING: NonNullable<MessageValue<typeof SPEC.fields>['dsseV002']> = { payloadHash: undefined, signatures: [] };
