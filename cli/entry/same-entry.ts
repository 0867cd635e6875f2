import { createHash } from 'node:crypto';
import { toHex } from '../../base/bytes.ts';
import { readEnvelope } from '../../entries/envelope/envelope.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { type Bundle, parseObject } from './bundle.ts';
import type { PreparedEntry } from './prepared.ts';

/**
 * Whether an entry is one of the signature in a bundle. A hashedrekord has to be the very entry that is made here. Of an envelope
 * the log may hold the hash of another spelling, so that its payload and its signatures are compared.
 */
export function isEntryOf(body: Uint8Array, { rekorV1, rekorV2 }: PreparedEntry, { content }: Bundle): boolean {
  const uuid = toHex(hashLeaf(body));
  if (rekorV1?.uuid === uuid || (rekorV2 !== undefined && textOf(rekorV2.body) === textOf(body))) return true;
  if (content.is === 'message') return false;
  const { payload, signatures } = readEnvelope(content.text);
  const payloadHash = createHash('sha256').update(Buffer.from(payload, 'base64'));
  const expected = { payloadHash: payloadHash.digest('hex'), signatures: signatures.map(({ sig }) => hexOf(sig)) };
  return JSON.stringify(envelopeIn(body)) === JSON.stringify(expected);
}

/** Of Rekor v2: sigstore-js puts bare keys where certificates belong, which is another spelling of the same entry. */
function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body).replaceAll('"x509Certificate":', '"publicKey":');
}

interface LoggedEnvelope {
  /** Hex. */
  readonly payloadHash: string;
  readonly signatures: readonly string[];
}

interface Spec {
  readonly payloadHash?: { readonly value?: string };
  readonly signatures?: readonly { readonly signature?: string; readonly content?: string }[];
  readonly content?: {
    readonly payloadHash?: { readonly value?: string };
    readonly envelope?: { readonly signatures?: readonly { readonly sig?: string }[] };
  };
  readonly dsseV002?: {
    readonly payloadHash?: { readonly digest?: string };
    readonly signatures?: readonly { readonly content?: string }[];
  };
}

/** Payload and signatures of an entry of dsse or intoto; undefined for all else. */
function envelopeIn(body: Uint8Array): LoggedEnvelope | undefined {
  const { kind, spec } = (parseObject(body) ?? {}) as { readonly kind?: string; readonly spec?: Spec };
  if (spec?.dsseV002 !== undefined) {
    const { payloadHash, signatures = [] } = spec.dsseV002;
    return { payloadHash: hexOf(payloadHash?.digest), signatures: signatures.map(({ content }) => hexOf(content)) };
  }
  if (kind === 'intoto') return intotoIn(spec?.content);
  return kind === 'dsse' && spec !== undefined ? dsseIn(spec) : undefined;
}

function dsseIn({ payloadHash, signatures = [] }: Spec): LoggedEnvelope {
  return { payloadHash: payloadHash?.value ?? '', signatures: signatures.map(({ signature }) => hexOf(signature)) };
}

/** Signatures stand there as the base64 of their base64: rekor-v1 §3.3. */
function intotoIn(content: Spec['content']): LoggedEnvelope {
  const { payloadHash, envelope } = content ?? {};
  const signatures = (envelope?.signatures ?? []).map(({ sig = '' }) => hexOf(Buffer.from(sig, 'base64').toString()));
  return { payloadHash: payloadHash?.value ?? '', signatures };
}

function hexOf(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('hex');
}
