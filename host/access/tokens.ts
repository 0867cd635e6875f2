import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere, writeDurably } from '../folder/durable-file.ts';
import { isToken, TOKEN_CHARACTERS, tokenHash } from './token-text.ts';
import { readTokenFile, type TokenRecord } from './token-file.ts';

/** The token that was found, or why it is not taken. */
export type TokenFound =
  | { readonly is: 'valid'; readonly token: TokenRecord }
  /** No token at all, cut or mistyped. */
  | { readonly is: 'malformed' }
  /** Never made here, revoked, or replaced by another. */
  | { readonly is: 'unknown' }
  | { readonly is: 'expired' };

export interface TokenOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told why the times of uses could not be written. */
  readonly failed: (error: unknown) => void;
  /** Whether it is written down when tokens were used. */
  readonly keepsUses: boolean;
}

/** Time between two writes of when tokens were used, in milliseconds. */
const USES_MS = 60_000;

/** Tokens that a server takes. A change that another process makes to their file is in force with the next request. */
export class Tokens implements Disposable {
  readonly #file: string;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #used = new Map<string, number>();
  #state: string | undefined;
  #byHash: ReadonlyMap<string, TokenRecord> = new Map();

  constructor(file: string, { now, failed, keepsUses }: TokenOptions) {
    this.#file = file;
    this.#now = now;
    this.#failed = failed;
    this.#timer = keepsUses ? setInterval(() => this.#writeUses(), USES_MS).unref() : undefined;
  }

  /** @throws TokensRefused if the file is damaged, and the system's error if it cannot be read: then no token is taken */
  find(text: string): TokenFound {
    if (text.length !== TOKEN_CHARACTERS) return { is: 'malformed' };
    this.#refresh();
    const token = this.#byHash.get(tokenHash(text));
    if (token === undefined) return { is: isToken(text) ? 'unknown' : 'malformed' };
    const now = this.#now();
    if (token.expires !== undefined && token.expires <= now) return { is: 'expired' };
    this.#used.set(token.hash, now);
    return { is: 'valid', token };
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#writeUses();
  }

  /** Reads the file again if it is another: each change gives it a new inode. */
  #refresh(): void {
    const found = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    const state = found === undefined ? 'none' : `${found.dev} ${found.ino} ${found.mtimeNs} ${found.size}`;
    if (state === this.#state) return;
    this.#byHash = new Map();
    this.#byHash = new Map(readTokenFile(this.#file).map((token) => [token.hash, token]));
    this.#state = state;
  }

  #writeUses(): void {
    try {
      if (this.#used.size > 0) this.#addUses();
    } catch (error) {
      this.#failed(error);
    }
  }

  #addUses(): void {
    const uses = { ...readTokenUses(this.#file), ...Object.fromEntries(this.#used) };
    this.#used.clear();
    const known = Object.entries(uses).filter(([hash]) => this.#byHash.has(hash));
    writeDurably(usesFile(this.#file), `${JSON.stringify(Object.fromEntries(known))}\n`);
  }
}

const usesFile = (file: string): string => join(dirname(file), 'token-uses.json');

/** When each token was used last, to the minute: milliseconds since the Unix epoch, by its hash. */
export function readTokenUses(file: string): Readonly<Record<string, number>> {
  try {
    const uses: unknown = JSON.parse(readIfThere(usesFile(file)) ?? '{}');
    return typeof uses === 'object' && uses !== null ? (uses as Readonly<Record<string, number>>) : {};
  } catch {
    return {}; // a list of times, which the next use begins anew
  }
}
