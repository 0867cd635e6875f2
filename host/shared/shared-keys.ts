import { hash } from 'node:crypto';
import { utf8 } from '../../base/bytes.ts';
import { LogRefused } from '../../log/failures.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import { readIfThere } from '../folder/durable-file.ts';
import { openKey } from '../keys/key-place.ts';
import type { LogKeyPair } from '../start/start-shard.ts';

interface KeySettings {
  readonly rekorKey: string;
  readonly c2spKey: string;
  readonly keyPassphrase: string | undefined;
  readonly lead: 'yes' | 'no';
  readonly sharedSecret: string | undefined;
}

/** Opens the keys of a log that exists; undefined for a machine that never leads. @throws LogRefused, SignerUnavailable */
export async function keysToJoin(
  { rekorKey, c2spKey, keyPassphrase: passphrase, lead }: KeySettings,
  { publicKeys, origin }: LogIdentity,
  cleanup: AsyncDisposableStack,
): Promise<LogKeyPair | undefined> {
  if (lead === 'no') return undefined;
  const rekor = await openKey('rekor', rekorKey, { passphrase, used: publicKeys?.rekor }, cleanup);
  const c2sp = await openKey('c2sp', c2spKey, { passphrase, used: publicKeys?.c2sp }, cleanup);
  const other =
    rekor.publicKey !== publicKeys?.rekor ? rekorKey : c2sp.publicKey !== publicKeys.c2sp ? c2spKey : undefined;
  if (other === undefined) return { rekor, c2sp };
  throw new LogRefused(
    `${other} is not the key that the shared log ${origin} signs with: give this machine the key files of the machine that began it, or start it with --lead no`,
  );
}

/** Characters of a secret that a person made, at least. */
const LEAST_SECRET = 16;

/**
 * Returns the secret by which machines of the log know each other. Made from the keys unless a file has one: an Ed25519 signature (RFC 8032)
 * is the same on each machine, and nobody without the key can make it.
 *
 * @throws LogRefused
 */
export async function secretOf(
  { sharedSecret }: KeySettings,
  { treeId }: LogIdentity,
  keys: LogKeyPair | undefined,
): Promise<Uint8Array> {
  if (sharedSecret !== undefined) return hash('sha256', secretIn(sharedSecret), 'buffer');
  if (keys === undefined)
    throw new LogRefused(
      'a machine with --lead no has no keys to make the secret of the machines from: name its file with --shared-secret',
    );
  const [signature] = await keys.c2sp.signer.sign([utf8(`the secret of the machines that share log ${treeId}`)]);
  if (signature === undefined) throw new Error('the signer signed nothing');
  return hash('sha256', signature, 'buffer');
}

function secretIn(file: string): string {
  const [line = ''] = (readIfThere(file) ?? '').split(/\r?\n/, 1);
  if (line.length >= LEAST_SECRET) return line;
  throw new LogRefused(
    `${file} has no secret of ${LEAST_SECRET} characters or more in its first line, and --shared-secret names it`,
  );
}
