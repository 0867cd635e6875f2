import { parseAnyBase64 } from '../base64.ts';
import { InvalidEntry } from '../failures.ts';
import { MAX_CLAIMS } from '../kind.ts';
import { type PublicKey, type SignatureClaim } from '../signatures/claim.ts';
import { type Envelope } from './envelope.ts';
import { preAuthEncoding } from './pre-auth-encoding.ts';

/** Contents of an envelope once its base64 is taken off. */
export interface OpenedEnvelope {
  /** A view of the message. */
  readonly payload: Uint8Array;
  /** The signed bytes: the PAE of type and payload. */
  readonly message: Uint8Array;
  /** Bytes of each distinct `sig`, in the order of the envelope. */
  readonly signatures: ReadonlyMap<string, Uint8Array>;
}

/** @throws InvalidEntry if there is no signature, or if anything cannot be decoded: one such signature spoils all */
export function openEnvelope(envelope: Envelope): OpenedEnvelope {
  if (envelope.signatures.length === 0) throw new InvalidEntry('no signature found');
  const payload = decode(envelope.payload);
  const signatures = new Map<string, Uint8Array>();
  for (const { sig } of envelope.signatures) if (!signatures.has(sig)) signatures.set(sig, decode(sig));
  const message = preAuthEncoding(envelope.payloadType, payload);
  return { payload: message.subarray(message.length - payload.length), message, signatures };
}

function decode(text: string): Uint8Array {
  const bytes = parseAnyBase64(text);
  if (bytes === undefined) throw new InvalidEntry('unable to base64 decode payload (is payload in the right format?)');
  return bytes;
}

/** Returns claims that `key` made the signatures `sigs`. */
export function claimSignatures(opened: OpenedEnvelope, key: PublicKey, sigs: Iterable<string>): SignatureClaim[] {
  const signed = { over: 'message', message: opened.message } as const;
  return Array.from(sigs, (sig) => ({ key, signature: opened.signatures.get(sig) ?? new Uint8Array(), signed }));
}

/** @throws InvalidEntry if an entry asks for more checks than one entry may */
export function limitClaims(count: number): void {
  if (count > MAX_CLAIMS)
    throw new InvalidEntry(`the entry asks for ${count} signature checks, and at most ${MAX_CLAIMS} are made`);
}

/** Rekor's words for a key that made none of the signatures. */
export const NONE_ACCEPTED = 'accepted signatures do not match threshold, Found: 0, Expected 1';
