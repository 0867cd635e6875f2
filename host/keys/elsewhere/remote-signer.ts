import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { equalBytes } from '../../../base/bytes.ts';
import type { Signer } from '../../../checkpoint/signer.ts';
import { SignerUnavailable } from '../../../log/failures.ts';
import { type KeyType, SignerSession } from './session.ts';
import type { SignerPlace } from './signer-place.ts';

/** The key of a signer outside of this process: what type it has to be, and how a refusal names it. */
export interface RemoteKey {
  readonly place: SignerPlace;
  /** Milliseconds in which the next answer has to come while some are awaited. */
  readonly silenceMs: number;
  /** Milliseconds in which all messages of one call have to be signed. */
  readonly signingMs: number;
  readonly type: KeyType;
  /** As in `the signer of the rekor key (signer:unix:/run/x.sock)`. */
  readonly name: string;
}

/** Asks a signer for its public key, over a connection of its own. @returns DER SubjectPublicKeyInfo @throws SignerUnavailable */
export async function askPublicKey({ place, silenceMs, type, name }: RemoteKey): Promise<Uint8Array> {
  const session = new SignerSession(place, silenceMs);
  try {
    const spki = await session.publicKey(type);
    requireType(spki, type);
    return spki;
  } catch (error) {
    throw named(error, name);
  } finally {
    session.end('the public key is known');
  }
}

/**
 * Signs by asking a signer outside of this process. It connects, or runs the command, when there is something to sign and no
 * connection, and asks for the public key first. Each signature is verified before it is returned.
 */
export class RemoteSigner implements Signer, Disposable {
  readonly publicKey: Uint8Array;
  readonly mayBeAway = true;
  readonly #of: RemoteKey;
  readonly #key: KeyObject;
  #session: SignerSession | undefined;
  #isClosed = false;

  /** @param spki - DER, the key that the log has signed with so far: signatures of another are not taken */
  constructor(of: RemoteKey, spki: Uint8Array) {
    this.publicKey = spki;
    this.#of = of;
    this.#key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  }

  /** @throws SignerUnavailable, and the connection is given up: its late answers are of no use to anyone */
  async sign(messages: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const { signingMs, name } = this.#of;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const reason = `${messages.length} signatures took longer than ${signingMs} ms`;
    const timer = setTimeout(() => reject(new SignerUnavailable(reason)), signingMs);
    try {
      return await Promise.race([this.#signAll(messages), late]);
    } catch (error) {
      this.#session?.end('given up');
      throw named(error, name);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#session?.end('the log is closed');
  }

  async #signAll(messages: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const { type } = this.#of;
    const session = await this.#connected();
    return Promise.all(
      messages.map(async (message) => {
        const input = type === 'ed25519' ? message : hash('sha256', message, 'buffer');
        const signature = await session.sign(type, input);
        if (!verify(type === 'ed25519' ? undefined : 'sha256', message, this.#key, signature))
          throw new SignerUnavailable('its signature does not verify');
        return signature;
      }),
    );
  }

  async #connected(): Promise<SignerSession> {
    if (this.#isClosed) throw new SignerUnavailable('the log is closed');
    if (this.#session?.hasEnded === false) return this.#session;
    const session = new SignerSession(this.#of.place, this.#of.silenceMs);
    this.#session = session;
    if (!equalBytes(await session.publicKey(this.#of.type), this.publicKey))
      throw new SignerUnavailable('it has another key than the one that this log has signed with since it began');
    return session;
  }
}

/** @throws SignerUnavailable */
function requireType(spki: Uint8Array, type: KeyType): void {
  const key = publicKeyIn(spki);
  const fits =
    type === 'ed25519' ? key?.asymmetricKeyType === 'ed25519' : key?.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  const isCanonical = fits && equalBytes(key?.export({ type: 'spki', format: 'der' }) ?? new Uint8Array(), spki);
  if (!isCanonical) throw new SignerUnavailable(`its answer is no ${type} key as DER SubjectPublicKeyInfo`);
}

function publicKeyIn(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function named(error: unknown, name: string): unknown {
  return error instanceof SignerUnavailable ? new SignerUnavailable(`${name} cannot be used: ${error.message}`) : error;
}
