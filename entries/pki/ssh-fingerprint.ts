import { sha256 } from '../../base/sha256.ts';
import { toBase64 } from '../../base/bytes.ts';
import { type Curve, type PublicKey } from '../signatures/claim.ts';
import { sshBlob, sshInteger, sshString } from './ssh-wire.ts';

const SSH_CURVE: Readonly<Partial<Record<Curve, string>>> = {
  'P-256': 'nistp256',
  'P-384': 'nistp384',
  'P-521': 'nistp521',
};

/**
 * Returns the fingerprint of a key as OpenSSH prints it: `SHA256:` and unpadded base64. Undefined for P-224, which ssh
 * cannot say.
 */
export function sshFingerprint(key: PublicKey): string | undefined {
  const blob = blobOf(key);
  return blob === undefined ? undefined : `SHA256:${toBase64(sha256(blob)).replace(/=+$/, '')}`;
}

/** RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4. */
function blobOf(key: PublicKey): Uint8Array | undefined {
  switch (key.type) {
    case 'ed25519':
      return sshBlob(sshString('ssh-ed25519'), sshString(key.raw));
    case 'rsa':
      return sshBlob(sshString('ssh-rsa'), sshInteger(key.exponent), sshInteger(key.modulus));
    case 'ecdsa': {
      const curve = SSH_CURVE[key.curve];
      if (curve === undefined) return undefined;
      return sshBlob(sshString(`ecdsa-sha2-${curve}`), sshString(curve), sshString(key.point));
    }
  }
}
