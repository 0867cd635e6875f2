import { toHex } from '../../base/bytes.ts';
import { judgeLogged } from '../../client/bundle/logged-signature.ts';
import { judge } from '../../client/judge.ts';
import { readEnvelope } from '../../entries/envelope/envelope.ts';
import { nodeSignatures } from '../../entries/signatures/node-signatures.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import type { ReadEntry } from './read-entry.ts';

/**
 * Whether an entry is one of the signature in a bundle. A hashedrekord has to be the very entry that is made here. Of an envelope
 * the log may hold the hash of another spelling, so that its payload, its signatures and the key or certificate are compared.
 */
export function isEntryOf(body: Uint8Array, { prepared, bundle, signer }: ReadEntry): boolean {
  const { rekorV1, rekorV2 } = prepared;
  if (rekorV1?.uuid === toHex(hashLeaf(body))) return true;
  if (rekorV2 !== undefined && textOf(rekorV2.body) === textOf(body)) return true;
  if (bundle?.content.is !== 'envelope') return false;
  const { payload, payloadType, signatures } = readEnvelope(bundle.content.text);
  const signed = signatures.map(({ sig, keyid }) => ({
    signature: Buffer.from(sig, 'base64'),
    verifier: signer.der,
    artifact: undefined,
    envelope: { payloadType, payload: Buffer.from(payload, 'base64'), keyid },
  }));
  return signed.length > 0 && signed.every((one) => judge(() => judgeLogged(body, one, nodeSignatures)).holds);
}

/** Of Rekor v2: sigstore-js puts bare keys where certificates belong, which is another spelling of the same entry. */
function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body).replaceAll('"x509Certificate":', '"publicKey":');
}
