import { concatBytes } from '@noble/hashes/utils.js';
import type { Brand } from '../base/brand.ts';
import { utf8 } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import { MalformedKey } from './failures.ts';
import { ed25519Spki, isEcdsaSpki, parseEd25519Spki } from './spki.ts';
import { isKeyName } from './text.ts';

/** c2sp.org/signed-note, "Signature types". All other bytes are carried as they are. */
export const SIGNATURE_TYPE = { ed25519: 0x01, ecdsa: 0x02, cosignature: 0x04, treeHead: 0x05, mlDsa44: 0x06 } as const;

/** The first 4 bytes of a long key ID. It selects a key; only the signature proves which key signed. */
export type KeyId = Brand<Uint8Array, 'KeyId'>;

/** A public key, what it signs as, and the name it signs under. Checked by `verifierKey`. */
export type VerifierKey = Brand<
  {
    readonly name: string;
    /** One byte; `SIGNATURE_TYPE` names those that are known here. */
    readonly type: number;
    /** 32 bytes for Ed25519, SubjectPublicKeyInfo in DER for ECDSA; for unknown types whatever was given. */
    readonly material: Uint8Array;
  },
  'VerifierKey'
>;

/** Bytes of key material that a type has. ECDSA's differ by curve. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [SIGNATURE_TYPE.ed25519, 32],
  [SIGNATURE_TYPE.cosignature, 32],
  [SIGNATURE_TYPE.treeHead, 32],
  [SIGNATURE_TYPE.mlDsa44, 1312],
]);

/** A key from its parts. @throws MalformedKey */
export function verifierKey(name: string, type: number, material: Uint8Array): VerifierKey {
  if (Uint8Array.of(type)[0] !== type) throw new MalformedKey(`the type ${type} is not one byte`);
  if (!isKeyName(name)) throw new MalformedKey('the name is empty, or has white space or a plus');
  if (type === SIGNATURE_TYPE.ecdsa && !isEcdsaSpki(material))
    throw new MalformedKey('the key is not an uncompressed point of P-256, P-384 or P-521 in DER');
  if (material.length === 0 || material.length !== (LENGTHS.get(type) ?? material.length))
    throw new MalformedKey(`a key of type ${type} has ${LENGTHS.get(type) ?? 'some'} bytes, not ${material.length}`);
  return { name, type, material } as VerifierKey;
}

/** The key behind a SubjectPublicKeyInfo, as a log signs with it. @throws MalformedKey unless it is Ed25519 or ECDSA */
export function logKey(name: string, spki: Uint8Array): VerifierKey {
  const ed25519 = parseEd25519Spki(spki);
  return ed25519 === undefined
    ? verifierKey(name, SIGNATURE_TYPE.ecdsa, spki)
    : verifierKey(name, SIGNATURE_TYPE.ed25519, ed25519);
}

/** SubjectPublicKeyInfo in DER of a key of Ed25519 or ECDSA. */
export function spkiOf({ type, material }: VerifierKey): Uint8Array {
  return type === SIGNATURE_TYPE.ecdsa ? material : ed25519Spki(material);
}

/**
 * 32 bytes: what Rekor v2 and trusted roots call `logId.keyId`. ECDSA keys are the exception: their hash has neither
 * name nor type in it, and is Rekor v1's log id. c2sp.org/signed-note, "Signature types"; rekor-v2 §2.8.
 */
export function longKeyId({ name, type, material }: VerifierKey): Uint8Array {
  const isEcdsa = type === SIGNATURE_TYPE.ecdsa;
  return Uint8Array.from(sha256(isEcdsa ? material : concatBytes(utf8(`${name}\n`), Uint8Array.of(type), material)));
}

/** c2sp.org/signed-note, "Signatures". */
export function keyId(key: VerifierKey): KeyId {
  return longKeyId(key).slice(0, 4) as KeyId;
}
