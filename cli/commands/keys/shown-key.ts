import { toHex } from '../../../base/bytes.ts';
import { logKey, longKeyId } from '../../../checkpoint/key.ts';
import { parsePem } from '../../../checkpoint/spki.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { c2spKeyOf, type KeyRole, type LogKey } from '../../../host/keys/keys.ts';
import { witnessVkey } from '../../../host/witness/own-witness.ts';

/** A public key in the forms that others want. Those that need a name are missing where there is none. */
export interface ShownKey {
  readonly role: KeyRole;
  /** Name of the log or of the witness. */
  readonly origin?: string;
  /** Hex. */
  readonly logId?: string;
  readonly vkey?: string;
  /** PEM. */
  readonly publicKey: string;
  /** Of a key that was made. */
  readonly file?: string;
}

/** @param name - of the log, or for the role `witness` of the witness */
export function shownKey(role: KeyRole, key: LogKey, name: string | undefined): ShownKey {
  const { publicKey, id } = key;
  if (name === undefined) return { role, publicKey, ...(role === 'rekor' && { logId: id }) };
  if (role === 'witness') return { role, origin: name, vkey: formatVkey(witnessVkey(name, key)), publicKey };
  const verifier = role === 'rekor' ? logKey(name, parsePem(publicKey)) : c2spKeyOf(name, publicKey);
  const logId = role === 'rekor' ? id : toHex(longKeyId(verifier));
  return { role, origin: name, logId, vkey: formatVkey(verifier), publicKey };
}
