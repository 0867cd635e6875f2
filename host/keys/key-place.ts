import { createPublicKey, hash } from 'node:crypto';
import { dirname } from 'node:path';
import { SignerUnavailable } from '../../log/failures.ts';
import { askPublicKey, type RemoteKey, RemoteSigner } from './elsewhere/remote-signer.ts';
import { signerPlace } from './elsewhere/signer-place.ts';
import { findKey, type LogKey, readKey } from './keys.ts';

/*
 * A key of a log is in a file, or with a signer outside of this process: the setting says which. The two keys of a shard may
 * be with a signer; that of a witness is in a file.
 */

/** A key that may be with a signer. */
export type LogKeyRole = 'rekor' | 'c2sp';

/** Milliseconds: a submission waits for no signer for longer than a client waits for an answer. */
export const SIGNER_TIMES = { silenceMs: 5000, signingMs: 15_000 } as const;

const KEY_TYPES = { rekor: 'ecdsa-p256-sha256', c2sp: 'ed25519' } as const;

/** Whether a key setting names a signer and no file. */
export function isElsewhere(place: string): boolean {
  return signerPlace(place) !== undefined;
}

/** Folders of those keys that are in files. */
export function foldersOfKeys(places: readonly string[]): readonly string[] {
  return places.filter((place) => !isElsewhere(place)).map((file) => dirname(file));
}

/**
 * Returns the id of the key. Of a signer that is away it is `known`, which each of its signatures will be verified with.
 *
 * @param known - id of the key that the log has signed with so far
 * @returns undefined where there is no file @throws LogRefused, and SignerUnavailable without `known`
 */
export async function keyIdAt(
  role: LogKeyRole,
  place: string,
  { passphrase, known }: { readonly passphrase: string | undefined; readonly known: string | undefined },
): Promise<string | undefined> {
  const remote = remoteKey(role, place);
  if (remote === undefined) return findKey(role, place, passphrase)?.id;
  try {
    return hash('sha256', await askPublicKey(remote), 'hex');
  } catch (error) {
    if (error instanceof SignerUnavailable && known !== undefined) return known;
    throw error;
  }
}

/**
 * Opens a key that exists.
 *
 * @param used - PEM of the key that the log has signed with so far: then no signer has to be there yet
 * @param cleanup - ends the connection to a signer
 * @throws LogRefused, SignerUnavailable
 */
export async function openKey(
  role: LogKeyRole,
  place: string,
  { passphrase, used }: { readonly passphrase: string | undefined; readonly used?: string | undefined },
  cleanup: AsyncDisposableStack,
): Promise<LogKey> {
  const remote = remoteKey(role, place);
  if (remote === undefined) return readKey(role, place, passphrase);
  const spki = used === undefined ? Buffer.from(await askPublicKey(remote)) : spkiOf(used);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signer = cleanup.use(new RemoteSigner(remote, spki));
  return { publicKey: key.export({ type: 'spki', format: 'pem' }), id: hash('sha256', spki, 'hex'), signer };
}

const spkiOf = (pem: string): Buffer => createPublicKey(pem).export({ type: 'spki', format: 'der' });

function remoteKey(role: LogKeyRole, place: string): RemoteKey | undefined {
  const at = signerPlace(place);
  return at && { ...SIGNER_TIMES, place: at, type: KEY_TYPES[role], name: `the signer of the ${role} key (${place})` };
}
