import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';
import { isLoopback, isSafeAddress } from '../../host/access/issuers.ts';

/** Age after which keys are asked for again, in milliseconds. Those that are known stay in use meanwhile. */
const REFRESH_MS = 10 * 60_000;
/** Time between two questions to an issuer, in milliseconds, whatever tokens say. */
const COOLDOWN_MS = 30_000;
/** Time that an answer may take, in milliseconds. */
const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface IssuerKeysOptions {
  /** URL, as it stands in `iss`. */
  readonly issuer: string;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told why keys could not be had. */
  readonly failed: (sentence: string) => void;
}

/**
 * The public keys of one issuer, found by OpenID Connect Discovery 1.0. Keys that were had once stay in use while the issuer
 * cannot be reached, and no number of tokens with unknown keys has it asked more often than each half minute.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #keys: JWTVerifyGetKey | undefined;
  #content = '';
  #fetched = Number.NEGATIVE_INFINITY;
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** Returns what finds the key of a token; undefined if there are no keys yet. */
  async known(): Promise<JWTVerifyGetKey | undefined> {
    if (this.#keys === undefined) await this.refresh();
    return this.current();
  }

  /** Returns the same as before unless the issuer has changed its keys. Has them asked for when they are old, and does not wait. */
  current(): JWTVerifyGetKey | undefined {
    if (this.#keys !== undefined && this.#options.now() - this.#fetched > REFRESH_MS) void this.refresh();
    return this.#keys;
  }

  /** Asks the issuer for its keys, unless it was asked a moment ago. @returns whether it was asked now */
  async refresh(): Promise<boolean> {
    const now = this.#options.now();
    if (this.#asking === undefined) {
      if (now - this.#asked < COOLDOWN_MS) return false;
      this.#asked = now;
      this.#asking = this.#fetch().finally(() => (this.#asking = undefined));
    }
    await this.#asking;
    return true;
  }

  async #fetch(): Promise<void> {
    const { issuer, now, failed } = this.#options;
    try {
      const found = await getJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
      if (found['issuer'] !== issuer) throw new Error(`it says that it is ${JSON.stringify(found['issuer'])}`);
      const address = found['jwks_uri'];
      if (typeof address !== 'string' || !isAddressOfKeys(address, issuer))
        throw new Error('its jwks_uri is no https address');
      const { keys } = await getJson(address);
      if (!Array.isArray(keys) || keys.length === 0) throw new Error('it has no keys');
      const content = JSON.stringify(keys);
      if (content !== this.#content) this.#keys = createLocalJWKSet({ keys: keys as JWK[] });
      this.#content = content;
      this.#fetched = now();
    } catch (error) {
      const kept = this.#keys === undefined ? 'none of its tokens is taken' : 'the keys of before stay in use';
      failed(`the keys of ${issuer} cannot be had, and ${kept}: ${reasonOf(error)}`);
    }
  }
}

/** An issuer elsewhere cannot have this machine ask its own services. */
export function isAddressOfKeys(address: string, issuer: string): boolean {
  return isSafeAddress(address) && (isLoopback(issuer) || !isLoopback(address));
}

/** @throws Error for what is no JSON object, too long, too slow, or a redirect */
async function getJson(address: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200 || response.body === null) throw new Error(`${address} answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`${address} answers more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
  if (typeof value !== 'object' || value === null) throw new Error(`${address} answers no JSON object`);
  return value as Readonly<Record<string, unknown>>;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be asked';
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
